"""What page and kernel say to each other: every message, and all that is none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from ghl_notebook import ConnectAccount
from ghl_notebook.simulator import Simulator
from tests.login.page import Page, connect, flush
from tests.login.recording import PATIENCE, settle

Card = Callable[..., ConnectAccount]


@pytest.fixture
def page(card: Card) -> Page:
    """The page of a new card."""
    page: Page = card(time_limit=100.0).comm
    return page


# hello


def test_hello_is_answered_with_the_time(page: Page) -> None:
    """Without a run there is none."""
    page.say("hello", page_id="page")

    assert page.hear("time") == {"type": "time", "run": None, "seconds_left": None}


def test_hello_is_answered_with_the_time_that_is_left(page: Page) -> None:
    """A page that was loaded again counts on from there."""
    run = page.click()["run"]
    flush()
    seen = len(page.heard("time"))
    page.say("hello", page_id="page")
    answer = page.hear("time", seen)

    assert answer["run"] == run
    assert 0 < answer["seconds_left"] <= 100


def test_hello_is_answered_with_the_loopback_server(page: Page) -> None:
    """The page learns of the second way into the kernel, and of the login page there."""
    page.say("hello", page_id="page")
    answer = page.hear("loopback")

    assert 0 < answer["port"] < 65536
    assert len(answer["path"]) >= 40
    assert len(answer["ticket"]) >= 40
    assert answer["ticket"] != answer["path"]


def test_hello_opens_no_endpoint_for_a_finished_login(card: Card, sim: Simulator) -> None:
    """A notebook that is looked at again keeps no server running."""
    login = card()
    connect(login, sim)
    settle()
    page: Page = login.comm
    before = page.heard("loopback")
    page.say("hello", page_id="page")
    settle()

    assert page.heard("loopback") == before


def test_hello_gets_no_address_before_anyone_wants_one(page: Page) -> None:
    """Displaying a card starts no login."""
    page.say("hello", page_id="page")
    page.hear("loopback")
    settle()

    assert page.heard("authorize") == []


def test_hello_does_not_get_an_opened_address(page: Page) -> None:
    """A second page is not told what the first has opened."""
    page.click()
    page.say("hello", page_id="another")
    page.hear("loopback")
    settle()

    assert len(page.heard("authorize")) == 1


# begin


def test_begin_is_answered_with_the_address(page: Page, sim: Simulator) -> None:
    """The message names click and run, and carries the address and the time."""
    answer = page.click()

    assert set(answer) == {"type", "request", "run", "url", "seconds_left"}
    assert answer["url"].startswith(f"{sim.public_url}/consent/instagram?")
    assert 0 < answer["seconds_left"] <= 100


def test_the_page_learns_of_the_run_that_its_click_began(page: Page) -> None:
    """Other pages of the same card learn of it by the same message."""
    run = page.click()["run"]

    assert page.hear("time")["run"] == run


def test_begin_again_is_a_new_run(page: Page) -> None:
    """Reopening gives another address."""
    first, second = page.click(), page.click()

    assert first["run"] != second["run"]
    assert first["url"] != second["url"]


def test_failed_start_names_the_click(page: Page, sim: Simulator) -> None:
    """The page closes the window that it had opened for it."""
    sim.levers.fail_with("scope_missing", "*/start")
    page.say("begin", page_id="page", request="the-click")

    assert page.hear("failed") == {"type": "failed", "request": "the-click"}


def test_failed_start_is_in_the_traits_first(page: Page, sim: Simulator) -> None:
    """When the window closes, the card says why."""
    sim.levers.fail_with("scope_missing", "*/start")
    page.say("begin", page_id="page", request="click")
    page.hear("failed")

    kinds = [
        data["method"] if data["method"] == "update" else data["content"]["type"]
        for kind, data in page.sent
        if kind == "comm_msg"
    ]
    assert kinds.index("failed") > len(kinds) - 1 - kinds[::-1].index("update")


def test_prefetched_address_is_opened_in_the_click(card: Card, sim: Simulator) -> None:
    """The click names the run whose address it has opened, and no other address comes."""
    login = card()
    page: Page = login.comm
    login._login.begin()
    address = page.hear("authorize")
    page.say("begin", page_id="page", request="click", prefetched=True, run=address["run"])
    page.hear_status("waiting")
    settle()

    assert address["request"] is None
    assert len(page.heard("authorize")) == 1


def test_a_stale_prefetched_address_begins_a_new_run(page: Page) -> None:
    """A page that comes back with the address of an earlier kernel gets a new one."""
    page.say("begin", page_id="page", request="click", prefetched=True, run="of-another-kernel")

    assert page.hear("authorize")["request"] == "click"


# claim


def test_claim_connects(card: Card, sim: Simulator) -> None:
    """The message event's own words are enough."""
    login = card()
    page: Page = login.comm
    address = page.click()
    event = sim.play_user(address["url"])
    page.claim(address["run"], event.origin, event.data)

    assert login.wait(PATIENCE).account_id == event.data["accountId"]


def test_claim_of_another_run_is_ignored(page: Page, sim: Simulator) -> None:
    """The window of an earlier click brings nothing."""
    event = sim.play_user(page.click()["url"])
    page.click()
    before = len(page.updates)
    page.claim("another-run", event.origin, event.data)
    settle()

    # That the list is looked at may be said at any time.
    later = [traits for traits in page.updates[before:] if traits.keys() != {"watches_accounts"}]
    assert later == []


