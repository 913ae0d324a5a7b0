"""A door of a loopback server, and what arrives there."""

from __future__ import annotations

import queue

import httpx

from ghl_notebook.background import run_in_background
from ghl_notebook.login.loopback import Door, LoopbackServer, Message
from tests import local

PAGE = "http://localhost:8888"


class Opened:
    """A door of a server of its own, and what has arrived there."""

    def __init__(self) -> None:
        self.server = LoopbackServer()
        self.arrived: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.entered: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.greeted: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.greeting: list[Message] = [{"type": "traits"}]
        self.reused: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.door = Door(
            self.arrived.put,
            self._greet,
            lambda: self.entered.put(None),
            lambda: self.reused.put(None),
        )
        self.port = run_in_background(self.server.open, self.door)
        self.http = local.Client(base_url=f"http://127.0.0.1:{self.port}")

    def _greet(self) -> list[Message]:
        self.greeted.put(None)
        return self.greeting

    @property
    def path(self) -> str:
        """Where the door is."""
        return f"/{self.door.path}/"

    def post(self, origin: str | None = PAGE, **headers: str) -> httpx.Response:
        """Post a message, as a page of this origin does."""
        sent = ({"Origin": origin} if origin else {}) | headers
        return self.http.post(self.path, json={"type": "hello"}, headers=sent)

    def close(self) -> None:
        """Close it."""
        run_in_background(self.server.close, self.door)
        self.http.close()
        serving = self.server._serving
        assert serving is not None
        run_in_background(serving.stop)
