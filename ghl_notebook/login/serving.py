"""What this package serves on 127.0.0.1 for a login, and what all of it has in common."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp

PRIVATE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Of every answer whose address or content is for one person only."""


class Serving:
    """An application that is served on this computer, in the background event loop.

    Parameters
    ----------
    app : ASGI application
        The application.
    port : int, default 0
        Where; 0 for any port that is free.

    Attributes
    ----------
    port : int
        Where it is.

    Raises
    ------
    OSError
        If the port is in use, or not for us.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        import uvicorn

        # Bound and listening before anybody learns of it: what a page asks at once is not refused.
        listening = socket.create_server(("127.0.0.1", port))
        # Accepted connections inherit it. asyncio sets it only where the socket's protocol is
        # named; without it, a reused connection waits 40 ms for the client's delayed ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: Final[int] = listening.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,  # how the notebook's process logs is not ours to change
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        config.load()
        # Not wrapped: where a process logs everything, uvicorn would log whole addresses.
        config.loaded_app = app
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))

    async def stop(self) -> None:
        """Stop, and return when the port is free again."""
        self._server.should_exit = True
        await self._task


def refused(status: int) -> Exception:
    """Return what a handler raises in order to answer with a status and nothing else."""
    from starlette.exceptions import HTTPException

    return HTTPException(status)