def test_refused_origin_becomes_a_notice(page: Page, sim: Simulator) -> None:
    """The card can show it while it waits."""
    address = page.click()
    event = sim.play_user(address["url"])
    page.claim(address["run"], "https://elsewhere.example", event.data)
    settle()

    assert "GHL_ALLOWED_ORIGINS" in page.updates[-1]["notice"]


def test_a_claim_that_is_said_twice_counts_once(card: Card, sim: Simulator) -> None:
    """The page says it by both ways, with one number."""
    login = card()
    page: Page = login.comm
    address = page.click()
    event = sim.play_user(address["url"], allow=False)
    page.claim(address["run"], "https://elsewhere.example", event.data, id="1")
    page.claim(address["run"], event.origin, event.data, id="1")
    settle()

    assert login.status == "waiting"


# cancel


def test_cancel_ends_the_run(page: Page) -> None:
    """The button in the card."""
    page.say("cancel", run=page.click()["run"])

    page.hear_status("cancelled")


def test_cancel_without_a_run_ends_whichever_is_going(page: Page) -> None:
    """The page may not know the run yet."""
    page.click()
    page.say("cancel", run=None)

    page.hear_status("cancelled")


def test_cancel_of_an_earlier_run_ends_nothing(card: Card) -> None:
    """A late Cancel does not meet the next run."""
    login = card()
    page: Page = login.comm
    first = page.click()["run"]
    page.click()
    page.say("cancel", run=first)
    settle()

    assert login.status == "waiting"


# recheck


def fail_the_check(login: ConnectAccount, sim: Simulator) -> str:
    """Let a claim come while the service cannot be asked, and return its run."""
    page: Page = login.comm
    address = page.click()
    event = sim.play_user(address["url"])
    sim.levers.fail_with("scope_missing", "*/accounts/*")
    page.claim(address["run"], event.origin, event.data)
    page.hear_status("failed")
    return str(address["run"])


def test_recheck_connects(card: Card, sim: Simulator) -> None:
    """The button Check again."""
    login = card()
    run = fail_the_check(login, sim)
    login.comm.say("recheck", run=run)

    login.comm.hear_status("connected")


def test_recheck_tells_the_time_again(card: Card, sim: Simulator) -> None:
    """Its time limit begins anew."""
    login = card(time_limit=100.0)
    run = fail_the_check(login, sim)
    flush()
    seen = len(login.comm.heard("time"))
    login.comm.say("recheck", run=run)

    assert login.comm.hear("time", seen)["run"] == run


def test_recheck_of_nothing_does_nothing(card: Card) -> None:
    """There is no claim to check."""
    login = card()
    login.comm.say("recheck", run=login.comm.click()["run"])
    settle()

    assert login.status == "waiting"


# What is no message.

GARBAGE: list[object] = [
    None,
    17,
    "hello",
    [],
    ["hello"],
    {},
    {"type": None},
    {"type": "unknown"},
    {"type": 5},
    {"type": "hello"},
    {"type": "hello", "page_id": 5},
    {"type": "begin"},
    {"type": "begin", "page_id": "p", "request": None},
    {"type": "begin", "page_id": "p", "request": ["x"]},
    {"type": "claim"},
    {"type": "claim", "run": "r", "origin": "o", "page_origin": "p", "source": "popup"},
    {"type": "claim", "run": "r", "origin": "o", "page_origin": "p", "source": "me", "data": 1},
    {"type": "claim", "run": None, "origin": 1, "page_origin": {}, "source": [], "data": None},
    {"type": "cancel", "run": 17},
    {"type": "recheck"},
    {"type": "recheck", "run": None},
    {"type": "authorize", "url": "https://example.com", "run": "r"},
    {"type": "x" * 100_000},
    {"id": {}, "type": ["hello"]},
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda garbage: repr(garbage)[:60])
def test_garbage_is_ignored(card: Card, caplog: pytest.LogCaptureFixture, garbage: object) -> None:
    """Whatever scripts in the page may send, nothing happens and nothing is raised."""
    login = card()
    page: Page = login.comm
    page.click()
    page.hear_traits(lambda traits: traits.get("location_name"))  # which it looks up once
    flush()
    before = list(page.sent)
    page.send_raw({"method": "custom", "content": garbage})
    settle()

    assert login.status == "waiting"
    assert page.sent == before
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "data",
    [None, 17, "text", ["a"], {"a": {"b": {}}}, {"platform": 5, "accountId": ["x"]}, "[" * 20_000],
    ids=lambda data: repr(data)[:30],
)
def test_a_claim_of_garbage_is_ignored(
    card: Card, sim: Simulator, caplog: pytest.LogCaptureFixture, data: Any
) -> None:
    """A message event may hold anything."""
    login = card()
    page: Page = login.comm
    run = page.click()["run"]
    page.claim(run, sim.origin, data)
    settle()

    assert (login.status, login.notice) == ("waiting", None)
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_flood_of_numbered_messages_is_not_remembered(card: Card) -> None:
    """What a page says fills no memory."""
    login = card()
    for number in range(3_000):
        login.comm.say("nothing", id=f"number {number}")

    assert len(login._pages._known_ids) <= 1_000


def test_after_garbage_the_login_goes_on(card: Card, sim: Simulator) -> None:
    """The card still works."""
    login = card()
    page: Page = login.comm
    for garbage in GARBAGE:
        page.send_raw({"method": "custom", "content": garbage})
    address = page.click()
    event = sim.play_user(address["url"])
    page.claim(address["run"], event.origin, event.data)

    assert login.wait(PATIENCE).status == "connected"
