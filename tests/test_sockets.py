"""The servers of this package answer without a delay of the kernel's."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from ghl_notebook.login.asgi_server import BackgroundServer
from ghl_notebook.simulator.server import ServerThread
from tests import local


def nodelays(state: ServerState) -> list[bool]:
    """Return the TCP_NODELAY option of each connection that a server has accepted."""
    connections: Iterable[Any] = state.connections
    sockets = [one.transport.get_extra_info("socket") for one in connections]
    return [bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) for one in sockets]


def test_simulator_sends_small_answers_at_once() -> None:
    """Nagle's algorithm is off: with it, a reused connection waits for the client's delayed ACK."""
    thread = ServerThread(PlainTextResponse("hello"))
    thread.start()
    try:
        with local.Client(base_url=f"http://127.0.0.1:{thread.port}") as http:
            http.get("/")
            assert nodelays(thread._server.server_state) == [True]
    finally:
        thread.stop()


async def test_loopback_server_sends_small_answers_at_once() -> None:
    """Nagle's algorithm is off here as well."""
    serving = BackgroundServer(PlainTextResponse("hello"))
    await asyncio.sleep(0)
    async with local.AsyncClient(base_url=f"http://127.0.0.1:{serving.port}") as http:
        await http.get("/")
        assert nodelays(serving._state) == [True]
    await serving.stop()
