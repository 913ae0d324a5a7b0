"""A colleague connects an account of the same platform while the window of this login is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ghl_notebook import Client, ConnectAccount
from ghl_notebook.login.social import Appearance
from ghl_notebook.simulator import Simulator
from tests.login.page import Page
from tests.login.recording import PATIENCE
from tests.login.test_accounts_watch import log_in_elsewhere

Card = Callable[..., ConnectAccount]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, sim: Simulator) -> None:
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._WATCH_SECONDS", 0.01)
    sim.levers.rate_limit = 1_000_000


def lose(login: ConnectAccount) -> str:
    """Open the window, and lose sight of it, once the list is known as it was before."""
    page: Page = login.comm
    run: str = page.click()["run"]
    page.hear_traits(lambda traits: traits.get("watches_accounts"))
    page.say("window_lost", run=run)
    return run


def test_a_colleagues_login_does_not_count(card: Card, client: Client, sim: Simulator) -> None:
    """The user says that it is not theirs, and goes on to their own."""
    login = card()
    page: Page = login.comm
    run = lose(login)
    theirs = log_in_elsewhere(client, sim)
    found = page.hear_question(theirs)
    assert (found["names"] != [], found["found_at"] > 0) == (True, True)
    assert login.status == "waiting"

    page.say("not_mine", run=run)
    page.hear_traits(lambda traits: traits.get("found") == [])
    mine = str(sim.play_user(page.heard("authorize")[0]["url"]).data["accountId"])
    page.hear_question(mine)
    page.say("mine", run=run, account_id=mine)
    login.wait(PATIENCE)
    assert (login.account_id, login.delivered_by, login.found) == (mine, "accounts", [])


def test_the_answer_chooses_what_is_attached(card: Card, client: Client, sim: Simulator) -> None:
    """One step for whose it is and what to attach; the list of choices comes with the question."""
    login = card()
    page: Page = login.comm
    run = lose(login)
    mine = str(sim.play_user(page.heard("authorize")[0]["url"]).data["accountId"])
    page.hear_traits(lambda traits: any(one["choices"] for one in traits.get("found", ())))
    (found,) = login.found
    free = [one["origin_id"] for one in found["choices"] if not one["is_attached"]]
    page.say("mine", run=run, account_id=mine, origin_ids=free[:1])
    login.wait_attached(PATIENCE)

    assert [one["origin_id"] for one in login.attached] == free[:1]
    assert (login.account_id, login.delivered_by) == (mine, "accounts")


def test_a_question_without_its_choices_is_asked(
    card: Card, client: Client, sim: Simulator
) -> None:
    """What cannot be looked up costs the choices only."""
    login = card()
    run = lose(login)
    sim.levers.fail("*/oauth/*/instagram/accounts/*", 500, "{}", times=None)
    theirs = log_in_elsewhere(client, sim)

    assert login.comm.hear_question(theirs)["choices"] == []
    login.comm.say("not_mine", run=run)
    login.comm.hear_traits(lambda traits: traits.get("found") == [])


def test_what_was_chosen_belongs_to_one_login(card: Card, client: Client, sim: Simulator) -> None:
    """An answer to what was not asked attaches nothing of the login that counts."""
    login = card()
    page: Page = login.comm
    run = lose(login)
    mine = str(sim.play_user(page.heard("authorize")[0]["url"]).data["accountId"])
    page.say("mine", run=run, account_id=mine, origin_ids=["1", "2"])
    login.paste(mine)
    login.wait(PATIENCE)

    assert (login.is_attaching, login.attached) == (False, [])


def test_code_may_answer(card: Card, client: Client, sim: Simulator) -> None:
    """By the account id, which the service confirms like any other."""
    login = card()
    lose(login)
    login.comm.hear_question(log_in_elsewhere(client, sim))
    login.paste(login.found[0]["account_id"])

    assert login.wait(PATIENCE).delivered_by == "pasted"


def test_where_nobody_else_connects_nobody_is_asked(
    card: Card, client: Client, sim: Simulator
) -> None:
    """The caller has said so."""
    login = card(assume_mine=True)
    lose(login)
    account_id = log_in_elsewhere(client, sim)

    assert login.wait(PATIENCE).account_id == account_id
    assert [traits["found"] for traits in login.comm.updates if traits.get("found")] == []


@pytest.mark.parametrize("answer", ["mine", "not_mine"])
def test_a_page_cannot_answer_what_is_not_asked(card: Card, answer: str) -> None:
    """Nor make a login count that the list has not shown."""
    login = card()
    run = lose(login)
    login.comm.say(answer, run=run, account_id="f" * 24)
    login.comm.say("paste", account_id="no id")
    login.comm.hear_traits(lambda traits: "not an account ID" in str(traits.get("notice")))

    assert login.status == "waiting"


@pytest.mark.parametrize(
    ("pictures", "address", "is_shown"),
    [
        ("platforms", "https://scontent.fbcdn.net/p.jpg", True),
        ("platforms", "https://evil.example/p.jpg", False),
        ("platforms", "http://127.0.0.1:8888/api/shutdown", False),
        ("none", "https://scontent.fbcdn.net/p.jpg", False),
    ],
)
def test_pictures_are_those_that_the_panel_shows(
    card: Card, pictures: str, address: str, is_shown: bool
) -> None:
    """From the platforms' own hosts, or none at all; and of the names no more than fits."""
    login = card(pictures=pictures)
    found = Appearance("6" * 24, names=("a\n" * 500,) * 9, picture=address, found_at=1.0)
    login._update(replace(login._login.state, found=(found,)))
    (asked,) = login.found

    assert asked["picture"] == (address if is_shown else None)
    assert len(asked["names"]) == 5
    assert all(len(name) <= 200 and "\n" not in name for name in asked["names"])
