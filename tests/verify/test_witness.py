"""The messages of the pop-up are reported only to an observer that was passed."""

from __future__ import annotations

from ghl_notebook import Client, ConnectAccount
from ghl_notebook.login import Heard
from ghl_notebook.simulator import Simulator
from tests.login.page import flush
from tests.verify.test_deviations import options


class Listening:
    """A witness that remembers."""

    def __init__(self) -> None:
        self.told: list[Heard] = []

    def heard(self, heard: Heard) -> None:
        """Remember."""
        self.told.append(heard)

    def lost(self) -> None:
        """Nothing to remember."""


def test_an_ordinary_login_has_no_witness(sim: Simulator) -> None:
    """The page is not requested to report messages, and a report is ignored."""
    known = options(sim)
    del known["say"]
    with Client(**known) as client:
        login = ConnectAccount(client)
        assert [m["type"] for m in login._pages._greet()] == ["traits", "time"]
        login._pages.take({"type": "heard", "origin": "o", "source": "popup", "data": 1}, "comm")
        flush()
        assert login.status == "idle"
        login.close()


def test_a_witness_is_told_of_every_message(sim: Simulator) -> None:
    """Messages of any origin and form are reported in the UI thread; they change nothing."""
    known = options(sim)
    del known["say"]
    witness = Listening()
    with Client(**known) as client:
        login = ConnectAccount(client, witness=witness)
        assert login._pages._greet()[0] == {"type": "witness"}
        for data in (None, "text", {"a": [1]}):
            said = {"type": "heard", "origin": "https://x.test", "source": "other", "data": data}
            login._pages.take(said, "loopback")
        flush()
        assert [heard.data for heard in witness.told] == [None, "text", {"a": [1]}]
        assert (login.status, login.notice) == ("idle", None)
        login.close()
