"""What carries an agency's requests: which connections it goes on using."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ghl_notebook import Secret
from ghl_notebook.transport import PyreqwestTransport, Request
from ghl_notebook.transport.pyreqwest_transport import IDLE_SECONDS

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@pytest.mark.parametrize(("idle_seconds", "connections"), [(IDLE_SECONDS, 1), (0.0, 2)])
async def test_a_connection_is_used_again_unless_it_was_idle_for_long(
    idle_seconds: float, connections: int
) -> None:
    """A server closes it after a while, and what is sent then fails."""
    served: list[Any] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        while await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            writer.write(ANSWER)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        transport = PyreqwestTransport(
            f"http://127.0.0.1:{port}",
            timeout=5.0,
            idle_seconds=idle_seconds,
        )
        for _ in range(2):
            request = Request.build("GET", "/")
            answer = await transport.send(request, Secret("pit-00000000-fake"), 5.0)
            assert answer.content == b"{}"
        await transport.aclose()
        await asyncio.gather(*served)
    assert len(served) == connections
