"""The inbox: a second way from the page into the kernel, on 127.0.0.1."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from ghl_notebook.login.inbox import InboxServer

from ghl_notebook.api import run_in_background

PAGE = "http://127.0.0.1:8888"


class Inbox:
    """An open inbox and what has arrived in it."""

    def __init__(self) -> None:
        self.server = InboxServer()
        self.arrived: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.port, self.path = run_in_background(self.server.open, self.arrived.put)

    @property
    def url(self) -> str:
        """Where a page posts to."""
        return f"http://127.0.0.1:{self.port}/{self.path}"

    def close(self) -> None:
        """Close it."""
        run_in_background(self.server.close, self.path)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """An open inbox of a server of its own."""
    opened = Inbox()
    yield opened
    opened.close()


def test_what_a_page_posts_arrives(inbox: Inbox) -> None:
    """A JSON object that is posted to the inbox reaches the kernel."""
    answer = httpx.post(inbox.url, json={"type": "hello"}, headers={"Origin": PAGE})

    assert answer.status_code == 204
    assert inbox.arrived.get(timeout=5) == {"type": "hello"}


def test_the_page_may_ask_from_its_own_origin(inbox: Inbox) -> None:
    """A browser's preflight is answered for the page that knows the path."""
    answer = httpx.options(inbox.url, headers={"Origin": PAGE})

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["", "/", "/x", "/../", "/favicon.ico"])
def test_nobody_else_finds_it(inbox: Inbox, path: str) -> None:
    """Without the path there is nothing, not even permission to ask."""
    answer = httpx.post(f"http://127.0.0.1:{inbox.port}{path}", json={}, headers={"Origin": PAGE})

    assert answer.status_code == 404
    assert "access-control-allow-origin" not in answer.headers
    assert inbox.arrived.empty()


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"[1]", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b" " * 70_000, "application/json", 413),
    ],
)
def test_what_is_no_message_is_refused(
    inbox: Inbox, content: bytes, content_type: str, status: int
) -> None:
    """A form, a list, half a document, deep nesting and a flood do not reach the kernel."""
    answer = httpx.post(inbox.url, content=content, headers={"Content-Type": content_type})

    assert answer.status_code == status
    assert inbox.arrived.empty()


def test_it_listens_on_this_computer_only(inbox: Inbox) -> None:
    """The server is bound to 127.0.0.1, not to every address."""
    assert inbox.server._serving is not None
    bound = [s.getsockname()[0] for server in inbox.server._server.servers for s in server.sockets]

    assert bound == ["127.0.0.1"]


def test_a_closed_inbox_takes_nothing(inbox: Inbox) -> None:
    """After its login an inbox is gone, while another one of the process stays."""
    _, other = run_in_background(inbox.server.open, inbox.arrived.put)
    inbox.close()

    answer = httpx.post(inbox.url, json={})

    assert answer.status_code == 404
    assert httpx.post(f"http://127.0.0.1:{inbox.port}/{other}", json={}).status_code == 204
    run_in_background(inbox.server.close, other)


def test_the_last_inbox_takes_the_port_with_it() -> None:
    """With the last inbox the server ends, and a later one starts it again."""
    inbox = Inbox()
    inbox.close()

    with pytest.raises(httpx.ConnectError):
        httpx.post(inbox.url, json={})
    port, path = run_in_background(inbox.server.open, inbox.arrived.put)
    assert httpx.post(f"http://127.0.0.1:{port}/{path}", json={}).status_code == 204
    run_in_background(inbox.server.close, path)
