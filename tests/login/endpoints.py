"""An endpoint of a loopback server, and the messages that arrive there."""

from __future__ import annotations

import queue

import httpx

from ghl_notebook.background import run_in_background
from ghl_notebook.login.loopback import LoginEndpoint, LoopbackServer, Message
from tests import local

PAGE = "http://localhost:8888"


class Opened:
    """An endpoint of a server of its own, and the messages that have arrived there."""

    def __init__(self) -> None:
        self.server = LoopbackServer()
        self.arrived: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.used: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.opened_streams: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.initial_messages: list[Message] = [{"type": "traits"}]
        self.reused: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.endpoint = LoginEndpoint(
            self.arrived.put,
            self._open_stream,
            lambda: self.used.put(None),
            lambda: self.reused.put(None),
        )
        self.port = run_in_background(self.server.open, self.endpoint)
        self.http = local.Client(base_url=f"http://127.0.0.1:{self.port}")

    def _open_stream(self) -> list[Message]:
        self.opened_streams.put(None)
        return self.initial_messages

    @property
    def path(self) -> str:
        """The path of the endpoint."""
        return f"/{self.endpoint.path}/"

    def post(self, origin: str | None = PAGE, **headers: str) -> httpx.Response:
        """Post a message, as a page of this origin does."""
        sent = ({"Origin": origin} if origin else {}) | headers
        return self.http.post(self.path, json={"type": "hello"}, headers=sent)

    def close(self) -> None:
        """Close it."""
        run_in_background(self.server.close, self.endpoint)
        self.http.close()
        server = self.server._server
        assert server is not None
        run_in_background(server.stop)
