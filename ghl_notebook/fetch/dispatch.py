"""Calls the async core for any client: sync or async, one sub-account or an agency."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from ghl_notebook.api import Agency, AsyncAgency, AsyncClient, Client
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames.later import import_pandas, pd
from ghl_notebook.guard import guarded

from .options import Fetched, FetchOptions

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchSpec

P = ParamSpec("P")
T = TypeVar("T")


def call_one(
    client: object,
    operation: Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T | Coroutine[Any, Any, T]:
    """Call an operation of one sub-account: wait for a sync client, return a coroutine otherwise.

    Raises `ArgumentError` if `client` is not a client of a sub-account.
    """
    import_pandas()
    if isinstance(client, AsyncClient):
        return guarded(operation)(client, *args, **kwargs)
    if isinstance(client, Client):
        return run_in_background(operation, client.core, *args, **kwargs)
    if isinstance(client, Agency | AsyncAgency):
        raise ArgumentError(
            "This is for one sub-account, and an agency was passed.",
            "Pass agency.client(location_id).",
        )
    raise ArgumentError(
        f"The first argument is a {type(client).__name__}, not a client.",
        "Pass what ghl_notebook.Client() or ghl_notebook.demo() returned.",
    )


def call_all(agency: Agency | AsyncAgency, spec: FetchSpec, options: Mapping[str, Any]) -> Fetched:
    """Fetch from all sub-accounts: wait for a sync agency, return a coroutine otherwise.

    Raises `ArgumentError` if an option is invalid.
    """
    _reject_unknown(options)
    from ghl_notebook.agency import AgencyFetch, wait_for, watch

    option = options.get("progress", False)
    progress = bool(option)
    rest = {name: value for name, value in options.items() if name != "progress"}
    rest["is_shown"] = progress or option is None
    if isinstance(agency, AsyncAgency):
        return guarded(watch)(AgencyFetch(agency, spec, **rest), spec.name, progress=progress)
    run = AgencyFetch(agency.core, spec, **rest)
    frame: pd.DataFrame = wait_for(run, spec.name, progress=progress)
    return frame


def reject_run_options(options: Mapping[str, Any], *allowed: str) -> None:
    """Reject options of a run, which a client of one sub-account does not make.

    Raises `ArgumentError` if one is passed that is not allowed; None and False count as left out.
    """
    _reject_unknown(options)
    passed = {
        k for k, v in options.items() if k not in allowed and v is not None and v is not False
    }
    if passed:
        raise ArgumentError(
            f"{', '.join(sorted(passed))}: for an agency only.",
            "Leave it out, or pass what ghl_notebook.Agency() returned.",
        )


def _reject_unknown(options: Mapping[str, Any]) -> None:
    unknown = options.keys() - FetchOptions.__annotations__.keys()
    if unknown:
        raise TypeError(f"unexpected keyword argument {min(unknown)!r}")
