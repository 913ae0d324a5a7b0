"""What a caller passes on to ipywidgets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from traitlets import TraitError

from ghl_notebook.errors import ArgumentError


@contextmanager
def passing_on(names: Iterable[str]) -> Iterator[None]:
    """Tell a value that a widget does not take as an error of ours, without the value.

    Parameters
    ----------
    names : iterable of str
        What is passed on, as in ``layout``.
    """
    is_wrong = False
    try:
        yield
    except TraitError:  # it quotes the value
        is_wrong = True
    if is_wrong:
        raise ArgumentError(
            f"A widget cannot have the {' or '.join(names)} that was passed.",
            'Pass layout as in {"width": "100%"}; see the documentation of ipywidgets.',
        )
