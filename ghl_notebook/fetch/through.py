"""From whatever a user has to what it fetches: one sub-account or all, waiting or awaited."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from ghl_notebook.api import Agency, AsyncAgency, AsyncClient, Client
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError

from .options import Fetched, FetchOptions

if TYPE_CHECKING:
    from ghl_notebook.agency import Job

P = ParamSpec("P")
T = TypeVar("T")


def through(
    client: object,
    operation: Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T | Coroutine[Any, Any, T]:
    """Carry out an operation of one sub-account, by the door that the user has.

    Raises
    ------
    ArgumentError
        If it is no client.
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


def of_all(agency: Agency | AsyncAgency, job: Job, options: Mapping[str, Any]) -> Fetched:
    """Carry out a job for all sub-accounts of an agency, by the door that the user has.

    Raises
    ------
    ArgumentError
        If an option is unknown or makes no sense.
    """
    _refuse_unknown(options)
    from ghl_notebook.agency import Fetching, wait_for, watch

    asked = options.get("progress", False)
    progress = bool(asked)
    rest = {name: value for name, value in options.items() if name != "progress"}
    rest["is_shown"] = progress or asked is None
    if isinstance(agency, AsyncAgency):
        return watch(Fetching(agency, job, **rest), job.name, progress=progress)
    frame: pd.DataFrame = wait_for(Fetching(agency.core, job, **rest), job.name, progress=progress)
    return frame


def refuse_run_options(options: Mapping[str, Any], *allowed: str) -> None:
    """Refuse the options of a run over an agency's sub-accounts, but for those that are allowed.

    Raises
    ------
    ArgumentError
        If one of them was passed; None and False count as left out.
    """
    _refuse_unknown(options)
    passed = {
        k for k, v in options.items() if k not in allowed and v is not None and v is not False
    }
    if passed:
        raise ArgumentError(
            f"{', '.join(sorted(passed))}: for an agency only.",
            "Leave it out, or pass what ghl_notebook.Agency() returned.",
        )


def _refuse_unknown(options: Mapping[str, Any]) -> None:
    unknown = options.keys() - FetchOptions.__annotations__.keys()
    if unknown:
        raise TypeError(f"unexpected keyword argument {min(unknown)!r}")
