"""A `MessageObserver` receives every message of the login's window."""

from __future__ import annotations

from ghl_notebook import Client, ConnectAccount
from ghl_notebook.login import Channel, RawMessage
from ghl_notebook.simulator import Simulator
from tests.login.page import flush
from tests.verify.test_deviations import options


class Observer:
    """An observer that stores the messages."""

    def __init__(self) -> None:
        self.messages: list[RawMessage] = []

    def on_message(self, message: RawMessage) -> None:
        """Store a message."""
        self.messages.append(message)

    def on_window_lost(self) -> None:
        """Nothing to store."""


def test_an_ordinary_login_has_no_observer(sim: Simulator) -> None:
    """Its page is not asked to report messages, and reported ones are ignored."""
    known = options(sim)
    del known["say"]
    with Client(**known) as client:
        login = ConnectAccount(client)
        assert [m["type"] for m in login._pages._initial_messages()] == ["traits", "time"]
        message = {"type": "raw_message", "origin": "o", "source": "popup", "data": 1}
        login._pages.receive(message, Channel.MESSAGE)
        flush()
        assert login.status == "idle"
        login.close()


def test_an_observer_receives_every_message(sim: Simulator) -> None:
    """Of any origin and form, in the UI thread; the messages change nothing."""
    known = options(sim)
    del known["say"]
    observer = Observer()
    with Client(**known) as client:
        login = ConnectAccount(client, message_observer=observer)
        assert login._pages._initial_messages()[0] == {"type": "report_messages"}
        for data in (None, "text", {"a": [1]}):
            message = {"type": "raw_message", "origin": "o", "source": "other", "data": data}
            login._pages.receive(message, Channel.LOOPBACK)
        flush()
        assert [message.data for message in observer.messages] == [None, "text", {"a": [1]}]
        assert (login.status, login.notice) == ("idle", None)
        login.close()
