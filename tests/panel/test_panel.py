"""The panel of one sub-account: what it shows, and what it does for its page."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import AccountsPanel, DemoClient, errors
from ghl_notebook.panel.card import EmbeddedCard
from ghl_notebook.widgets import UI_THREAD
from tests.login.page import flush
from tests.login.recording import PATIENCE
from tests.panel.page import PanelPage

MakePanel = Callable[..., AccountsPanel]
EXPIRED = "Nordljus Studio"
CONNECTED = 7


@pytest.fixture
def panel(make_panel: MakePanel, client: DemoClient) -> AccountsPanel:
    """A panel of the demo's sub-account."""
    return make_panel(client)


@pytest.fixture
def page(panel: AccountsPanel) -> PanelPage:
    """Its page, which shows the accounts."""
    page = PanelPage(panel)
    page.until(stage="list")
    return page


def log_in(page: PanelPage, client: DemoClient, **choices: Any) -> EmbeddedCard:
    """Log in with the card that the panel shows."""
    flush()
    login = page.login
    page.log_in(client.simulator, **choices)
    return login


# What it shows.


def test_the_frame_is_that_of_fetch_accounts(panel: AccountsPanel, client: DemoClient) -> None:
    """It is there at once: reading it waits for the fetch that goes on."""
    pd.testing.assert_frame_equal(panel.frame, ghl.fetch_accounts(client))
    assert panel.selected.columns.equals(panel.frame.columns)
    assert panel.selected.empty


@pytest.mark.slow
def test_making_one_waits_for_nothing(make_panel: MakePanel, client: DemoClient) -> None:
    """The kernel is free while the service takes its time."""
    client.simulator.levers.latency = 0.5
    panel = make_panel(client)
    assert panel.status == "fetching"
    assert len(panel.frame) == CONNECTED
    flush()
    assert (panel.status, panel.location_id) == ("ready", client.location_id)


def test_rows_of_the_page(page: PanelPage, client: DemoClient) -> None:
    """Names, platforms and states are those of the accounts, by the client's clock."""
    told = page.columns
    assert told["title"][:3] == ["Facebook", "Google Business Profile", "Instagram"]
    assert told["username"][2] == "nordljus.studio"
    assert told["state"][:5] == ["connected", "connected", "expired", "connected", "expiring"]
    assert told["days"][:5] == [50, 40, -30, 35, 9]
    assert told["groups"][0] == ["Café, all channels"]
    assert told["avatar"][0].startswith(client.simulator.base_url)


def test_the_sub_account_has_its_name(page: PanelPage, client: DemoClient) -> None:
    """As soon as a page shows the panel; without the scope, the id stays."""
    assert page.shown()["name"] is None
    page.say("hello")
    page.until(name=client.location().name)


def test_a_page_that_comes_later_is_told_everything(page: PanelPage) -> None:
    """After a reload the rows are there again."""
    before = len(page.comm.heard("rows"))
    page.say("hello")
    assert page.comm.hear("rows", before) == page.comm.heard("rows")[0]


def test_what_a_saved_notebook_holds(panel: AccountsPanel, page: PanelPage) -> None:
    """Names, platforms and states, in the widget's state and beside it; nothing else."""
    data, _ = panel._repr_mimebundle_()
    for saved in (
        json.dumps(panel.get_state(), default=str, ensure_ascii=False),
        data["text/html"],
    ):
        assert EXPIRED in saved
        assert "Google Business Profile" in saved
        row = panel.frame.iloc[0]
        ids = row[["id", "oauth_id", "profile_id", "origin_id", "location_id", "avatar"]]
        assert not [text for text in ("cafe.lumiere", *ids) if str(text) in saved]


def test_a_saved_notebook_holds_nothing_if_you_say_so(
    make_panel: MakePanel, client: DemoClient
) -> None:
    """No trait that is saved has an account, whatever is shown."""
    panel = make_panel(client, save_rows=False)
    PanelPage(panel).until(stage="list")
    data, _ = panel._repr_mimebundle_()
    assert "text/html" not in data
    assert EXPIRED not in json.dumps(panel.get_state(), default=str)


def test_a_page_cannot_change_what_is_saved(panel: AccountsPanel, page: PanelPage) -> None:
    """The script and the rows are the kernel's."""
    before = panel.get_state(["_esm", "saved"])
    page.comm.send_raw({"method": "update", "state": {"_esm": "alert(1)", "saved": {"rows": []}}})
    flush()
    assert panel.get_state(["_esm", "saved"]) == before


