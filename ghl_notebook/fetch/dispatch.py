"""Calls the async core for any client: sync or async, one sub-account or an agency."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

from ghl_notebook.api import Agency, AsyncAgency, AsyncClient, Client
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchSpec

P = ParamSpec("P")
T = TypeVar("T")

_OPTIONS: Final = {"locations", "progress", "folder", "in_flight", "engine", "lazy"}


def call_one(
    client: object,
    operation: Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T | Coroutine[Any, Any, T]:
    """Call an operation of one sub-account: wait for a sync client, return a coroutine otherwise.

    Raises `ArgumentError` if `client` is not a client of a sub-account.
    """
    if isinstance(client, AsyncClient):
        return operation(client, *args, **kwargs)
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


def call_all(agency: Agency | AsyncAgency, spec: FetchSpec, options: Mapping[str, Any]) -> Any:
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
        return watch(AgencyFetch(agency, spec, **rest), spec.name, progress=progress)
    return wait_for(AgencyFetch(agency.core, spec, **rest), spec.name, progress=progress)


def reject_run_options(options: Mapping[str, Any]) -> None:
    """Reject options of a run, which a client of one sub-account does not make.

    Raises `ArgumentError` if there are any.
    """
    _reject_unknown(options)
    if options:
        raise ArgumentError(
            f"{', '.join(sorted(options))}: for an agency only.",
            "Leave it out, or pass what ghl_notebook.Agency() returned.",
        )


def _reject_unknown(options: Mapping[str, Any]) -> None:
    unknown = options.keys() - _OPTIONS
    if unknown:
        raise TypeError(f"unexpected keyword argument {min(unknown)!r}")
