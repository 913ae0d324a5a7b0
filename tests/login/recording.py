"""A screen that remembers what a login showed, and a transport that can be held up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import httpx

from ghl_notebook.background import start_in_background
from ghl_notebook.login import Channel, Claim, Status
from ghl_notebook.login.page_messages import FromPage, WindowLost
from ghl_notebook.login.social import Appearance, ConnectFlow, LoginState
from ghl_notebook.secret import Secret
from ghl_notebook.simulator import MessageEvent, Simulator
from ghl_notebook.widgets import UI_THREAD
from tests import local

PATIENCE = 60.0
"""Seconds that anything may take on a busy machine."""


@dataclass(frozen=True)
class Address:
    """The arguments of `authorize`."""

    request: str | None
    run: str
    url: Secret
    seconds_left: float


class Recording:
    """A screen that shows nothing and forgets nothing."""

    login: ConnectFlow

    def __init__(self) -> None:
        self.states: list[LoginState] = []
        self.addresses: list[Address] = []
        self.closed: list[str] = []
        self.threads: set[str] = set()
        self._news = threading.Condition()

    def update(self, state: LoginState) -> None:
        """Remember a state."""
        with self._news:
            self.threads.add(threading.current_thread().name)
            self.states.append(state)
            self._news.notify_all()

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Remember an authorization URL."""
        with self._news:
            self.addresses.append(Address(request, run, url, seconds_left))
            self._news.notify_all()

    def close_window(self, request: str) -> None:
        """Remember that a window was to be closed."""
        with self._news:
            self.closed.append(request)
            self._news.notify_all()

    # What tests wait for.

    def until(self, status: Status) -> LoginState:
        """Wait until the last thing shown is this status, in which nothing happens by itself."""
        with self._news:
            assert self._news.wait_for(
                lambda: bool(self.states) and self.states[-1].status is status, PATIENCE
            ), [state.status for state in self.states]
            return self.states[-1]

    def until_notice(self) -> str:
        """Wait until a notice is shown."""
        with self._news:
            assert self._news.wait_for(lambda: self.states[-1].notice is not None, PATIENCE)
            return str(self.states[-1].notice)

    def until_found(self) -> tuple[Appearance, ...]:
        """Wait until the user is asked about logins in the accounts list."""
        with self._news:
            assert self._news.wait_for(lambda: bool(self.states[-1].found), PATIENCE)
            return self.states[-1].found

    def until_watching(self) -> None:
        """Wait until the accounts list is known as it was before the login."""
        with self._news:
            assert self._news.wait_for(lambda: self.states[-1].watches_accounts, PATIENCE)

    def until_closed(self) -> list[str]:
        """Wait until a window was to be closed."""
        with self._news:
            assert self._news.wait_for(lambda: bool(self.closed), PATIENCE)
            return self.closed

    def address(self, number: int = 0) -> Address:
        """Wait for an authorization URL."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.addresses) > number, PATIENCE)
            return self.addresses[number]

    def end(self) -> LoginState:
        """Wait for the end of the login."""
        return self.login.outcome().result(PATIENCE)

    @property
    def statuses(self) -> list[Status]:
        """The statuses that were shown, each once in a row."""
        shown = [state.status for state in self.states]
        return [s for n, s in enumerate(shown) if n == 0 or shown[n - 1] is not s]

    # What a user does.

    def send(self, message: FromPage, channel: Channel = Channel.MESSAGE) -> None:
        """Send a page's message to the login."""
        self.login.handle(message, channel)

    def open(self) -> Address:
        """Press the button and get the address; the window is open then."""
        seen = len(self.addresses)
        self.login.begin("click")
        address = self.address(seen)
        self.until(Status.WAITING)
        return address

    def lose_sight(self) -> None:
        """Let the window read closed, as one does whose opener was cut."""
        self.send(WindowLost(str(self.login.state.run)))

    def claim(self, event: MessageEvent, **changes: Any) -> None:
        """Hand a message event to the run that is going."""
        fields: dict[str, Any] = {
            "run": self.login.state.run,
            "origin": event.origin,
            "page_origin": "http://localhost:8888",
            "source": "popup",
            "data": event.data,
        }
        self.send(Claim(**(fields | changes)))

    def connect(self, sim: Simulator, **choices: Any) -> LoginState:
        """Log in from the click to the end, as a user does."""
        self.claim(sim.play_user(self.open().url.reveal(), **choices))
        return self.end()


_COMPANIONS = {"_limit", "_watch_accounts"}


def going_on() -> list[str]:
    """Name what logins do in the background loop at this moment."""

    async def look() -> list[str]:
        return [name for name, _ in _steps_of_logins()]

    return start_in_background(look).result(PATIENCE)


def settle() -> None:
    """Return when every answer that was under way has come, and its effect has been shown."""

    async def rest() -> None:
        if tasks := [task for name, task in _steps_of_logins() if name not in _COMPANIONS]:
            await asyncio.wait(tasks)

    start_in_background(rest).result(PATIENCE)
    UI_THREAD.post(lambda: None).result(PATIENCE)


def _steps_of_logins() -> Iterator[tuple[str, asyncio.Task[Any]]]:
    for task in asyncio.all_tasks():
        owner, _, name = getattr(task.get_coro(), "__qualname__", "").rpartition(".")
        if owner in ("ConnectFlow", "LoginFlow"):
            yield name, task


def plain_http() -> httpx.AsyncHTTPTransport:
    """Return a transport for addresses on this machine: no certificates need be loaded for it."""
    return httpx.AsyncHTTPTransport(**local.OPTIONS)


class Held(httpx.AsyncBaseTransport):
    """Hold back the requests whose path ends as given, until the test lets them go."""

    def __init__(self, ending: str) -> None:
        self._transport = plain_http()
        self._ending = ending
        self._gates: list[Future[None]] = []
        self._news = threading.Condition()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait, and then send the request."""
        if self._ending in request.url.path:
            gate: Future[None] = Future()
            with self._news:
                self._gates.append(gate)
                self._news.notify_all()
            await asyncio.wrap_future(gate)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def release(self) -> None:
        """Let everything go that is still held."""
        for gate in self._gates:
            if not gate.done():
                gate.set_result(None)

    def held(self, number: int = 0) -> Future[None]:
        """Wait until a request is held, and return what lets it go."""
        with self._news:
            assert self._news.wait_for(lambda: len(self._gates) > number, PATIENCE)
            return self._gates[number]