def test_ticked_rows(panel: AccountsPanel, page: PanelPage) -> None:
    """They are a DataFrame, and stay ticked when the list is fetched again."""
    version = page.row(EXPIRED)["version"]
    page.say("select", version=version, rows=[2, 0, 77])
    flush()
    assert panel.selected["name"].to_list() == ["Café Lumière", EXPIRED]
    panel.refresh()
    flush()
    assert page.comm.heard("rows")[-1]["selected"] == [0, 2]
    page.say("select", version=version, rows=[])
    flush()
    assert len(panel.selected) == 2  # said of rows that are no longer shown


def test_refresh(panel: AccountsPanel, page: PanelPage, client: DemoClient) -> None:
    """It waits, and gives what there is now."""
    account = client.simulator.state.accounts[panel.frame["id"].iloc[0]]
    client.simulator.state.revoke(account)
    assert panel.refresh()["is_expired"].sum() == 2
    page.until(error=None)
    assert page.columns["state"][0] == "expired"


def test_a_fetch_that_fails(make_panel: MakePanel, client: DemoClient) -> None:
    """The page has the next step, the frame raises it, and Refresh tries again."""
    client.simulator.levers.fail_with("scope_missing", "*/accounts")
    panel = make_panel(client)
    with pytest.raises(errors.ScopeError):
        panel.frame  # noqa: B018
    flush()
    assert panel.status == "failed"
    assert "Add the scope socialplanner/" in str(panel.error)
    page = PanelPage(panel)
    assert page.shown()["error"] == panel.error
    page.say("refresh")
    page.until(error=None)
    assert len(panel.frame) == CONNECTED


def test_a_refresh_that_fails_keeps_what_is_there(
    panel: AccountsPanel, page: PanelPage, client: DemoClient
) -> None:
    """It raises; the frame of before is still to be had."""
    client.simulator.levers.fail_with("scope_missing", "*/accounts")
    with pytest.raises(errors.ScopeError):
        panel.refresh()
    flush()
    assert len(panel.frame) == CONNECTED
    assert panel.status == "ready"
    assert panel.error is not None


def test_observers(make_panel: MakePanel, client: DemoClient) -> None:
    """Who observes the status finds the frame, and is told not to wait there."""
    client.simulator.levers.latency = 0.2
    panel = make_panel(client)
    seen: list[object] = []

    def look(change: dict[str, Any]) -> None:
        seen.append((change["new"], len(panel.frame)))
        with pytest.raises(errors.ArgumentError, match="refresh"):
            panel.refresh()
        seen.append("refused")

    panel.observe(look, "status")
    panel.frame  # noqa: B018
    flush()
    assert seen == [("ready", CONNECTED), "refused"]


@pytest.mark.parametrize("what", [None, "pit-0", pd.DataFrame()])
def test_something_else_is_refused(what: object) -> None:
    """The error says what to pass."""
    with pytest.raises(errors.ArgumentError, match="demo_agency"):
        AccountsPanel(what)  # type: ignore[arg-type]


def test_repr(panel: AccountsPanel) -> None:
    """It is readable where no widget is shown."""
    panel.frame  # noqa: B018
    flush()
    assert repr(panel) == "AccountsPanel(status='ready')"


# Connecting and attaching.


def attach(page: PanelPage, *names: str) -> None:
    """Attach accounts in the card, by their names."""
    offered = {one["name"]: one["origin_id"] for one in page.login.choices}
    page.say_of_card("attach", origin_ids=[offered[name] for name in names])


def test_connect_and_attach(panel: AccountsPanel, page: PanelPage, client: DemoClient) -> None:
    """The card in place of the list, which attaches, then the list with what was attached."""
    page.say("connect", platform="instagram")
    page.until(stage="login")
    login = log_in(page, client, tick=["Café Lumière", "東京ラーメン日記"])
    flush()
    assert page.until(stage="login")["notice"] is None
    assert {one["name"]: one["is_attached"] for one in login.choices} == {
        "Café Lumière": False,
        "東京ラーメン日記": False,
    }
    attach(page, "Café Lumière", "東京ラーメン日記")
    page.until(stage="list", notice="Attached: Café Lumière, 東京ラーメン日記.")
    assert panel.frame["name"].to_list().count("Café Lumière") == 4
    assert len(page.columns["name"]) == CONNECTED + 2


def test_what_is_attached_already_says_so(page: PanelPage, client: DemoClient) -> None:
    """It is not offered a second time."""
    page.say("connect", platform="facebook")
    page.until(stage="login")
    login = log_in(page, client)
    flush()
    assert {one["name"]: one["is_attached"] for one in login.choices}["Café Lumière"] is True


