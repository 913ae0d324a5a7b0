"""The card as a widget: its traits, who may set them, and who may observe them."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections.abc import Callable
from typing import Any

import ipywidgets
import pytest
import traitlets

import ghl_notebook as ghl
from ghl_notebook import Client, ConnectAccount, errors
from ghl_notebook.simulator import Simulator
from tests.folding import folded
from tests.login.page import Page, connect, flush
from tests.login.recording import PATIENCE

Card = Callable[..., ConnectAccount]

DEFAULTS = {
    "platform": "instagram",
    "platform_name": "Instagram",
    "status": "idle",
    "delivered_by": None,
    "user_id": None,
    "location_name": None,
    "user_name": None,
    "action_type": None,
    "page": None,
    "placement": None,
    "account_id": None,
    "reconnect": False,
    "account_name": None,
    "reconnect_accounts": [],
    "payload": {},
    "account_names": [],
    "choices": [],
    "is_attaching": False,
    "attached": [],
    "error": None,
    "notice": None,
    "found": [],
    "watches_accounts": False,
    "time_limit": 600.0,
    "separate_page": False,
    "can_recheck": False,
}
OWNED = [*DEFAULTS, "location_id"]


# The traits.


@folded("name", DEFAULTS)
def test_traits_before_anything_has_happened(card: Card, name: str) -> None:
    """A new card says what it is for, and nothing about a login."""
    assert getattr(card(), name) == DEFAULTS[name]


def test_the_clients_ids_are_traits(sim: Simulator, card: Card, client: Client) -> None:
    """The card shows for which sub-account it is."""
    assert card().location_id == sim.location_id


@folded("name", OWNED)
def test_traits_are_read_only(card: Card, name: str) -> None:
    """Assigning to one fails at once."""
    with pytest.raises(traitlets.TraitError, match="read-only"):
        setattr(card(), name, DEFAULTS.get(name))


def test_every_synced_trait_of_the_card_is_listed_here(card: Card) -> None:
    """The lists above leave none out."""
    theirs = set(ipywidgets.DOMWidget.class_traits())
    own = {n for n in card().traits(sync=True) if n not in theirs and not n.startswith("_")}

    assert own == set(OWNED)


def test_traits_after_a_login(card: Card, sim: Simulator) -> None:
    """What came back is in the traits."""
    sim.levers.reconnect_accounts = ["first-account", "second-account"]
    login = card()
    connect(login, sim, tick=["Café Lumière"])

    assert (login.status, login.error, login.notice) == ("connected", None, None)
    assert login.account_id in sim.state.logins
    assert (login.action_type, login.page) == ("close", "social_media_posting")
    assert login.placement is None  # the string "undefined" in the message
    assert login.reconnect_accounts == ["first-account", "second-account"]
    assert login.account_names == ["Café Lumière"]
    assert login.user_id == sim.user_id
    assert login.payload == {
        "actionType": "close",
        "page": "social_media_posting",
        "platform": "instagram",
        "placement": None,
        "accountId": login.account_id,
        "reconnectAccounts": ["first-account", "second-account"],
        "refresh": None,
        "source": None,
    }


def test_traits_after_a_failure(card: Card, sim: Simulator) -> None:
    """The error says what to do, and the page is told to close its window."""
    sim.levers.fail_with("scope_missing", "*/start")
    login = card()
    page: Page = login.comm
    page.say("begin", page_id="page", request="click")

    assert page.hear("failed")["request"] == "click"
    assert login.status == "failed"
    assert "Add the scope socialplanner/oauth.readonly" in str(login.error)
    assert login.can_recheck is False


def test_payload_of_an_unconfirmed_claim_is_in_no_trait(card: Card, sim: Simulator) -> None:
    """What anybody may have posted is not shown as a result."""
    login = card()
    page: Page = login.comm
    address = page.click()
    event = sim.play_user(address["url"])
    sim.levers.fail_with("scope_missing", "*/accounts/*")
    page.claim(address["run"], event.origin, event.data)
    with pytest.raises(errors.LoginFailedError):
        login.wait(PATIENCE)

    assert login.can_recheck is True
    assert (login.account_id, login.payload) == (None, {})


def test_a_second_login_of_the_card_forgets_the_first(card: Card, sim: Simulator) -> None:
    """After Try again nothing is left of the failure."""
    sim.levers.fail_with("scope_missing", "*/start")
    login = card()
    page: Page = login.comm
    page.say("begin", page_id="page", request="first")
    page.hear("failed")
    connect(login, sim)

    assert (login.status, login.error) == ("connected", None)


def test_repr(card: Card) -> None:
    """A card without a front end is still readable."""
    assert repr(card("tiktok_business")) == "ConnectAccount('tiktok-business', status='idle')"


def test_the_page_gets_all_that_it_needs_with_the_first_message(card: Card) -> None:
    """Traits that the constructor sets are in the comm's opening."""
    page: Page = card().comm
    kind, data = page.sent[0]

    assert kind == "comm_open"
    assert set(OWNED) <= set(data["state"])
    assert data["state"]["platform_name"] == "Instagram"


