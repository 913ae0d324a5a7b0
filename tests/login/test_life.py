"""What many logins leave behind, and what becomes of one when the service is away for a while."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable

import httpx
import pytest

from ghl_notebook import Client, ConnectAccount
from ghl_notebook.background import start_in_background
from ghl_notebook.errors import LoginCancelledError
from ghl_notebook.login import Status
from ghl_notebook.login.loopback import LOOPBACK
from ghl_notebook.simulator import Simulator
from tests.login.page import Page, connect, flush
from tests.login.recording import PATIENCE, Recording, going_on, plain_http
from tests.test_odd_surroundings import stop

Card = Callable[..., ConnectAccount]
LogIn = Callable[..., Recording]


def settle_loopback() -> None:
    """Return when no endpoint is about to be opened or closed."""

    async def rest() -> None:
        coroutines = {task: task.get_coro() for task in asyncio.all_tasks()}
        steps = {
            task
            for task, coroutine in coroutines.items()
            if getattr(coroutine, "__qualname__", "").startswith(("Pages.", "LoopbackServer."))
        }
        if steps:
            await asyncio.wait(steps)

    for _ in range(2):  # what opens an endpoint may be followed by what closes it
        flush()
        start_in_background(rest).result(PATIENCE)


# What is left behind.


@pytest.mark.slow
def test_fifty_logins_leave_nothing(card: Card, sim: Simulator) -> None:
    """Connected, cancelled, waiting or untouched: closed, they leave no thread and no endpoint."""
    sim.levers.rate_limit = 1_000
    settle_loopback()
    endpoints = set(LOOPBACK._endpoints)
    threads = {thread.name for thread in threading.enumerate()}
    for number in range(50):
        login = card()
        page: Page = login.comm
        page.say("hello", page_id="page", origin="http://localhost:8888")
        page.hear("loopback")
        if number % 4 == 0:
            connect(login, sim)
        elif number % 4 == 1:
            page.click()
        elif number % 4 == 2:
            page.click()
            login.cancel()
        login.close()
    settle_loopback()

    assert set(LOOPBACK._endpoints) <= endpoints
    assert going_on() == []
    assert {t.name for t in threading.enumerate()} - threads <= {
        "ghl_notebook",
        "ghl_notebook-ui",
    }


def test_a_closed_card_opens_no_endpoint(card: Card) -> None:
    """A page's hello that was still under way comes too late, and no browser is led there."""
    login = card()
    login.close()
    settle_loopback()
    endpoints = set(LOOPBACK._endpoints)
    login._pages.invite("http://localhost:8888")
    settle_loopback()

    assert set(LOOPBACK._endpoints) <= endpoints
    with pytest.raises(LoginCancelledError, match="closed"):
        login.open_in_browser(lambda _: pytest.fail("a browser was opened"))


def test_a_new_background_loop_has_a_server_of_its_own(card: Card, sim: Simulator) -> None:
    """Somebody has stopped the one before: what it served answers nobody any more."""
    # The card looks up names in both loops, for which the transport of other tests is not made.
    client = Client(sim.token, sim.location_id, base_url=sim.base_url)
    page: Page = card(client=client).comm
    page.say("hello", page_id="page", origin="http://localhost:8888")
    before = page.hear("loopback")
    stop()
    other: Page = card(client=client).comm
    other.say("hello", page_id="page", origin="http://localhost:8888")
    after = other.hear("loopback")

    assert after["port"] != before["port"]
    answer = httpx.head(
        f"http://127.0.0.1:{after['port']}/prove/{after['challenge']}", trust_env=False, timeout=5
    )
    assert answer.status_code == 200
    client.close()


def test_logins_that_go_on_share_one_port(card: Card) -> None:
    """The test above looks where endpoints and ports would be."""
    ports = set()
    logins = [card() for _ in range(3)]
    for login in logins:
        page: Page = login.comm
        page.say("hello", page_id="page", origin="http://localhost:8888")
        ports.add(page.hear("loopback")["port"])
    (port,) = ports

    assert len(LOOPBACK._endpoints) >= 3
    socket.create_connection(("127.0.0.1", port)).close()


# The service is away.


class Counted(httpx.AsyncBaseTransport):
    """Count the requests for the accounts list that found nobody."""

    def __init__(self) -> None:
        self._transport = plain_http()
        self._news = threading.Condition()
        self._failed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request."""
        try:
            return await self._transport.handle_async_request(request)
        except httpx.ConnectError:
            with self._news:
                self._failed += request.url.path.endswith("/accounts")
                self._news.notify_all()
            raise

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def until_failed(self) -> None:
        """Wait until the list was asked for in vain."""
        with self._news:
            assert self._news.wait_for(lambda: self._failed > 0, PATIENCE)


@pytest.mark.parametrize("way", ["message", "accounts"])
def test_service_is_away_while_the_user_logs_in(
    sim: Simulator, log_in: LogIn, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Without a network for a while, the login goes on, and its result is taken afterwards."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._WATCH_SECONDS", 0.01)
    transport = Counted()
    with Client(
        sim.token,
        sim.location_id,
        base_url=sim.base_url,
        allowed_origins=(sim.origin,),
        transport=transport,
    ) as client:
        screen = log_in(client=client, assume_mine=True)
        address = screen.open()
        screen.until_watching()
        screen.lose_sight()
        sim.stop()
        transport.until_failed()
        assert screen.login.state.status is Status.WAITING
        sim.start()
        result = sim.play_user(address.url.reveal())
        if way == "message":
            screen.claim(result)
        state = screen.end()

    assert state.status is Status.CONNECTED
    assert screen.login.finished() == result.data["accountId"]
    assert state.delivered_by in (way, "accounts")


@pytest.mark.parametrize("fault", ["command_timed_out", "too_many_requests"])
def test_the_list_cannot_be_read_for_a_while(
    log_in: LogIn, sim: Simulator, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A watch that the service has not answered goes on watching."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._WATCH_SECONDS", 0.01)
    screen = log_in(assume_mine=True)
    address = screen.open()
    screen.until_watching()
    screen.lose_sight()
    sim.levers.fail_with(fault, "*/accounts", times=3)  # type: ignore[arg-type]
    sim.play_user(address.url.reveal())

    assert screen.end().status is Status.CONNECTED
    assert screen.states[-1].delivered_by == "accounts"
