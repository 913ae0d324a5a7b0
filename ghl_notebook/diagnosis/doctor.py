"""`doctor`: three requests at most, and none of them changes anything."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, overload

from ghl_notebook.api import AsyncClient, Client
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded

from .environment import settings_and_environment
from .finding import Diagnosis, Finding
from .service import examine


@overload
def doctor(client: Client) -> Diagnosis: ...
@overload
def doctor(client: AsyncClient) -> Coroutine[Any, Any, Diagnosis]: ...
@guarded
def doctor(client: Client | AsyncClient) -> Any:
    """Find problems with your credential, your settings and your environment.

    Sends three requests at most, and changes nothing: ``GET
    /social-media-posting/{locationId}/accounts``, ``GET
    /social-media-posting/oauth/{locationId}/instagram/accounts/{accountId}`` with an id that
    belongs to no login, and ``GET /users/``. An error of the API becomes a finding and is not
    raised. Write scopes cannot be tested without writing; they are checked if the credential lists
    its scopes.

    Parameters
    ----------
    client : Client or AsyncClient
        With an `AsyncClient`, await the result.

    Returns
    -------
    Diagnosis
        Displays itself as a table. `Diagnosis.problems` lists what you need to fix. It never
        contains a token.

    Raises
    ------
    ArgumentError
        If `client` is not a client.

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
    # In the caller's thread: only there, a kernel knows which cell runs and whether it can read.
    return (*service, *settings_and_environment(core))
