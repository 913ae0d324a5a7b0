"""How a request proves who asks: by an access token in its header."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

import httpx

from ghl_notebook.errors import InvalidTokenError
from ghl_notebook.models import read_refusal
from ghl_notebook.secret import Secret
from ghl_notebook.wire import read_whole

_LARGEST: Final = 2**20
"""Bytes of an answer 401; no refusal of the service is near it."""


class TokenAuth(httpx.Auth):
    """Send an access token; and once more another one, when the service says that it holds no more.

    Parameters
    ----------
    host : str
        The only host that may see it. A request to another one is sent without it.
    """

    def __init__(self, host: str) -> None:
        self.host = host

    async def token(self) -> Secret:
        """Return the access token."""
        raise NotImplementedError

    async def another(self, rejected: Secret) -> Secret | None:
        """Return the token to use in place of one that the service has rejected, if there is one.

        Parameters
        ----------
        rejected : Secret
            What `token` has returned.
        """
        raise NotImplementedError

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
            yield request  # a 401 says that nothing was done: this may be a POST


def rejects_token(status: int, content: bytes, content_type: str) -> bool:
    """Tell whether an answer says that the access token holds no more.

    Of all that the service answers 401 to, only an invalid or expired token is that: a missing
    scope stays missing, and "Command timed out" is its gateway's.
    """
    return status == 401 and read_refusal(401, content, content_type).kind is InvalidTokenError


class BearerAuth(TokenAuth):
    """Send a fixed access token: that of a private integration, or an OAuth one.

    Parameters
    ----------
    token : Secret
        The token.
    host : str
        As for `TokenAuth`.
    """

    def __init__(self, token: Secret, *, host: str) -> None:
        super().__init__(host)
        self._token = token

    async def token(self) -> Secret:
        """Return the access token."""
        return self._token

    async def another(self, rejected: Secret) -> None:
        """Return None: nobody renews it."""
