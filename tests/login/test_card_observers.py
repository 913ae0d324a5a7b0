"""Who looks on while a login goes on: observers and links."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import ipywidgets
import pytest
import traitlets

import ghl_notebook as ghl
from ghl_notebook import Client, ConnectAccount
from ghl_notebook.simulator import Simulator
from tests.login.page import Page, connect

Card = Callable[..., ConnectAccount]


class Seen:
    """An observer that remembers what it saw."""

    def __init__(self, login: ConnectAccount, *names: str) -> None:
        self.changes: list[tuple[str, Any]] = []
        self.threads: set[str] = set()
        login.observe(self._see, names or traitlets.All)

    def _see(self, change: Any) -> None:
        self.changes.append((change["name"], change["new"]))
        self.threads.add(threading.current_thread().name)

    @property
    def names(self) -> list[str]:
        """The names in the order of the changes."""
        return [name for name, _ in self.changes]


def test_statuses_are_seen_in_their_order(card: Card, sim: Simulator) -> None:
    """Each one is seen once."""
    login = card()
    seen = Seen(login, "status")
    connect(login, sim)

    assert seen.changes == [
        ("status", "starting"),
        ("status", "waiting"),
        ("status", "checking"),
        ("status", "connected"),
    ]


def test_status_changes_last(card: Card, sim: Simulator) -> None:
    """Who observes `status` finds everything else set."""
    login = card()
    found: dict[str, Any] = {}

    def look(change: Any) -> None:
        if change["new"] == "connected":
            found.update(id=login.account_id, names=login.account_names, payload=login.payload)

    login.observe(look, "status")
    connect(login, sim)

    assert found["id"] == login.account_id is not None
    assert found["names"]
    assert found["payload"]["accountId"] == found["id"]


def test_observers_run_in_a_thread_of_their_own(card: Card, sim: Simulator) -> None:
    """Neither the cell's thread nor the one that asks the service is held up."""
    login = card()
    seen = Seen(login)
    connect(login, sim)

    assert seen.threads == {"ghl_notebook-ui"}


def test_observers_may_ask_the_service(card: Card, client: Client, sim: Simulator) -> None:
    """A blocking call in an observer is no deadlock."""
    login = card()
    connected = len(ghl.fetch_accounts(client))
    rows: list[int] = []

    def fetch(change: Any) -> None:
        if change["new"] == "connected":
            rows.append(len(ghl.fetch_available_accounts(client, login)))
            rows.append(len(ghl.fetch_accounts(client)))

    login.observe(fetch, "status")
    connect(login, sim)

    assert rows == [4, connected]


@pytest.mark.parametrize("name", ["status", "user_id", "account_id", "payload"])
def test_a_failing_observer_stops_nothing(
    card: Card, sim: Simulator, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """The login goes on, all traits are set, and the log has the observer's traceback."""
    login = card()

    def fail(change: Any) -> None:
        raise ZeroDivisionError("an observer's own mistake")

    login.observe(fail, name)
    connect(login, sim)

    assert login.status == "connected"
    assert login.account_id in sim.state.logins
    assert "an observer's own mistake" in caplog.text


def test_the_page_learns_of_the_end_although_an_observer_fails(card: Card, sim: Simulator) -> None:
    """What a user's code does wrong does not freeze the card."""
    login = card()
    login.observe(lambda _: 1 / 0, ["user_id", "account_id", "status"])
    connect(login, sim)
    page: Page = login.comm

    page.hear_status("connected")


def test_one_failing_observer_is_not_logged_as_ours(
    card: Card, sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The record names what failed, and comes from this package's logger."""
    login = card()
    login.observe(lambda _: 1 / 0, "account_id")
    connect(login, sim)
    (record,) = [r for r in caplog.records if r.levelno >= logging.WARNING]

    assert record.name == "ghl_notebook.login"
    assert "observer of a login's account_id failed" in record.getMessage()


# Links.


def test_dlink_follows_the_login(card: Card, sim: Simulator) -> None:
    """Another object of traits keeps up with the login."""
    login, label = card(), ipywidgets.Label()
    traitlets.dlink((login, "status"), (label, "value"))
    connect(login, sim)

    assert label.value == "connected"


def test_link_follows_the_login(card: Card, sim: Simulator) -> None:
    """A two-way link works in the one direction that is allowed."""
    login, label = card(), ipywidgets.Label()
    traitlets.link((login, "status"), (label, "value"))
    connect(login, sim)

    assert label.value == "connected"


def test_link_does_not_write_back(card: Card) -> None:
    """The other side of a link cannot set what the kernel owns."""
    login, label = card(), ipywidgets.Label()
    traitlets.link((login, "status"), (label, "value"))
    with pytest.raises(traitlets.TraitError, match="read-only"):
        label.value = "connected"

    assert login.status == "idle"


def test_jslink_names_the_trait(card: Card) -> None:
    """A link in the page can read the login's traits."""
    login, label = card(), ipywidgets.Label()
    link = ipywidgets.jsdlink((login, "status"), (label, "value"))

    assert link.source == (login, "status")
    assert ipywidgets.jslink((login, "status"), (label, "value")).target == (label, "value")


def test_a_card_goes_into_a_box(card: Card) -> None:
    """It is a widget like any other."""
    login = card()

    assert ipywidgets.HBox([login, ipywidgets.Label()]).children[0] is login


def test_a_card_has_a_view_to_display(card: Card) -> None:
    """Displaying it needs nothing but its name."""
    bundle = card()._repr_mimebundle_()

    assert "application/vnd.jupyter.widget-view+json" in bundle[0]
