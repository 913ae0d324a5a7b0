"""Who wants to make a login connected, or to keep it from it, and what the kernel says to that."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ghl_notebook import Client, ConnectAccount
from ghl_notebook.background import run_in_background
from ghl_notebook.login import Channel, Claim, Status
from ghl_notebook.login.loopback import LOOPBACK
from ghl_notebook.login.page_messages import Mine, WindowLost
from ghl_notebook.login.social import Appearance, LoginRegistry
from ghl_notebook.login.social.accounts_watch import AccountsWatch
from ghl_notebook.models import find_platform
from ghl_notebook.simulator import Simulator
from tests import local
from tests.login.endpoints import PAGE, Opened
from tests.login.machines import (
    ACCOUNT,
    ANOTHER,
    ORIGIN,
    PAGE_ORIGIN,
    checking,
    claim,
    make,
    payload,
    run_of,
    waiting,
)
from tests.login.page import Page, flush
from tests.login.recording import PATIENCE, Held, Recording, settle
from tests.login.test_login import foreign_id, forged, other_platforms_id

LogIn = Callable[..., Recording]
Card = Callable[..., ConnectAccount]

FLOOD = 10_000
MEGABYTE = "x" * 1_000_000


def checks(sim: Simulator) -> list[str]:
    """Return the paths by which the service was asked about an id."""
    return [r.path for r in sim.requests if "/oauth/" in r.path and "/accounts/" in r.path]


# Ids of others. Each comes with the right shape, from the allowed origin and the right window.


def test_the_check_names_sub_account_platform_and_id(log_in: LogIn, sim: Simulator) -> None:
    """The service is asked about just this, with the kernel's own token."""
    screen = log_in()
    screen.open()
    screen.claim(forged("f" * 24, sim))
    screen.until_notice()

    path = f"/social-media-posting/oauth/{sim.location_id}/instagram/accounts/{'f' * 24}"
    assert checks(sim) == [path]


@pytest.mark.parametrize("pick", [foreign_id, other_platforms_id], ids=["location", "platform"])
@pytest.mark.parametrize("channel", Channel)
def test_an_id_of_elsewhere_connects_over_no_channel(
    log_in: LogIn, sim: Simulator, pick: Callable[[Simulator], str], channel: Channel
) -> None:
    """Of another sub-account, or of another platform of this one."""
    screen = log_in()
    screen.open()
    account_id = pick(sim)
    run = run_of(screen.login._machine)
    match channel:
        case Channel.ACCOUNTS:
            screen.send(WindowLost(run))
            screen.login._machine.on_accounts_changed(run, [Appearance(account_id)])
            screen.send(Mine(run, account_id))
        case Channel.PASTED:
            screen.login.paste(account_id)
        case _:
            event = forged(account_id, sim)
            screen.send(Claim(run, event.origin, PAGE_ORIGIN, "popup", event.data), channel)

    assert "sub-account has no" in screen.until_notice()
    assert screen.until(Status.WAITING).payload is None


def test_an_answer_about_an_id_counts_for_that_id_only(
    held: tuple[Client, Held], log_in: LogIn, sim: Simulator
) -> None:
    """While an old id is asked about, a forged one that comes does not get its answer."""
    client, transport = held
    screen = log_in(client=client)
    real = sim.play_user(screen.open().url.reveal())
    screen.claim(real)
    gate = transport.held()
    screen.claim(forged("f" * 24, sim))
    gate.set_result(None)

    screen.end()
    assert screen.login.finished() == real.data["accountId"]


# Old messages.


def test_a_replay_in_a_new_kernel_is_refused(log_in: LogIn, client: Client, sim: Simulator) -> None:
    """The kernel that remembers the login is gone, and the accounts list still has it."""
    old = sim.play_user(client.oauth.start("instagram").reveal())
    screen = log_in()
    screen.open()
    with screen._news:
        assert screen._news.wait_for(lambda: screen.states[-1].watches_accounts, PATIENCE)
    screen.claim(old, source="other")

    assert "names an earlier login" in screen.until_notice()
    assert checks(sim) == []


class HeldList(Held):
    """Hold back the requests for the accounts list."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait if it is the list, and then send the request."""
        if request.url.path.endswith("/accounts"):
            return await super().handle_async_request(request)
        return await self._transport.handle_async_request(request)


