"""What callers and pages may set of a widget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traitlets import TraitError

from ghl_notebook.errors import ArgumentError

_SET_BY_PAGE = frozenset({"layout", "tabbable", "tooltip", "_dom_classes", "_view_count"})


def layout_of(sync_data: dict[str, Any]) -> dict[str, Any]:
    """Return what a page may set: the widget's layout, never its content."""
    return {k: v for k, v in sync_data.items() if k in _SET_BY_PAGE}


def pass_on(initialize: Callable[..., None], *args: Any, **kwargs: Any) -> None:
    """Initialize a widget; an invalid value raises an `ArgumentError` that does not quote it.

    Parameters
    ----------
    initialize : callable
        The ``__init__`` of ipywidgets, or of anywidget.
    *args, **kwargs
        Its arguments; the keywords are a caller's, such as ``layout``.
    """
    try:
        initialize(*args, **kwargs)
    except TraitError:
        pass  # it quotes the value, and would be the context of an error that is raised here
    else:
        return
    raise ArgumentError(
        f"A widget cannot have the {' or '.join(kwargs)} that was passed.",
        'Pass layout as in {"width": "100%"}; see the documentation of ipywidgets.',
    )