def test_what_is_sent_is_json(card: Card, sim: Simulator) -> None:
    """A front end can read every message of a login."""
    login = card()
    connect(login, sim)
    page: Page = login.comm

    assert json.loads(json.dumps(page.said)) == page.said
    assert json.loads(json.dumps(page.updates)) == page.updates


# What it takes.


def test_layout_is_taken(card: Card) -> None:
    """Arguments of any widget are handed on."""
    assert card(layout={"width": "20em"}).layout.width == "20em"


def test_layout_can_be_changed(card: Card) -> None:
    """Only what the kernel owns is read-only."""
    login = card()
    login.layout.width = "30em"
    login.tooltip = "Connect"

    assert login.layout.width == "30em"


@pytest.mark.parametrize(
    "extra",
    [
        {"colour": "red"},
        {"status": "connected"},
        {"account_id": "x"},
        {"_esm": "export default {}"},
        {"_view_name": "Other"},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_unknown_arguments_are_refused(client: Client, extra: dict[str, Any]) -> None:
    """A misspelt argument, and what only the kernel sets, fail at once and by name."""
    (name,) = extra
    with pytest.raises(errors.ArgumentError, match=f"takes no '{name}'"):
        ConnectAccount(client, layout={"width": "1em"}, **extra)


@pytest.mark.parametrize("wrong", [None, "pit-00000000-simulated", ghl.Client, object()])
def test_a_wrong_client_is_refused(wrong: Any) -> None:
    """The error says what to pass."""
    with pytest.raises(errors.ArgumentError, match=r"Pass what ghl_notebook\.Client\(\)"):
        ConnectAccount(wrong)


async def test_an_async_client_is_refused(sim: Simulator) -> None:
    """The card needs the one for cells."""
    async with ghl.AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
        with pytest.raises(errors.ArgumentError, match="AsyncClient, not a Client"):
            ConnectAccount(client)  # type: ignore[arg-type]


@pytest.mark.parametrize("platform", ["myspace", "", "bluesky"])
def test_an_unknown_platform_is_refused(client: Client, platform: str) -> None:
    """The error names those that there are, or says that this one cannot be connected."""
    with pytest.raises(errors.PlatformError):
        ConnectAccount(client, platform)


def test_a_time_limit_of_nothing_is_refused(client: Client) -> None:
    """Nobody logs in within no time."""
    with pytest.raises(errors.ArgumentError, match="time_limit"):
        ConnectAccount(client, time_limit=0)


# The page cannot set what the kernel says.


@folded("name", OWNED)
def test_set_state_leaves_the_kernels_traits_alone(card: Card, name: str) -> None:
    """What a front end sends back changes nothing."""
    login = card()
    before = getattr(login, name)
    login.set_state({name: "connected"})

    assert getattr(login, name) == before


def test_an_update_of_the_page_changes_nothing(card: Card) -> None:
    """A page, or whatever runs in it, cannot make a login look connected."""
    login = card()
    page: Page = login.comm
    page.send_raw({"method": "update", "state": {"status": "connected", "account_id": "x" * 24}})

    assert (login.status, login.account_id) == ("idle", None)


def test_an_update_of_the_page_may_change_the_rest(card: Card) -> None:
    """What is the front end's own still works."""
    login = card()
    page: Page = login.comm
    page.send_raw({"method": "update", "state": {"tooltip": "Hello", "status": "failed"}})

    assert (login.tooltip, login.status) == ("Hello", "idle")


# Its end.


def test_close_cancels(card: Card) -> None:
    """Nobody can finish a login whose card is gone."""
    login = card()
    login.comm.click()
    login.close()
    flush()

    assert login.status == "cancelled"


def test_close_closes_the_comm(card: Card) -> None:
    """The page removes every view."""
    login = card()
    page: Page = login.comm
    login.close()
    flush()

    assert page.sent[-1][0] == "comm_close"


def test_closing_twice_is_harmless(card: Card) -> None:
    """Cells are run again."""
    login = card()
    login.close()
    login.close()

    assert login.comm is None


def test_cancel_is_seen_at_once(card: Card) -> None:
    """The next line of the cell finds the login cancelled."""
    login = card()
    login.comm.click()
    login.cancel()

    assert login.status == "cancelled"
    with pytest.raises(errors.LoginCancelledError):
        login.finished()


def test_cancel_before_the_click_does_nothing(card: Card) -> None:
    """There is nothing to give up."""
    login = card()
    login.cancel()

    assert login.status == "idle"


def test_a_closed_card_is_forgotten(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the thread nor the loop keeps it."""
    monkeypatch.setattr("comm.create_comm", Page)
    login = ConnectAccount(client)
    login.comm.click()
    login.close()
    flush()
    gone = threading.Event()
    weakref.finalize(login, gone.set)
    del login
    Page.opened.clear()

    assert collected(gone)


def collected(gone: threading.Event) -> bool:
    """Collect garbage until an object is gone: its last frame may just be returning."""
    for _ in range(100):
        gc.collect()
        if gone.wait(0.1):
            return True
    return False
