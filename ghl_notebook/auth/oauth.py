"""How a request proves who asks, by a token that is renewed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final, Protocol

import httpx

from ghl_notebook.errors import InvalidTokenError
from ghl_notebook.models import read_refusal
from ghl_notebook.secret import Secret
from ghl_notebook.wire import read_at_most

from .tokens import Tokens

_LARGEST: Final = 2**20
"""Bytes of an answer 401; no refusal of the service is near it."""


class Keeper(Protocol):
    """Gives out an access token that holds."""

    async def tokens(self) -> Tokens:
        """Return a pair whose access token holds."""
        ...

    async def renewed(self, rejected: Secret) -> Tokens:
        """Return another pair than the one whose access token was rejected."""
        ...


class OAuthAuth(httpx.Auth):
    """Send the access token of a keeper; renew it when the service says that it holds no more.

    Of all that the service answers 401 to, only an invalid or expired token is that: a missing
    scope stays missing, and "Command timed out" is its gateway's.

    Parameters
    ----------
    keeper : Keeper
        Gives out the token.
    host : str
        The only host that may see it. A request to another one is sent without it.
    """

    def __init__(self, keeper: Keeper, *, host: str) -> None:
        self._keeper = keeper
        self._host = host

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the ``Authorization`` header; once more with another token after a true 401."""
        if request.url.netloc.decode() != self._host:
            yield request
            return
        tokens = await self._keeper.tokens()
        request.headers["Authorization"] = f"Bearer {tokens.access_token.reveal()}"
        response = yield request
        if response.status_code != 401:
            return
        if not await read_at_most(response, _LARGEST):
            return
        kind = response.headers.get("content-type", "")
        if read_refusal(401, response.content, kind).kind is not InvalidTokenError:
            return
        tokens = await self._keeper.renewed(tokens.access_token)
        request.headers["Authorization"] = f"Bearer {tokens.access_token.reveal()}"
        yield request  # a 401 says that nothing was done: this may be a POST
