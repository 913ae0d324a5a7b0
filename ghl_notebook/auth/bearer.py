"""How a request proves who asks: with an access token in its header."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

import httpx

from ghl_notebook.errors import InvalidTokenError
from ghl_notebook.models import read_refusal
from ghl_notebook.secret import Secret
from ghl_notebook.wire import read_whole

from .token_provider import TokenProvider

_LARGEST: Final = 2**20
"""Bytes of a 401 answer; no error of the service is near it."""


class TokenAuth(httpx.Auth):
    """Send an access token; on 401 "invalid token", retry once with a new one.

    Parameters
    ----------
    provider : TokenProvider
        Gives out the token.
    host : str
        The only host that may see the token. A request to another host is sent without it.
    """

    def __init__(self, provider: TokenProvider, *, host: str) -> None:
        self._provider = provider
        self.host = host

    async def token(self) -> Secret:
        """Return the access token."""
        return (await self._provider.tokens()).access_token

    async def another(self, rejected: Secret) -> Secret | None:
        """Return a token to use instead of the one that the service rejected, if there is one.

        Parameters
        ----------
        rejected : Secret
            What `token` returned.
        """
        tokens = await self._provider.refreshed(rejected)
        return None if tokens is None else tokens.access_token

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the ``Authorization`` header."""
        if request.url.netloc.decode() != self.host:
            yield request
            return
        token = await self.token()
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
        response = yield request
        if response.status_code != 401:
            return
        await read_whole(response, _LARGEST)
        content_type = response.headers.get("content-type", "")
        if not rejects_token(response.status_code, response.content, content_type):
            return
        other = await self.another(token)
        if other is not None:
            request.headers["Authorization"] = f"Bearer {other.reveal()}"
            yield request  # a 401 says that nothing was done, so that even a POST may be repeated


def rejects_token(status: int, content: bytes, content_type: str) -> bool:
    """Tell whether an answer says that the access token is invalid or expired.

    The service answers 401 to other faults too: a missing scope stays missing with a new token, and
    "Command timed out" comes from its gateway.
    """
    return status == 401 and read_refusal(401, content, content_type).kind is InvalidTokenError
