"""How a request proves who asks, by a token that is renewed."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx

from ghl_notebook.errors import InvalidTokenError
from ghl_notebook.models import read_refusal

from .keeper import TokenKeeper


class OAuthAuth(httpx.Auth):
    """Send the access token of a keeper; renew it when the service says that it holds no more.

    Of all that the service answers 401 to, only an invalid or expired token is that: a missing
    scope stays missing, and "Command timed out" is its gateway's.

    Parameters
    ----------
    keeper : TokenKeeper
        Gives out the token.
    host : str
        The only host that may see it. A request to another one is sent without it.
    """

    def __init__(self, keeper: TokenKeeper, *, host: str) -> None:
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
        content = await response.aread()
        kind = response.headers.get("content-type", "")
        if read_refusal(401, content, kind).kind is not InvalidTokenError:
            return
        tokens = await self._keeper.renewed(tokens.access_token)
        request.headers["Authorization"] = f"Bearer {tokens.access_token.reveal()}"
        yield request  # a 401 says that nothing was done: this may be a POST
