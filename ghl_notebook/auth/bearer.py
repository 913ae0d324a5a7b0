"""How a request proves who asks."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from ghl_notebook.secret import Secret


class BearerAuth(httpx.Auth):
    """Send a fixed access token: that of a private integration, or an OAuth one.

    Parameters
    ----------
    token : Secret
        The token.
    host : str
        The only host that may see it. A request to another one is sent without it.
    """

    def __init__(self, token: Secret, *, host: str) -> None:
        self._token = token
        self._host = host

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the ``Authorization`` header."""
        if request.url.netloc.decode() == self._host:
            request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request
