"""The examination: few requests, none of which changes anything."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, overload

from ghl_notebook.api import AsyncClient, Client
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded

from .finding import Diagnosis, Finding
from .place import settings_and_place
from .service import examine


@overload
def doctor(client: Client) -> Diagnosis: ...
@overload
def doctor(client: AsyncClient) -> Coroutine[Any, Any, Diagnosis]: ...
@guarded
def doctor(client: Client | AsyncClient) -> Any:
    """Find out what is wrong with the credential, the settings and this place.

    Three calls at most, none of which changes anything: ``GET
    /social-media-posting/{locationId}/accounts``, ``GET
    /social-media-posting/oauth/{locationId}/instagram/accounts/{accountId}`` with an id that no
    login has, and ``GET /users/``. A fault of the service is a finding and raises nothing. Scopes
    for writing cannot be tried without writing: they are known where the credential lists them.

    Parameters
    ----------
    client : Client or AsyncClient
        With an `AsyncClient` the result is to be awaited.

    Returns
    -------
    Diagnosis
        Shows itself; `Diagnosis.problems` has what needs to be done. It holds no token.

    Raises
    ------
    ArgumentError
        If `client` is none.

    Examples
    --------
    >>> doctor(client)                                               # doctest: +SKIP
    ok      credential: A private integration token, from GHL_TOKEN.
    problem scope users.readonly: The token lacks it; it is needed to find who owns connections. ...
    """
    if isinstance(client, AsyncClient):
        return _awaited(client)
    if not isinstance(client, Client):
        raise ArgumentError(
            f"The first argument is a {type(client).__name__}, not a Client.",
            "Pass what ghl_notebook.Client() or ghl_notebook.demo() returned.",
        )
    return Diagnosis(_ordered(run_in_background(examine, client.core), client.core))


async def _awaited(core: AsyncClient) -> Diagnosis:
    return Diagnosis(_ordered(await examine(core), core))


def _ordered(service: list[Finding], core: AsyncClient) -> tuple[Finding, ...]:
    # In the caller's thread: a kernel knows there which cell asks, and whether it may be answered.
    return (*service, *settings_and_place(core))
