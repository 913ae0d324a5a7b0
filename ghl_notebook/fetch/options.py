"""The options of every ``fetch_*`` function, written once and shown by name on each of them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypedDict, TypeVar

from ghl_notebook.frames.later import pd

F = TypeVar("F", bound=Callable[..., Any])

Fetched: TypeAlias = "pd.DataFrame | Awaitable[pd.DataFrame]"
"""What a ``fetch_*`` function returns: with an async client it is awaited."""


class FetchOptions(TypedDict, total=False):
    """How to fetch; `fetch_accounts` documents each option. All but `progress` need an agency."""

    progress: bool | None
    locations: Sequence[str] | pd.DataFrame | None
    folder: str | Path | None
    in_flight: int | None
    # A distributed.Client. That type would make every user's type checker read dask.
    engine: Any
    lazy: bool


def name_options(function: F) -> F:
    """Show each option by its name, where ``inspect.signature`` and notebooks would show a ``**``.

    A type checker reads them out of ``**options: Unpack[FetchOptions]``.
    """
    signature = inspect.signature(function)
    *own, _options = signature.parameters.values()
    named = []
    for name, hint in FetchOptions.__annotations__.items():
        kind = getattr(hint, "__forward_arg__", hint)
        default = False if str(kind).startswith("bool") else None
        parameter = inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
        )
        named.append(parameter)
    vars(function)["__signature__"] = signature.replace(parameters=[*own, *named])
    return function