def test_a_replay_before_the_list_is_known_is_refused(log_in: LogIn, sim: Simulator) -> None:
    """A page may post at once, while the service still looks for the accounts list."""
    transport = HeldList("/accounts")
    with Client(
        sim.token,
        sim.location_id,
        base_url=sim.base_url,
        allowed_origins=(sim.origin,),
        transport=transport,
    ) as client:
        old = sim.play_user(client.oauth.start("instagram").reveal())
        screen = log_in(client=client)
        screen.open()
        transport.held()
        screen.claim(old, source="other")
        settle()
        transport.release()
        screen.login.cancel()
        settle()

    assert Status.CONNECTED not in screen.statuses


def test_what_was_known_in_one_run_is_looked_up_in_the_next() -> None:
    """A login of the time between them is old for the second run."""
    login = waiting()
    login.on_baseline(run_of(login), [])
    login.cancel()
    login.begin(1.0)
    login.authorized(run_of(login))
    login.claim(claim(run_of(login), source="other"))
    login.on_baseline(run_of(login), [ACCOUNT])

    assert login.state.status is Status.WAITING


# A flood.


@pytest.mark.slow
@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example"], ids=["allowed", "another"])
def test_a_flood_of_strangers_does_not_keep_the_result_out(origin: str) -> None:
    """While one claim is checked, unknown windows cannot take the place of the run's own."""
    login = checking()
    run = run_of(login)
    for n in range(FLOOD):
        data = payload(accountId=f"flood{n:019}")
        login.claim(claim(run, data, origin=origin, source="other"))
    login.claim(claim(run, payload(accountId=ANOTHER)))

    examined = []
    while login.not_confirmed(run) and login.state.payload is not None:
        examined.append(login.state.payload.account_id)
    assert ANOTHER in examined


def test_what_was_kept_in_one_run_takes_no_place_in_the_next() -> None:
    """A flood is over with the run that it was for."""
    login = checking()
    for n in range(100):
        login.claim(claim(run_of(login), payload(accountId=f"flood{n:019}")))
    login.cancel()
    checking(login)
    login.claim(claim(run_of(login), payload(accountId=ANOTHER)))
    login.not_confirmed(run_of(login))

    assert login.state.payload is not None
    assert login.state.payload.account_id == ANOTHER


@pytest.mark.slow
def test_a_flood_of_messages_asks_the_service_a_few_times(card: Card, sim: Simulator) -> None:
    """The rate limit is not used up, and the real result connects afterwards."""
    login = card()
    page: Page = login.comm
    address = page.click()
    flush()
    for n in range(FLOOD):
        page.claim(address["run"], sim.origin, payload(accountId=f"flood{n:019}"))
    settle()
    asked = len(checks(sim))
    event = sim.play_user(address["url"])
    page.claim(address["run"], event.origin, event.data)
    login.wait(PATIENCE)

    assert 0 < asked < 60
    assert login.account_id == event.data["accountId"]


@pytest.mark.slow
def test_a_flood_from_another_origin_leaves_one_notice(card: Card, sim: Simulator) -> None:
    """The card does not grow, and nothing is asked."""
    login = card()
    page: Page = login.comm
    run = page.click()["run"]
    for n in range(1_000):
        page.claim(run, "https://evil.example", payload(accountId=f"flood{n:019}"))
    settle()

    assert str(login.notice).count("https://evil.example") == 1
    assert checks(sim) == []


def test_long_numbers_of_messages_are_not_remembered(card: Card) -> None:
    """A thousand megabytes would be a gigabyte."""
    login = card()
    for number in range(3):
        login.comm.say("nothing", id=f"{number}{MEGABYTE}")

    assert sum(map(len, login._pages._known_ids)) < len(MEGABYTE)


# A megabyte, and keys that mean something to others.


def test_a_message_of_a_megabyte_is_no_message() -> None:
    """Even when a small result is in it."""
    login = waiting()
    text = json.dumps(payload()) + " " * len(MEGABYTE)

    assert login.claim(claim(run_of(login), text)) is False
    assert login.state.status is Status.WAITING


@pytest.mark.parametrize(
    "field", ["actionType", "page", "placement", "refresh", "source", "reconnectAccounts", "more"]
)
def test_a_megabyte_in_a_field_reaches_no_trait(card: Card, sim: Simulator, field: str) -> None:
    """The result connects; what is too long, or nobody knows, is left out."""
    login = card()
    page: Page = login.comm
    address = page.click()
    event = sim.play_user(address["url"])
    data = event.data | {"actionType": "close"} | {field: MEGABYTE}
    page.claim(address["run"], event.origin, data)
    login.wait(PATIENCE)

    assert len(json.dumps(page.updates)) < len(MEGABYTE)


