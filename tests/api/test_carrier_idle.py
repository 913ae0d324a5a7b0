"""What carries an agency's requests: which connections it goes on using."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ghl_notebook import Secret
from ghl_notebook.api.carrier import IDLE_SECONDS, PyreqwestCarrier
from ghl_notebook.api.exchange import Request
from ghl_notebook.auth import StaticTokenProvider, TokenAuth
from ghl_notebook.wire import API_VERSION

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
        carrier = PyreqwestCarrier(
            f"http://127.0.0.1:{port}",
            timeout=5.0,
            api_version=API_VERSION,
            idle_seconds=idle_seconds,
        )
        for _ in range(2):
            auth = TokenAuth(
                StaticTokenProvider(Secret("pit-00000000-fake")), host=f"127.0.0.1:{port}"
            )
            answer = await carrier.carry(Request("GET", "/"), auth, 5.0)
            assert answer.content == b"{}"
        await carrier.aclose()
        await asyncio.gather(*served)
    assert len(served) == connections
