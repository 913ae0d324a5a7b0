"""Waiting for a login: in a cell, in a coroutine, without a browser, and where it cannot be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import ghl_notebook as ghl
from ghl_notebook import ConnectAccount, DemoClient, errors
from ghl_notebook.api import Client
from ghl_notebook.secret import Secret
from ghl_notebook.simulator import MessageEvent, Simulator
from tests import local
from tests.login.page import Page, flush
from tests.login.recording import PATIENCE, settle

Card = Callable[..., ConnectAccount]


# A page presses the button.


def user(login: ConnectAccount, sim: Simulator, **choices: Any) -> threading.Thread:
    """Let a user finish the login as soon as its prefetched address is there."""
    page: Page = login.comm

    def act() -> None:
        address = page.hear("authorize")
        page.say("hello", page_id="page")
        page.say("begin", page_id="page", request="c", prefetched=True, run=address["run"])
        event = sim.play_user(address["url"], **choices)
        page.claim(address["run"], event.origin, event.data)

    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_wait_returns_the_finished_login(card: Card, sim: Simulator) -> None:
    """The next line can use it."""
    login = card()
    acting = user(login, sim)

    assert login.wait(PATIENCE) is login
    assert login.finished() == ("instagram", login.account_id)
    acting.join()


def test_wait_gets_the_address_before_the_click(card: Card, sim: Simulator) -> None:
    """While a cell waits no click is heard on some kernels: the page has the address already."""
    login = card()
    acting = user(login, sim)
    login.wait(PATIENCE)
    acting.join()

    assert {message["request"] for message in login.comm.heard("authorize")} == {None}


async def test_await_gives_the_finished_login(card: Card, sim: Simulator) -> None:
    """In a coroutine, and in a cell."""
    login = card()
    acting = user(login, sim)
    finished = await login
    acting.join()

    assert finished is login
    assert finished.status == "connected"


async def test_await_leaves_the_loop_free(card: Card, sim: Simulator) -> None:
    """Other coroutines go on while one waits."""
    login = card()
    turns = 0

    async def spin() -> None:
        nonlocal turns
        while login.status != "connected":
            turns += 1
            await asyncio.sleep(0)

    acting = user(login, sim)
    await asyncio.gather(spin(), asyncio.ensure_future(_finish(login)))
    acting.join()

    assert turns > 1


async def _finish(login: ConnectAccount) -> None:
    await login


async def test_a_cancelled_await_leaves_the_login_going(card: Card, sim: Simulator) -> None:
    """Interrupting the cell does not give the login up."""
    login = card()
    task = asyncio.ensure_future(_finish(login))
    await asyncio.to_thread(login.comm.hear, "authorize")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    acting = user(login, sim)
    await login
    await asyncio.to_thread(acting.join)

    assert login.status == "connected"


def test_wait_is_over_after_its_timeout(card: Card) -> None:
    """The error says that the login goes on."""
    login = card()
    with pytest.raises(errors.LoginTimeoutError, match=r"after 0\.05 s.*It goes on"):
        login.wait(0.05)


def test_the_login_goes_on_after_a_timeout(card: Card, sim: Simulator) -> None:
    """Waiting again finds the same run."""
    login = card()
    with pytest.raises(errors.LoginTimeoutError):
        login.wait(0.05)
    acting = user(login, sim)
    login.wait(PATIENCE)
    acting.join()

    assert len({message["run"] for message in login.comm.heard("authorize")}) == 1


def test_waiting_does_not_disturb_a_window_that_is_open(card: Card, sim: Simulator) -> None:
    """Waiting after the click waits for that click's result."""
    login = card()
    address = login.comm.click()
    with pytest.raises(errors.LoginTimeoutError):
        login.wait(0.05)
    event = sim.play_user(address["url"])
    login.comm.claim(address["run"], event.origin, event.data)

    assert login.wait(PATIENCE).status == "connected"


@pytest.mark.parametrize("timeout", [0, -1])
def test_no_time_is_over_at_once(card: Card, timeout: float) -> None:
    """A wait of no seconds asks whether the login is finished."""
    with pytest.raises(errors.LoginTimeoutError):
        card().wait(timeout)


def test_waiting_for_a_finished_login_returns_at_once(card: Card, sim: Simulator) -> None:
    """Running the cell again is harmless."""
    login = card()
    acting = user(login, sim)
    login.wait(PATIENCE)
    acting.join()

    assert login.wait(PATIENCE) is login


def test_wait_raises_what_ended_the_login(card: Card, sim: Simulator) -> None:
    """Denying consent is no timeout."""
    login = card()
    acting = user(login, sim, allow=False)
    with pytest.raises(errors.LoginCancelledError):
        login.wait(PATIENCE)
    acting.join()