def test_keys_of_objects_are_no_fields(card: Card, sim: Simulator) -> None:
    """The payload has the fields that are known, and no other."""
    login = card()
    page: Page = login.comm
    address = page.click()
    event = sim.play_user(address["url"])
    more = {"__proto__": {"accountId": "x"}, "constructor": "x", "__class__": "x", "token": "x"}
    page.claim(address["run"], event.origin, more | event.data)
    login.wait(PATIENCE)

    assert set(login.payload) == {
        "actionType", "page", "platform", "placement", "accountId", "reconnectAccounts", "refresh",
        "source",
    }  # fmt: skip


# Two logins of one platform.


def test_the_result_of_one_card_does_not_finish_the_other(card: Card, sim: Simulator) -> None:
    """The same message told to both, as from a window that no card knows, finishes neither."""
    first, second = card(), card()
    address, _ = first.comm.click(), second.comm.click()
    event = sim.play_user(address["url"])
    for login in (first, second):
        login.comm.claim(login._login.state.run, event.origin, event.data, source="other")
    settle()

    assert (first.status, second.status) == ("waiting", "waiting")


def test_the_list_does_not_finish_the_other_card(
    card: Card, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the one is connected by its message, its login in the list is not the other's."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._WATCH_SECONDS", 0.01)
    sim.levers.rate_limit = 1_000_000
    first, second = card(), card()
    address = first.comm.click()
    second.comm.say("window_lost", run=second.comm.click()["run"])
    event = sim.play_user(address["url"])
    first.comm.claim(address["run"], event.origin, event.data)
    first.wait(PATIENCE)
    seen = len(sim.requests)
    while len(sim.requests) < seen + 5:  # looks of the second
        settle()

    assert (first.status, second.status) == ("connected", "waiting")


def test_the_list_finishes_no_login_whose_window_is_in_sight(
    card: Card, client: Client, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What appears may be the login of another kernel, or of a colleague."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._WATCH_SECONDS", 0.01)
    sim.levers.rate_limit = 1_000_000
    login = card()
    login.comm.click()
    sim.play_user(client.oauth.start("instagram").reveal())
    seen = len(sim.requests)
    while len(sim.requests) < seen + 5:
        settle()

    assert login.status == "waiting"


def test_another_platforms_login_is_none_in_the_list(client: Client, sim: Simulator) -> None:
    """Not even to be asked about."""
    watch = AccountsWatch(client.core, find_platform("instagram"), reconnect=True)
    run_in_background(watch.look)
    sim.play_user(client.oauth.start("facebook").reveal())

    assert [run_in_background(watch.look) for _ in range(2)] == [[], []]


def test_a_window_out_of_sight_is_that_of_its_run() -> None:
    """Opened again, it can report."""
    login = waiting()
    login.on_window_lost(run_of(login))
    waiting(login)
    login.on_baseline(run_of(login), [])

    assert login.on_accounts_changed(run_of(login), [Appearance(ACCOUNT)]) is False
    assert login.state.status is Status.WAITING


def test_a_known_window_decides_between_two_kernels() -> None:
    """Kernels do not know of each other; the page hands a window's message to its run alone."""
    first, second = waiting(make(LoginRegistry())), waiting(make(LoginRegistry()))
    message = claim(run_of(first))
    for login in (first, second):
        login.claim(message)

    assert [m.state.status for m in (first, second)] == [Status.CHECKING, Status.WAITING]


# What is pasted.

PASTED = [
    "",
    "\n",
    "66a1",
    "<b>66a1b2c3d4e5f60718293a4b</b>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "../../users/66a1b2c3d4e5f60718293a4b",
    "66a1b2c3d4e5f60718293a4b/../../..",
    "66a1b2c3d4e5f60718293a4b?fetchAll=true",
    "66a1b2c3d4e5f60718293a4b#",
    "66a1b2c3d4e5f60718293a4b\r\nX-Header: x",
    "66a1b2c3d4e5f60718293a4b%2F..",
    '{"accountId": "../../users"}',
    '{"actionType": "close", "accountId": {"$ne": null}}',
    "[" * 20_000,
    MEGABYTE,
]


@pytest.mark.parametrize("text", PASTED, ids=lambda text: repr(text)[:40])
def test_what_is_pasted_and_no_id_is_never_sent(card: Card, sim: Simulator, text: str) -> None:
    """The card says what an id looks like, and repeats nothing of it."""
    login = card()
    page: Page = login.comm
    page.click()
    page.say("paste", account_id=text)
    settle()

    assert login.status == "waiting"
    assert "not an account ID" in str(login.notice)
    assert len(str(login.notice)) < 300
    assert checks(sim) == []


@pytest.mark.parametrize("pick", [foreign_id, other_platforms_id], ids=["location", "platform"])
def test_a_pasted_id_of_elsewhere_fails(
    card: Card, sim: Simulator, pick: Callable[[Simulator], str]
) -> None:
    """Without a window there is nothing to wait for; the error says what to check."""
    login = card()
    login.comm.say("paste", account_id=pick(sim))
    login.comm.hear_status("failed")
    flush()

    assert "Check the id and the sub-account" in str(login.error)
    assert login.account_id is None


# A comm client that lies.


def tell(page: Page, run: str | None, kind: str) -> None:
    """Say something of a run, as the page whose run it is would."""
    match kind:
        case "claim":
            page.claim(str(run), ORIGIN, payload(accountId=None))
        case "begin":
            page.say("begin", page_id="p", request="lie", prefetched=True, run=run)
        case _:
            page.say(kind, run=run)


@pytest.mark.parametrize("kind", ["claim", "cancel", "recheck", "window_lost"])
def test_a_message_of_another_cards_run_does_nothing(card: Card, sim: Simulator, kind: str) -> None:
    """The name of a run is worth something to its own card only."""
    first, second = card(), card()
    run = first.comm.click()["run"]
    second.comm.click()
    settle()
    before = second._login._machine
    kept = replace(before, _pending=deepcopy(before._pending), _declined={*before._declined})
    tell(second.comm, run, kind)
    settle()

    assert before == kept


@pytest.mark.parametrize(
    "lie",
    [
        {"type": "paste"},
        {"type": "paste", "account_id": None},
        {"type": "paste", "account_id": 5},
        {"type": "paste", "account_id": [ACCOUNT]},
        {"type": "paste", "account_id": {"toString": ACCOUNT}},
        {"type": "hello", "page_id": "p", "origin": ["https://evil.example"]},
        {"type": "begin", "page_id": "p", "request": "r", "prefetched": "yes", "run": 5},
        {"type": "begin", "page_id": "p", "request": {"__proto__": 1}},
        {"type": "claim", "run": ["r"], "origin": "o", "page_origin": "p", "source": "popup"},
        {"type": "claim", "way": "browser", "status": "connected"},
        {"type": "confirmed", "run": "r"},
        {"type": "window_lost"},
        {"type": "window_lost", "run": None},
        {"type": "traits", "traits": {"status": "connected"}},
    ],
    ids=repr,
)
@pytest.mark.parametrize("channel", [Channel.MESSAGE, Channel.LOOPBACK])
def test_a_message_of_wrong_types_does_nothing(
    card: Card, caplog: pytest.LogCaptureFixture, lie: dict[str, Any], channel: Channel
) -> None:
    """Over either channel, and nothing is logged as a bug."""
    login = card()
    login.comm.click()
    settle()
    before = login._login.state
    login._pages.receive(dict(lie), channel)
    settle()

    assert login._login.state == before
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "update",
    [
        {"status": "connected", "account_id": ACCOUNT, "delivered_by": "message"},
        {"status": ["connected"], "payload": {"accountId": ACCOUNT}},
        {"location_id": "another", "platform": "facebook"},
        {"error": "<img src=x>", "notice": "<img src=x>"},
        {"can_recheck": True, "watches_accounts": True, "time_limit": 1e9},
    ],
    ids=repr,
)
def test_an_update_sets_nothing_that_the_kernel_owns(card: Card, update: dict[str, Any]) -> None:
    """Nor is it echoed to other pages of the card."""
    login = card()
    login.comm.click()
    settle()
    before = login.get_state()
    seen = len(login.comm.sent)
    login.comm.send_raw({"method": "update", "state": update})

    assert login.get_state() == before
    assert login.comm.sent[seen:] == []


