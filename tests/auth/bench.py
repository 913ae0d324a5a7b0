"""A simulated service, a clock that a test sets, stored logins, and a transport that can fail."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from ghl_notebook import AsyncClient, Client
from ghl_notebook.auth import stored_token_provider
from ghl_notebook.auth.agency_credential import AgencyCredential
from ghl_notebook.auth.credential import Credential
from ghl_notebook.auth.keyring_backend import Backend
from ghl_notebook.auth.location_token_issuer import LocationTokenIssuer
from ghl_notebook.auth.login_store import LoginStore, Stores
from ghl_notebook.auth.stored_credential import Key, StoredCredential
from ghl_notebook.auth.tokens import Tokens
from ghl_notebook.background import run_in_background
from ghl_notebook.models import TokenAnswer
from ghl_notebook.secret import Secret
from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.clock import EPOCH
from tests import local
from tests.auth.keyrings import open_stores

DAY = 86_399
USED_AT = EPOCH - timedelta(hours=1)
TOKEN, MINT, USERS = "/oauth/token", "/oauth/locationToken", "/users/"


class Time:
    """A clock that stands still until a test sets it."""

    def __init__(self) -> None:
        self.now = EPOCH

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class Spy(httpx.AsyncHTTPTransport):
    """Sends requests, remembers them, and may hold those for tokens up or lose their answers."""

    def __init__(self) -> None:
        super().__init__(**local.OPTIONS)
        self.path = TOKEN
        self.bearers: list[str] = []
        self.held: Future[None] | None = None
        self.arrived = threading.Event()
        self.cuts = 0
        self.damage: bytes | None = None
        self.answered: Callable[[], object] = lambda: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        if request.url.path != self.path:
            self.bearers.append(request.headers.get("authorization", "")[7:])
            return await super().handle_async_request(request)
        self.arrived.set()
        if self.held is not None:
            await asyncio.wrap_future(self.held)
        response = await super().handle_async_request(request)
        self.answered()
        if self.cuts:
            self.cuts -= 1
            await response.aclose()
            raise httpx.ReadError("cut")
        if self.damage is not None:
            damage, self.damage = self.damage, None
            await response.aclose()
            return httpx.Response(200, content=damage)
        return response


class Bench:
    """Everything that a test of a login needs."""

    def __init__(
        self, sim: Simulator, time: Time, folder: Path, backend: Backend | None = None
    ) -> None:
        self.sim, self.time, self.folder, self.backend = sim, time, folder, backend
        self.spy = Spy()
        self.stores = self.open_stores()

    def open_stores(self) -> Stores:
        """Open the stored logins anew, encrypted if there is a keyring."""
        return open_stores(self.folder, self.backend)

    def logins(self) -> LoginStore:
        """Open the stored logins anew, as another client does."""
        return LoginStore(
            self.open_stores(), self.sim.base_url, clock=self.time, transport=self.spy
        )

    def log_in(self, choose: str | None = None, **options: Any) -> Key:
        """Store what a login gives."""
        return self.store(self.sim.install(choose, **options))

    def store(self, answer: dict[str, Any]) -> Key:
        """Store an answer of the token endpoint."""
        tokens = Tokens.of(TokenAnswer(answer), self.time())
        whose = f"location:{tokens.location_id}" if tokens.location_id else ""
        key = Key(self.sim.base_url, self.sim.client_id, whose or f"company:{tokens.company_id}")
        credential = StoredCredential(key, tokens, Secret(self.sim.client_secret))
        run_in_background(stored_token_provider.keep, self.stores.logins, credential)
        return key

    def stored(self, key: Key) -> StoredCredential:
        """Return what is stored."""
        found = self.stores.logins.load(key)
        assert found is not None
        return found

    def credential(self, key: Key) -> Credential:
        """Return a login as a client of its own has it, for the main sub-account."""
        return self.logins().credential(key, self.sim.location_id)

    def client(self, key: Key) -> Client:
        """Return a client that uses a login."""
        return Client(
            credential=self.credential(key),
            base_url=self.sim.base_url,
            clock=self.time,
            transport=self.spy,
        )

    def issuer(self, key: Key) -> LocationTokenIssuer:
        """Return what issues for an agency's login: all of this process have the same one."""
        return self.logins().issuer(key)

    def agency(self, key: Key) -> AgencyCredential:
        """Return an agency's login as another agency door has it."""
        return self.logins().agency_credential(key)

    def ids(self, count: int) -> list[str]:
        """Return ids of sub-accounts."""
        found = list(self.sim.state.locations)[:count]
        assert len(found) == count
        return found

    @property
    def cache_path(self) -> Path:
        """The file of sub-account tokens."""
        return self.folder / "location_tokens.sqlite"

    def async_client(self, key: Key) -> AsyncClient:
        """Return a client for code that awaits; what it asks runs in the test's own loop."""
        return AsyncClient(
            credential=self.credential(key), base_url=self.sim.base_url, clock=self.time
        )

    def asked(self, path: str = TOKEN) -> int:
        """Count the requests for a path."""
        return sum(request.path == path for request in self.sim.requests)

    def use_up(self, key: Key) -> None:
        """Have the stored refresh token used by somebody else, long ago."""
        token = self.stored(key).tokens.refresh_token.reveal()
        self.sim.state.refresh_tokens[token].used_at = USED_AT


def finish_renewals() -> None:
    """Wait for the running refreshes."""
    stored_token_provider._FLIGHTS.wait(60)


def finish_issuing(issuer: LocationTokenIssuer) -> None:
    """Wait for what is issued in the background."""
    issuer._flights.wait(60)
    run_in_background(asyncio.sleep, 0)  # what is done when they land


def write_issued(issuer: LocationTokenIssuer) -> None:
    """Write what is issued: who waits for a token has it before it is there to be written."""
    finish_issuing(issuer)
    issuer.write()
