"""What this package serves on 127.0.0.1 for a login, and what all of it has in common.

Every program of this computer may open any number of connections there, and each takes a file
descriptor of the kernel. So there are few of them, each request has to be complete in time, and who
has not named a login makes room for who comes next.
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
"""Of every answer whose address or content is for one person only."""

_log = logging.getLogger("ghl_notebook.login")

_BACKLOG = 1024
_EXHAUSTED_SECONDS = 0.1
_GRACE_SECONDS = 1.0


class _Listening(socket.socket):
    """Holds what was accepted last: a wait for it that is cancelled would lose it, unclosed."""

    last: socket.socket | None = None

    def accept(self) -> tuple[socket.socket, object]:
        """Accept a connection."""
        accepted = super().accept()
        self.last = accepted[0]
        return accepted


class Serving:
    """An application that is served on this computer, in the background event loop.

    Parameters
    ----------
    app : ASGI application
        The application.
    port : int, default 0
        Where; 0 for any port that is free.
    is_known : callable, optional
        Tells of a path whether only those ask for it who know a login. Their connections are not
        closed in favor of others.
    most : int
        Connections that there may be.
    patience : float
        Seconds within which a request has to be complete.

    Attributes
    ----------
    port : int
        Where it is.
    loop : asyncio.AbstractEventLoop
        In which it runs.

    Raises
    ------
    OSError
        If the port is in use, or not for us.
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

        # Bound and listening before anybody learns of it: what a page asks at once is not refused.
        # Made of a descriptor, the socket knows that its protocol is TCP. asyncio sets TCP_NODELAY
        # only then; without it, a reused connection waits 40 ms for the client's delayed ACK.
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
        await asyncio.wait([self._task])  # before its descriptor can be another one's
        self._listening.close()
        if self._listening.last is not None:
            self._listening.last.close()
        for connection in list(self._open):
            connection.shutdown()
        if tasks := list(self._state.tasks):
            await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
        for connection in list(self._open):
            connection.transport.abort()

    async def _accept(self) -> None:
        # Not by asyncio's own server, or uvicorn's: they accept all that come before they look at
        # any of them, and say on stderr that no descriptor is left.
        from .connection import Connection

        loop = asyncio.get_running_loop()
        with closing(self._listening):  # also when somebody stops the loop
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
        """Close the connection that has been there longest and has named no login."""
        for connection in self._open:
            if connection.path is None or not self._is_known(connection.path):
                del self._open[connection]
                connection.transport.abort()
                return True
        return False


def refused(status: int) -> Exception:
    """Return what a handler raises in order to answer with a status and nothing else."""
    from starlette.exceptions import HTTPException

    return HTTPException(status)