@pytest.mark.parametrize("name", ["_esm", "_css", "_view_module", "_model_name", "_anywidget_id"])
def test_an_update_changes_no_code_of_the_card(card: Card, name: str) -> None:
    """What one page sets would run in the others, and is saved with the notebook."""
    login = card()
    before = getattr(login, name)
    login.comm.send_raw({"method": "update", "state": {name: "alert(1)"}})

    assert getattr(login, name) == before


# Those who speak to the loopback server.


@pytest.fixture
def opened() -> Iterator[Opened]:
    """An open endpoint."""
    opened = Opened()
    yield opened
    opened.close()


HELLO = {"type": "hello", "page_id": "p"}
CANCEL = {"type": "cancel", "run": None}


def endpoint_of(login: ConnectAccount) -> str:
    """Return the address of a card's endpoint, once a page has been told."""
    login.comm.say("hello", page_id="page", origin=PAGE)
    told = login.comm.hear("loopback")
    return f"http://127.0.0.1:{told['port']}/{told['path']}/"


def post(endpoint: str, message: dict[str, Any], by: str = PAGE) -> int:
    """Post to an endpoint, as a page of this origin does, and return the status."""
    headers = {"Origin": by}
    return local.post(endpoint, json=message, headers=headers).status_code


def test_the_server_is_no_way_to_let_an_origin_in(card: Card) -> None:
    """Which origin is the notebook's is said over the comm alone."""
    endpoint = endpoint_of(card())
    assert post(endpoint, HELLO | {"origin": "https://evil.example"}) == 204
    settle()

    assert post(endpoint, CANCEL, by="https://evil.example") == 403


