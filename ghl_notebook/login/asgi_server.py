"""The servers on 127.0.0.1 that a login needs, in the background event loop.

Every program of this computer may open any number of connections there, and each connection uses a
file descriptor of the kernel. So the number of connections is limited, each request has to be
complete in time, and a connection that has named no login is closed for the next connection.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from .connection import Connection

PRIVATE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every response whose address or content is for a single user."""

_log = logging.getLogger("ghl_notebook.login")

_BACKLOG = 1024
_EXHAUSTED_SECONDS = 0.1
_GRACE_SECONDS = 1.0


class _Listening(socket.socket):
    """Stores the last accepted socket: a cancelled wait would lose it without closing it."""

    last: socket.socket | None = None

    def accept(self) -> tuple[socket.socket, object]:
        """Accept a connection."""
        accepted = super().accept()
        self.last = accepted[0]
        return accepted


class BackgroundServer:
    """Serve an ASGI application on this computer.

    Parameters
    ----------
    app : ASGI application
        The application.
    port : int, default 0
        The port; 0 for any port that is free.
    is_known : callable, optional
        Returns whether a path belongs to a login. A connection that requested such a path is not
        closed in favor of others.
    most : int
        Most connections that may be open.
    patience : float
        Seconds within which a request has to be complete.

    Attributes
    ----------
    port : int
        The port.
    loop : asyncio.AbstractEventLoop
        The event loop in which the server runs.

    Raises
    ------
    OSError
        If the port is in use, or reserved.
    """

    def __init__(
        self,
        app: ASGIApp,
        port: int = 0,
        *,
        is_known: Callable[[str], bool] = lambda _: False,
        most: int = 64,
        patience: float = 10.0,
    ) -> None:
        from uvicorn.server import ServerState

        from .connection import make_config

        # Listen before any program learns the port: an immediate request is not refused.
        # A socket that is made from a descriptor has TCP as its protocol. Only then does asyncio
        # set TCP_NODELAY; without it, a reused connection waits 40 ms for the client's delayed ACK.
        self._listening = _Listening(
            fileno=socket.create_server(("127.0.0.1", port), backlog=_BACKLOG).detach()
        )
        self._listening.setblocking(False)
        self.port: Final[int] = self._listening.getsockname()[1]
        self._is_known = is_known
        self._most = most
        self._patience = patience
        self._config = make_config(app)
        self._state = ServerState()
        self._open: dict[Connection, None] = {}  # the oldest first
        self.loop: Final = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._accept())

    async def stop(self) -> None:
        """Stop, and return when the port is free again."""
        self._task.cancel()
        await asyncio.wait([self._task])  # before another socket can have its descriptor
        self._listening.close()
        if self._listening.last is not None:
            self._listening.last.close()
        for connection in list(self._open):
            connection.shutdown()
        if tasks := list(self._state.tasks):
            _, late = await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
            for task in late:
                task.cancel()
        for connection in list(self._open):
            connection.transport.abort()

    async def _accept(self) -> None:
        # Not asyncio's own server, or uvicorn's: they accept all connections before handling any,
        # and write to stderr when no descriptor is left.
        from .connection import Connection

        loop = asyncio.get_running_loop()
        with closing(self._listening):  # also if the loop is stopped
            while True:
                try:
                    accepted, _ = await loop.sock_accept(self._listening)
                except OSError as error:
                    _log.debug("A connection cannot be accepted: %s", error.strerror)
                    if error.errno != errno.ECONNABORTED:
                        self._make_room()
                        await asyncio.sleep(_EXHAUSTED_SECONDS)
                    continue
                self._listening.last = None
                if len(self._open) >= self._most and not self._make_room():
                    accepted.close()
                    continue
                connection = Connection(self._config, self._state, self._open, self._patience)
                await loop.connect_accepted_socket(lambda made=connection: made, accepted)  # type: ignore[misc]

    def _make_room(self) -> bool:
        """Close the oldest connection that has named no login."""
        for connection in self._open:
            if connection.path is None or not self._is_known(connection.path):
                del self._open[connection]
                connection.transport.abort()
                return True
        return False


def refused(status: int) -> Exception:
    """Return the exception that a handler raises to respond with a status only."""
    from starlette.exceptions import HTTPException

    return HTTPException(status)
