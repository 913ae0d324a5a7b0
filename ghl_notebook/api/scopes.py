"""The scope that a call needs, named in the error of a token without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ghl_notebook.errors import ScopeError


@contextmanager
def naming_scope(scope: str | None) -> Iterator[None]:
    """Name the scope of a call in its `ScopeError`.

    Parameters
    ----------
    scope : str or None
        The scope, or None if the API does not document one.
    """
    try:
        yield
    except ScopeError as error:
        if scope is not None:
            error.advise(
                f"Add the scope {scope} under Settings > Private Integrations, or add it to your "
                "app and reinstall the app in the sub-account. If the token has the scope, check "
                "GHL_BASE_URL: a wrong path gets the same answer."
            )
        raise