def test_the_first_origin_is_that_of_the_page(card: Card) -> None:
    """Once the comm has named it, being first at the endpoint is worth nothing."""
    login = card()
    endpoint = endpoint_of(login)
    login.comm.click()

    assert post(endpoint, CANCEL, by="https://evil.example") == 403
    settle()
    assert login.status == "waiting"


def test_the_path_of_one_login_is_no_path_of_another(card: Card) -> None:
    """What is posted there concerns that login alone."""
    first, second = card(), card()
    endpoints = [endpoint_of(login) for login in (first, second)]
    for login in (first, second):
        login.comm.click()
    assert endpoints[0] != endpoints[1]
    assert post(endpoints[0], CANCEL) == 204
    first.comm.hear_status("cancelled")
    settle()

    assert second.status == "waiting"


def test_a_ticket_of_a_closed_card_leads_nowhere(card: Card) -> None:
    """With the login its address is gone, though the server goes on for another."""
    gone, stays = card(), card()
    endpoints = [endpoint_of(login) for login in (gone, stays)]
    ticket = gone.comm.hear("loopback")["ticket"]
    gone.close()
    run_in_background(_nothing)
    address = f"http://127.0.0.1:{LOOPBACK.port}/open/{ticket}"

    assert local.get(address).status_code == 404
    assert [post(endpoint, HELLO) for endpoint in endpoints] == [404, 204]


def test_listeners_are_counted(opened: Opened) -> None:
    """Those who know the path cannot have the kernel speak to any number of them."""
    with ExitStack() as stack:
        streams = [
            stack.enter_context(opened.http.stream("GET", f"{opened.path}events")) for _ in range(8)
        ]
        assert {answer.status_code for answer in streams} == {200}
        assert opened.http.get(f"{opened.path}events").status_code == 503


def test_origins_are_counted(opened: Opened) -> None:
    """Nor can a page let in any number of others."""

    async def admit() -> None:
        for n in range(1_000):
            opened.endpoint.allow_origin(f"http://{n}.example")

    run_in_background(admit)

    assert opened.post("http://0.example").status_code == 204
    assert opened.post("http://999.example").status_code == 403


async def _nothing() -> None:
    """Come after what was spawned in the loop before."""


def test_a_lie_to_the_server_is_only_a_claim(card: Card, sim: Simulator) -> None:
    """A process that has learnt the path still cannot make a login connected."""
    login = card()
    endpoint = endpoint_of(login)
    run = login.comm.click()["run"]
    lie = {"run": run, "origin": sim.origin, "page_origin": PAGE, "source": "popup"}
    data = payload(accountId="f" * 24)
    assert post(endpoint, {"type": "claim", "data": data} | lie) == 204
    login.comm.hear_status("checking")
    settle()

    assert login.status == "waiting"
    assert "has no login" in str(login.notice)