def test_wait_raises_at_the_time_limit_of_the_login(card: Card) -> None:
    """Nobody waits for ever, even without a timeout."""
    with pytest.raises(errors.LoginTimeoutError, match="did not finish in time"):
        card(time_limit=0.05).wait()


def test_waiting_for_an_ended_login_begins_no_other(card: Card) -> None:
    """Only a click begins again; the error is that of the end."""
    login = card()
    login.comm.click()
    login.cancel()
    for _ in range(2):
        with pytest.raises(errors.LoginCancelledError):
            login.wait(PATIENCE)
    settle()

    assert login.status == "cancelled"
    assert len(login.comm.heard("authorize")) == 1


def test_wait_raises_when_the_start_fails(card: Card, sim: Simulator) -> None:
    """The service's own error is the cause, and its next step is in the text."""
    sim.levers.fail_with("invalid_token", "*/start")
    with pytest.raises(errors.LoginFailedError, match="GHL_TOKEN") as caught:
        card().wait(PATIENCE)

    assert isinstance(caught.value.__cause__, errors.InvalidTokenError)


def test_wait_ends_with_the_card(card: Card) -> None:
    """Closing the card in another thread ends the wait."""
    login = card()

    def close() -> None:
        login.comm.hear("authorize")
        login.close()

    thread = threading.Thread(target=close)
    thread.start()
    with pytest.raises(errors.LoginCancelledError):
        login.wait(PATIENCE)
    thread.join()


def test_waiting_in_an_observer_is_refused(card: Card, sim: Simulator) -> None:
    """It would wait for itself for ever."""
    login = card()
    raised: list[Exception] = []

    def wait(change: Any) -> None:
        try:
            login.wait(PATIENCE)
        except errors.ArgumentError as error:
            raised.append(error)

    login.observe(wait, "status")
    login.comm.click()
    flush()

    assert "observes a login" in str(raised[0])


def test_cancelling_in_an_observer_is_no_deadlock(card: Card) -> None:
    """An observer may give the login up."""
    login = card()
    login.observe(lambda change: change["new"] == "waiting" and login.cancel(), "status")
    login.comm.click()
    login.comm.hear_status("cancelled")

    assert login.status == "cancelled"


# The page is heard by the loopback server, while a cell that waits keeps the kernel from comms.


def post(page: Page, **said: Any) -> None:
    """Say something to the loopback server, as the page does."""
    endpoint = page.hear("loopback")
    url = f"http://127.0.0.1:{endpoint['port']}/{endpoint['path']}/"
    headers = {"Origin": "http://localhost:8888"}
    assert local.post(url, json=said, headers=headers).status_code == 204


def test_a_blocked_kernel_hears_the_page(card: Card, sim: Simulator) -> None:
    """Click and result come by the loopback server alone, and the wait ends."""
    login = card()
    page: Page = login.comm

    def act() -> None:
        address = page.hear("authorize")
        run = address["run"]
        post(page, type="hello", page_id="page")
        post(page, type="begin", page_id="page", request="c", prefetched=True, run=run)
        event = sim.play_user(address["url"])
        said = {"origin": event.origin, "page_origin": "", "source": "popup", "data": event.data}
        post(page, type="claim", run=run, **said)

    thread = threading.Thread(target=act)
    thread.start()
    login.wait(PATIENCE)
    thread.join()

    assert login.status == "connected"


def test_what_comes_by_both_ways_counts_once(card: Card) -> None:
    """The page says everything by each way that it knows."""
    login = card()
    page: Page = login.comm
    page.say("hello", page_id="page")
    page.say("begin", page_id="page", request="click", id="1")
    page.hear_status("waiting")
    run = login._login.state.run
    post(page, type="begin", page_id="page", request="click", id="1")

    assert login._login.state.run == run


@pytest.mark.slow
def test_a_card_that_no_page_has_is_an_error(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook that runs without a browser does not wait for the time limit."""
    monkeypatch.setattr("ghl_notebook.login.base_card._PATIENCE_SECONDS", 0.1)
    with pytest.raises(errors.FrontEndError, match="Display the login in a cell of its own"):
        card().wait(PATIENCE)


def test_a_page_that_is_heard_is_waited_for(
    card: Card, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the page has said something, only the time limit counts."""
    monkeypatch.setattr("ghl_notebook.login.base_card._PATIENCE_SECONDS", 0.0)
    login = card()
    page: Page = login.comm
    page.say("hello", page_id="page")
    post(page, type="hello", page_id="page")
    with pytest.raises(errors.LoginTimeoutError, match="It goes on"):
        login.wait(0.3)


# Nobody is there to press it.


def test_no_front_end_is_an_error_at_once(client: Client) -> None:
    """In a plain script nobody can press the button."""
    login = ConnectAccount(client)
    with pytest.raises(errors.FrontEndError, match=r"GHL_DEMO_USER=simulated"):
        login.wait()
    login.close()


async def test_no_front_end_is_an_error_for_await_too(client: Client) -> None:
    """Both ways of waiting say the same."""
    login = ConnectAccount(client)
    with pytest.raises(errors.FrontEndError, match="no notebook front end"):
        await login
    login.close()


def test_a_closed_card_cannot_be_waited_for(card: Card) -> None:
    """Its button is gone."""
    login = card()
    login.close()
    with pytest.raises(errors.FrontEndError):
        login.wait()


def test_an_ended_login_needs_no_front_end(client: Client) -> None:
    """How it ended is known."""
    login = ConnectAccount(client, time_limit=0.05)
    login._login.begin()
    login._login.outcome().result(PATIENCE)
    with pytest.raises(errors.LoginTimeoutError):
        login.wait()
    login.close()


# The demo, with the simulator as the user.


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoClient]:
    """A demo that needs no browser."""
    monkeypatch.setenv("GHL_DEMO_USER", "simulated")
    with ghl.demo() as client:
        yield client


