"""Apps that log in, the marketplace's answers to them, and what they are let in to."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from ghl_notebook.auth.app import App
from ghl_notebook.background import run_in_background
from ghl_notebook.login import Status
from ghl_notebook.login.app.authorization_code import (
    AuthorizationCodeFlow,
    AuthorizationCodeState,
)
from ghl_notebook.login.app.redirect import REDIRECTS
from ghl_notebook.secret import Secret
from tests import local
from tests.login.recording import PATIENCE

CLIENT_SECRET = "planted-client-secret-41c0"
CODE = "planted-code-7fe1"
ELSEWHERE = "https://example.com/oauth/callback"


def make_app(redirect_uri: str = ELSEWHERE) -> App:
    """Make an app with this redirect URI."""
    scopes = ("socialplanner/account.readonly",)
    return App("65a1-client", Secret(CLIENT_SECRET), redirect_uri, scopes)


@dataclass(frozen=True)
class Tokens:
    """What a code is exchanged for."""

    user_type: str = "Location"
    location_id: str | None = "ve9EPM428h8vShlRW1KT"
    company_id: str | None = "5DP4iH6HLkQsiKESj6rh"
    user_id: str | None = "0IHuJvc2ofPAAA8GzTRi"
    access_token: Secret = field(default_factory=lambda: Secret("planted-access-token"))


class Exchange:
    """Exchanges codes, remembers them, and waits if it is told to."""

    def __init__(self, result: object = None) -> None:
        self.codes: list[Secret] = []
        self.verifiers: list[Secret] = []
        self.result = result or Tokens()

    async def __call__(self, code: Secret, verifier: Secret) -> Any:
        """Exchange a code, or fail."""
        self.codes.append(code)
        self.verifiers.append(verifier)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class Screen:
    """A screen that shows nothing and forgets nothing."""

    def __init__(self) -> None:
        self.states: list[AuthorizationCodeState] = []
        self.urls: dict[str | None, Secret] = {}
        self._news = threading.Condition()

    def update(self, state: AuthorizationCodeState) -> None:
        """Remember a state."""
        with self._news:
            self.states.append(state)
            self._news.notify_all()

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Remember an authorization URL."""
        with self._news:
            self.urls[request] = url
            self._news.notify_all()

    def close_window(self, request: str) -> None:
        """Do nothing: this login asks for no window to be closed."""

    def url_for(self, request: str) -> Secret:
        """Wait for the authorization URL that a click gets."""
        with self._news:
            assert self._news.wait_for(lambda: request in self.urls, PATIENCE)
            return self.urls[request]

    def until(self, status: Status) -> AuthorizationCodeState:
        """Wait until this status is shown."""
        with self._news:
            assert self._news.wait_for(
                lambda: bool(self.states) and self.states[-1].status is status, PATIENCE
            ), [state.status for state in self.states]
            return self.states[-1]

    @property
    def statuses(self) -> list[Status]:
        """The statuses that were shown, each once in a row."""
        shown = [state.status for state in self.states]
        return [s for n, s in enumerate(shown) if n == 0 or shown[n - 1] is not s]


def wait(flow: AuthorizationCodeFlow[Any]) -> Any:
    """Wait until a login has ended, and return its result or raise its error."""
    flow.outcome().result(PATIENCE)
    return flow.finished()


def state_in(url: Secret) -> str:
    """Return the ``state`` of an authorization URL."""
    (state,) = parse_qs(urlsplit(url.reveal()).query)["state"]
    return state


def answer_to(url: Secret, **changes: str) -> str:
    """Return the address that the marketplace redirects to."""
    query = parse_qs(urlsplit(url.reveal()).query)
    parameters = {"code": CODE, "state": state_in(url)} | changes
    kept = {name: value for name, value in parameters.items() if value}
    return f"{query['redirect_uri'][0]}?{urlencode(kept)}"


def visit(address: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Ask as a browser does that follows a redirect, or as somebody else."""
    return local.request(method, address, headers=headers, timeout=PATIENCE)


def settle() -> None:
    """Wait until every port is given back that was to be."""

    async def look() -> None:
        async with REDIRECTS.own():
            pass

    run_in_background(look)


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port."""
    settle()
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