def test_attaching_that_fails_in_part(
    panel: AccountsPanel, page: PanelPage, client: DemoClient
) -> None:
    """The card stays with what went wrong, to be tried again; the others are attached."""
    page.say("connect", platform="instagram")
    page.until(stage="login")
    login = log_in(page, client, tick=["Café Lumière", "東京ラーメン日記"])
    flush()
    client.simulator.levers.fail_with("scope_missing", "*/accounts/*", method="POST")
    attach(page, "Café Lumière", "東京ラーメン日記")
    page.until(stage="login", notice="Attached: 東京ラーメン日記.")
    first, second = login.choices
    assert "Add the scope socialplanner/" in first["error"]
    assert (first["is_ticked"], first["is_attached"]) == (True, False)
    assert (second["error"], second["is_attached"]) == (None, True)
    attach(page, "Café Lumière")
    page.until(stage="list", notice="Attached: 東京ラーメン日記, Café Lumière.")
    assert len(panel.frame) == CONNECTED + 2


def test_what_is_attached_while_nothing_is_shown_is_in_the_list(
    panel: AccountsPanel, page: PanelPage, client: DemoClient
) -> None:
    """A user's observer takes so long that the panel learns only of the end."""
    page.say("connect", platform="instagram")
    page.until(stage="login")
    attachment = log_in(page, client, tick=["Café Lumière"])._login.attachment
    flush()
    free = threading.Event()

    def hold() -> None:
        free.wait(PATIENCE)

    UI_THREAD.post(hold)
    attachment.attach_all()
    while attachment.is_busy:
        time.sleep(0.01)
    free.set()
    page.until(stage="list", notice="Attached: Café Lumière.")
    assert len(panel.frame) == CONNECTED + 1


def test_a_card_that_is_done_does_not_come_back(page: PanelPage, client: DemoClient) -> None:
    """Once the list is shown again, the page hears no more of the card."""
    page.say("connect", platform="instagram")
    page.until(stage="login")
    log_in(page, client, tick=["Café Lumière"])
    flush()
    attach(page, "Café Lumière")
    page.until(stage="list", notice="Attached: Café Lumière.")
    flush()
    said = page.comm.said
    (*_, card) = (n for n, one in enumerate(said) if one["type"] in ("card", "to_card"))
    assert next(n for n, one in enumerate(said) if one.get("notice")) > card


def test_going_back_while_it_attaches_loses_nothing(
    panel: AccountsPanel, page: PanelPage, client: DemoClient
) -> None:
    """The list shows what was attached, even though its card is gone."""
    page.say("connect", platform="instagram")
    page.until(stage="login")
    log_in(page, client, tick=["Café Lumière"])
    flush()
    attach(page, "Café Lumière")
    page.say("back")
    page.until(stage="list", notice="Attached: Café Lumière.")
    assert len(panel.frame) == CONNECTED + 1


def test_back_gives_the_login_up(panel: AccountsPanel, page: PanelPage) -> None:
    """The list is there again, and nothing waits for the window any more."""
    page.say("connect", platform="instagram")
    page.until(stage="login")
    flush()
    login = page.login
    page.click()
    page.say("back")
    page.until(stage="list")
    assert login._login.state.status == "cancelled"


def test_a_platform_that_cannot_be_connected(page: PanelPage) -> None:
    """The error says which can."""
    page.say("connect", platform="friendster")
    flush()
    assert "Choose one of" in page.until(stage="list")["error"]
    assert "There is no platform 'friendster'" in page.shown()["error"]


# Reconnecting.


def test_reconnect(panel: AccountsPanel, page: PanelPage, client: DemoClient) -> None:
    """The card renews the expired one, and the list shows its new end."""
    page.say("reconnect", **page.rows(EXPIRED))
    page.until(stage="login", reconnecting=EXPIRED)
    flush()
    assert page.login.account_name == EXPIRED
    log_in(page, client, choose="Jonas Lindqvist")
    page.until(stage="list", notice=f"{EXPIRED} is reconnected.")
    assert not panel.frame["is_expired"].any()
    assert page.columns["days"][2] == 60


