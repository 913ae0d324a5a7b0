"""A second way from the page into the kernel, for while a cell keeps the kernel from hearing comms.

A small server on 127.0.0.1, in the background event loop: started for the first card that needs
it, stopped with the last. A page on this computer posts to it directly, another one through
jupyter-server-proxy. What arrives is only ever a claim, as over the comm.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ghl_notebook.models import MAX_MESSAGE_CHARACTERS

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

Receive = Callable[[dict[str, Any]], None]

# A claim's data may be as long as a message, once more escaped as JSON, and has a frame around it.
_MAX_BYTES = 4 * MAX_MESSAGE_CHARACTERS


class InboxServer:
    """One server per process. Its methods run in the background event loop."""

    def __init__(self) -> None:
        self._inboxes: dict[str, Receive] = {}
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._port = 0

    async def open(self, receive: Receive) -> tuple[int, str]:
        """Open an inbox and return its port and its path, which nobody can guess."""
        path = secrets.token_urlsafe(32)
        self._inboxes[path] = receive
        if self._server is None:
            self._start()
        return self._port, path

    async def close(self, path: str) -> None:
        """Close an inbox; the last one stops the server."""
        self._inboxes.pop(path, None)
        if not self._inboxes and self._server is not None and self._serving is not None:
            serving, self._server.should_exit = self._serving, True
            self._server = self._serving = None
            await serving

    def _start(self) -> None:
        import uvicorn

        # Bound and listening before `open` returns: what a page posts at once is not refused.
        listening = socket.create_server(("127.0.0.1", 0))
        self._port = listening.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._app(),
                log_config=None,  # how the notebook's process logs is not ours to change
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=1,
            )
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))

    def _app(self) -> Starlette:
        from starlette.applications import Starlette
        from starlette.routing import Route

        return Starlette(routes=[Route("/{path}", self._answer, methods=["POST", "OPTIONS"])])

    async def _answer(self, request: Request) -> Response:
        from starlette.responses import Response

        receive = self._inboxes.get(request.path_params["path"])
        if receive is None:
            return Response(status_code=404)
        # Only a page that was told the path over the comm comes this far, so its origin may ask.
        headers = {
            "Access-Control-Allow-Origin": request.headers.get("origin", "null"),
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Private-Network": "true",
            "Vary": "Origin",
        }
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return Response(status_code=415, headers=headers)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MAX_BYTES:
                return Response(status_code=413, headers=headers)
        try:
            said = msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError):
            return Response(status_code=400, headers=headers)
        receive(said)
        return Response(status_code=204, headers=headers)


INBOXES = InboxServer()
