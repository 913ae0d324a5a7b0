"""The redirect URI of an app, if the app has registered one on this computer.

RFC 8252, section 7.3: a server on 127.0.0.1 for the one path of the redirect URI, while a login
waits. The server responds only to the redirect of a browser, and decides nothing: it passes the
query to the login, whose ``state`` shows whether the redirect belongs to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from ghl_notebook.errors import GHLError, LoginCancelledError, LoginFailedError
from ghl_notebook.login.asgi_server import PRIVATE_HEADERS, BackgroundServer, refused
from ghl_notebook.login.static_files import message_page
from ghl_notebook.secret import Secret

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

_DONE: Final = (
    "You can close this window",
    "GoHighLevel has answered. Go back to where you began: it goes on there.",
)
_REFUSED: Final = (
    "The login was not finished",
    "Nothing was connected. You can close this window and go back to where you began.",
)
_FOREIGN: Final = (
    "This is not the answer to your login",
    "Nothing was taken from this address. You can close this window and begin the login again "
    "where you began it.",
)


class Redirect:
    """The redirect that one login waits for.

    Parameters
    ----------
    redirect_uri : str
        The app's redirect URI: ``http://``, and a name of this computer.
    accept : callable
        Accepts the query of the redirect, in the background event loop. Returns the error that
        makes the query unusable, or None.
    """

    def __init__(self, redirect_uri: str, accept: Callable[[Secret], GHLError | None]) -> None:
        parts = urlsplit(redirect_uri)
        self.port: Final = parts.port or 80
        # Browsers leave out the default port.
        self.host: Final = parts.netloc.lower().removesuffix(":80")
        self.path: Final = parts.path or "/"
        self.accept: Final = accept


class _Listener:
    """The server on one port, for all logins that redirect there."""

    def __init__(self, port: int) -> None:
        self.redirects: list[Redirect] = []
        self.server = BackgroundServer(self._serve, port)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.exceptions import HTTPException
        from starlette.requests import Request
        from starlette.responses import Response

        assert scope["type"] == "http"
        try:
            answer = self._answer(Request(scope))
        except HTTPException as error:
            answer = Response(status_code=error.status_code, headers=PRIVATE_HEADERS)
        await answer(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        # A page whose host name resolves to this computer (DNS rebinding) is refused.
        host = request.headers.get("host", "").lower()
        here = [one for one in self.redirects if one.host == host.removesuffix(":80")]
        if not here:
            raise refused(403)
        path = request.scope["raw_path"].decode("ascii", "replace")
        here = [one for one in here if one.path == path]
        if not here:
            raise refused(404)
        if request.method != "GET":
            raise refused(405)
        # A page elsewhere may load the address in a frame or an image, without its user.
        if request.headers.get("sec-fetch-dest", "document") != "document":
            raise refused(403)
        query = Secret(request.url.query)
        problems = []
        for redirect in here:  # each login recognizes its own answer by its state
            problem = redirect.accept(query)
            if problem is None:
                return message_page(200, *_DONE)
            problems.append(problem)
        if any(isinstance(one, (LoginCancelledError, LoginFailedError)) for one in problems):
            return message_page(200, *_REFUSED)
        return message_page(400, *_FOREIGN)


class Redirects:
    """The servers of a process, one per port. The methods run in the background event loop."""

    def __init__(self) -> None:
        self._listeners: dict[int, _Listener] = {}
        self._inherited: dict[int, _Listener] = {}  # whose tasks must not be collected
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()

    def own(self) -> asyncio.Lock:
        """Return the lock to hold, so that a port is not opened again while it is being released.

        In another loop, after a stop or a fork, earlier listeners no longer work.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._lock = loop, asyncio.Lock()
            self._inherited, self._listeners = self._listeners, {}
        return self._lock

    async def open(self, redirect: Redirect) -> None:
        """Listen for a login's redirect.

        Raises
        ------
        OSError
            If another program has the port, or it is reserved.
        """
        async with self.own():
            listener = self._listeners.get(redirect.port)
            if listener is None:
                listener = self._listeners[redirect.port] = _Listener(redirect.port)
            listener.redirects.append(redirect)

    async def close(self, redirect: Redirect) -> None:
        """Stop listening; the last login of a port releases it."""
        async with self.own():
            listener = self._listeners.get(redirect.port)
            if listener is None or redirect not in listener.redirects:
                return
            listener.redirects.remove(redirect)
            if not listener.redirects:
                await listener.server.stop()
                del self._listeners[redirect.port]


REDIRECTS = Redirects()