def test_the_demo_runs_without_a_front_end(demo: DemoClient) -> None:
    """As in the README, from login to frame."""
    login = ghl.ConnectAccount(demo, "instagram").wait(PATIENCE)
    ghl.attach(demo, login, "17841405123456789")

    assert "17841405123456789" in set(ghl.fetch_accounts(demo)["origin_id"])


async def test_the_demo_can_be_awaited(demo: DemoClient) -> None:
    """In a notebook's cell."""
    login = await ghl.ConnectAccount(demo, "instagram")

    assert login.status == "connected"


@pytest.mark.parametrize("levers", [{"message_as_json": True}, {"message": "twice"}])
def test_the_simulated_user_takes_what_the_finish_page_posts(
    demo: DemoClient, levers: dict[str, Any]
) -> None:
    """The levers work without a browser, too."""
    for name, value in levers.items():
        setattr(demo.simulator.levers, name, value)

    assert ghl.ConnectAccount(demo).wait(PATIENCE).status == "connected"


def test_a_demo_login_is_waited_for_twice(demo: DemoClient) -> None:
    """An impatient first wait begins no second login."""
    going = threading.Event()
    play = demo.browser
    assert play is not None

    def slowly(url: Secret) -> MessageEvent:
        assert going.wait(PATIENCE)
        return play(url)

    demo.browser = slowly
    login = ghl.ConnectAccount(demo)
    with pytest.raises(errors.LoginTimeoutError):
        login.wait(0.2)
    going.set()
    login.wait(PATIENCE)
    settle()

    assert sum(r.path.endswith("/start") for r in demo.simulator.requests) == 1


def test_a_failed_demo_login_stays_failed(demo: DemoClient) -> None:
    """Waiting again gives the same error; a new card tries again."""
    demo.simulator.levers.fail_with("scope_missing", "*/start")
    login = ghl.ConnectAccount(demo)
    for _ in range(2):
        with pytest.raises(errors.LoginFailedError, match="socialplanner"):
            login.wait(PATIENCE)

    assert ghl.ConnectAccount(demo).wait(PATIENCE).status == "connected"


def test_a_demo_whose_page_posts_nothing_fails_at_once(demo: DemoClient) -> None:
    """The simulated user says what is wrong instead of waiting for the time limit."""
    demo.simulator.levers.message = "none"
    with pytest.raises(errors.LoginFailedError, match="posts no message"):
        ghl.ConnectAccount(demo).wait(PATIENCE)


def test_a_closed_demo_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Using a client after its end is a mistake that is named."""
    monkeypatch.setenv("GHL_DEMO_USER", "simulated")
    client = ghl.demo()
    client.close()
    with pytest.raises(errors.LoginFailedError, match="closed"):
        ghl.ConnectAccount(client).wait(PATIENCE)


def test_demo_user_makes_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt setting is an error, not a browser that nobody sees."""
    monkeypatch.setenv("GHL_DEMO_USER", "simulate")
    with pytest.raises(errors.SettingsError, match="'simulate'"):
        ghl.demo()


@pytest.mark.parametrize("url", ["/user/someone/proxy/{port}", "/proxy/{port}"])
def test_the_demo_runs_behind_a_proxys_path(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """On a hub the simulator's pages have the notebook's own origin."""
    monkeypatch.setenv("GHL_DEMO_USER", "simulated")
    monkeypatch.setenv("GHL_DEMO_PUBLIC_URL", url)
    with ghl.demo() as client:
        assert ghl.ConnectAccount(client).wait(PATIENCE).status == "connected"


def test_hub_without_the_proxy_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser could not reach the simulator: say so before a window opens on nothing."""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/someone/")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(errors.SettingsError, match=r"\.\[binder\]"):
        ghl.demo()
