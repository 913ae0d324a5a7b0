"""The page's end of a card's comm: what the kernel sent it, and a way to answer."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any, ClassVar

from comm.base_comm import BaseComm

from ghl_notebook import ConnectAccount
from ghl_notebook.simulator import Simulator
from ghl_notebook.widgets import UI_THREAD
from tests.login.recording import PATIENCE


class Page(BaseComm):
    """A comm whose other end is the test."""

    opened: ClassVar[list[Page]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: list[tuple[str, Any]] = []
        self._news = threading.Condition()
        self._clicks = itertools.count(1)
        Page.opened.append(self)
        super().__init__(*args, **kwargs)

    def publish_msg(self, msg_type: str, data: Any = None, **rest: Any) -> None:
        """Remember what the kernel sends."""
        with self._news:
            self.sent.append((msg_type, data))
            self._news.notify_all()

    # What was heard.

    @property
    def said(self) -> list[dict[str, Any]]:
        """The custom messages of the kernel."""
        return [
            data["content"]
            for kind, data in list(self.sent)
            if kind == "comm_msg" and data.get("method") == "custom"
        ]

    @property
    def updates(self) -> list[dict[str, Any]]:
        """The traits of each update, in order."""
        return [
            data["state"]
            for kind, data in list(self.sent)
            if kind == "comm_msg" and data.get("method") == "update"
        ]

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """The kernel's messages of one type."""
        return [message for message in self.said if message["type"] == kind]

    def hear(self, kind: str, number: int = 0) -> dict[str, Any]:
        """Wait for a message of this type."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.heard(kind)) > number, PATIENCE), self.said
            return self.heard(kind)[number]

    def hear_traits(self, is_it: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait until the page has been shown such traits, and return the last of them."""
        with self._news:
            assert self._news.wait_for(lambda: any(map(is_it, self.updates)), PATIENCE), (
                self.updates
            )
        return next(filter(is_it, reversed(self.updates)))

    def hear_status(self, status: str) -> None:
        """Wait until the page has been shown a status."""
        self.hear_traits(lambda traits: traits.get("status") == status)

    def hear_question(self, account_id: str) -> dict[str, Any]:
        """Wait until the user is asked about a login, and return what is shown of it."""

        def is_it(traits: dict[str, Any]) -> bool:
            return [one["account_id"] for one in traits.get("found", ())] == [account_id]

        found: dict[str, Any] = self.hear_traits(is_it)["found"][0]
        return found

    # What is said.

    def send_raw(self, data: object, *buffers: bytes) -> None:
        """Say something that no page of ours would say."""
        beside = [memoryview(buffer) for buffer in buffers]
        self.handle_msg({"content": {"data": data}, "buffers": beside})

    def say(self, kind: str, **fields: Any) -> None:
        """Say something to the kernel."""
        self.send_raw({"method": "custom", "content": {"type": kind, **fields}})

    def paste_address(self, address: str) -> None:
        """Say where an app's login has ended: beside the message, so that no log has it."""
        content = {"type": "redirected"}
        self.send_raw({"method": "custom", "content": content}, address.encode())

    def click(self) -> dict[str, Any]:
        """Press the button, and return the message with the address."""
        request = f"click-{next(self._clicks)}"
        seen = len(self.heard("authorize"))
        self.say("begin", page_id="page", request=request)
        answer = self.hear("authorize", seen)
        assert answer["request"] == request
        return answer

    def claim(self, run: str, origin: str, data: object, **changes: Any) -> None:
        """Pass a message event on."""
        fields = {"page_origin": "http://localhost:8888", "source": "popup"} | changes
        self.say("claim", run=run, origin=origin, data=data, **fields)


def flush() -> None:
    """Return when everything that was to be shown has been shown."""
    UI_THREAD.post(lambda: None).result(PATIENCE)


def connect(login: ConnectAccount, sim: Simulator, **choices: Any) -> None:
    """Log in with a card as a user does, and wait until the end is shown."""
    page: Page = login.comm
    address = page.click()
    event = sim.play_user(address["url"], **choices)
    page.claim(address["run"], event.origin, event.data)
    login.wait(PATIENCE)