def test_reconnect_several(panel: AccountsPanel, page: PanelPage, client: DemoClient) -> None:
    """One card after the other; one may be skipped."""
    numbers = [0, 2, 4]
    first, second, third = panel.frame["name"].iloc[numbers]
    assert second == EXPIRED
    page.say("reconnect", version=page.row(EXPIRED)["version"], rows=numbers)
    page.until(stage="login", reconnecting=first, next=[second, third])
    page.say("skip")
    page.until(stage="login", reconnecting=second, next=[third])
    log_in(page, client, choose="Jonas Lindqvist")
    page.until(stage="login", reconnecting=third, next=[], notice=f"{second} is reconnected.")
    page.say("skip")
    page.until(stage="list", reconnecting=None)


def test_an_account_that_cannot_be_reconnected_stops_no_other(
    make_panel: MakePanel, client: DemoClient
) -> None:
    """Its error shows, with the card of the next account."""
    panel = make_panel(client)
    page = PanelPage(panel)
    page.until(stage="list")
    platforms = panel.frame["platform"].astype("string")
    panel.frame["platform"] = platforms.where(panel.frame.index != 0, "friendster")
    first, second = panel.frame["name"].iloc[[0, 2]]
    page.say("reconnect", version=page.row(first)["version"], rows=[0, 2])
    shown = page.until(stage="login", reconnecting=second, next=[])
    assert shown["error"].startswith(f"{first}: There is no platform 'friendster'")


def test_reconnecting_somebody_else(page: PanelPage, client: DemoClient) -> None:
    """A login that did not renew the account says so, and offers what it may attach."""
    page.say("reconnect", **page.rows(EXPIRED))
    page.until(stage="login")
    login = log_in(page, client, choose="Amara Diallo")
    page.hear_card("card", lambda message: message["traits"]["choices"])
    assert page.until(reconnecting=EXPIRED)["stage"] == "login"
    assert EXPIRED not in [one["name"] for one in login.choices]


# Detaching.


def test_detach(panel: AccountsPanel, page: PanelPage, client: DemoClient) -> None:
    """The account is gone from the service and from the list."""
    page.say("detach", **page.rows(EXPIRED))
    page.until(notice=f"{EXPIRED} is detached.")
    assert EXPIRED not in ghl.fetch_accounts(client)["name"].to_list()
    assert EXPIRED not in panel.frame["name"].to_list()


def test_detach_several(panel: AccountsPanel, page: PanelPage, client: DemoClient) -> None:
    """One that cannot be detached stays, and the error says why."""
    client.simulator.levers.fail_with("scope_missing", "*/accounts/*", method="DELETE")
    page.say("detach", **page.rows(EXPIRED, "東京ラーメン日記"))
    shown = page.until(notice="東京ラーメン日記 is detached.")
    assert "Add the scope socialplanner/" in shown["error"]
    assert EXPIRED in panel.frame["name"].to_list()
    assert "東京ラーメン日記" not in ghl.fetch_accounts(client)["name"].to_list()


def test_detaching_that_fails(page: PanelPage, client: DemoClient) -> None:
    """The error has the next step, the account stays, and it can be tried again."""
    client.simulator.levers.fail_with("scope_missing", "*/accounts/*", method="DELETE")
    page.say("detach", **page.rows(EXPIRED))
    flush()
    shown = page.until(notice=None)
    assert "Add the scope socialplanner/" in shown["error"]
    assert EXPIRED in page.columns["name"]
    page.say("detach", **page.rows(EXPIRED))
    page.until(notice=f"{EXPIRED} is detached.", error=None)


def test_a_row_of_an_older_list_is_not_acted_upon(
    panel: AccountsPanel, page: PanelPage, client: DemoClient
) -> None:
    """Another account may stand there by now."""
    old = page.rows(EXPIRED)
    panel.refresh()
    page.say("detach", **old)
    flush()
    assert page.shown()["notice"].startswith("The list has changed")
    assert EXPIRED in ghl.fetch_accounts(client)["name"].to_list()


@pytest.mark.parametrize(
    "content",
    [{}, {"type": "detach"}, {"type": "attach", "pages": "all"}, {"type": "rm"}, [1], None],
)
def test_nonsense_is_not_heard(panel: AccountsPanel, page: PanelPage, content: object) -> None:
    """What no page of ours would say changes nothing."""
    before = len(page.comm.sent)
    page.comm.send_raw({"method": "custom", "content": content})
    flush()
    assert len(page.comm.sent) == before


def test_close(panel: AccountsPanel, page: PanelPage) -> None:
    """A login that is going is given up with the panel."""
    page.say("connect", platform="instagram")
    page.until(stage="login")
    flush()
    login = page.login
    page.click()
    panel.close()
    flush()
    assert panel.comm is None
    assert login._login.state.status == "cancelled"
