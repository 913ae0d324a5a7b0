"""A simulated service, a client of it, and logins that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ghl_notebook import Client, ConnectAccount
from ghl_notebook.login.social import ConnectFlow, LoginRegistry
from ghl_notebook.simulator import Simulator
from tests.login.page import Page, flush
from tests.login.recording import Held, Recording, plain_http, settle


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the logins of other tests: a simulator's seed gives the same ids again."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._REGISTRY", LoginRegistry())


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator of its own for each test."""
    with Simulator() as running:
        running.levers.rate_interval = 0.02  # what a call waits for after an answer 429
        yield running


@pytest.fixture
def client(sim: Simulator) -> Iterator[Client]:
    """A client of the simulator, without a browser of its own."""
    with Client(
        sim.token,
        sim.location_id,
        base_url=sim.base_url,
        allowed_origins=(sim.origin,),
        transport=plain_http(),
    ) as client:
        yield client
        settle()  # a request that is under way would lose its connection to the garbage collector


@pytest.fixture
def held(sim: Simulator, request: pytest.FixtureRequest) -> Iterator[tuple[Client, Held]]:
    """A client whose checks wait for the test, or what else the test's parameter says."""
    transport = Held(getattr(request, "param", "/accounts/"))
    with Client(
        sim.token,
        sim.location_id,
        base_url=sim.base_url,
        allowed_origins=(sim.origin,),
        transport=transport,
    ) as client:
        yield client, transport
        transport.release()
        settle()


@pytest.fixture
def log_in(client: Client) -> Iterator[Callable[..., Recording]]:
    """Make logins that record what they show; given up afterwards, so that no other waits."""
    made: list[Recording] = []

    def make(platform: str = "instagram", **options: Any) -> Recording:
        screen = Recording()
        screen.login = ConnectFlow(options.pop("client", client), platform, view=screen, **options)
        made.append(screen)
        return screen

    yield make
    for screen in made:
        screen.login.cancel()


@pytest.fixture
def card(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ConnectAccount]]:
    """Make cards whose comm has the test at its other end (see `Page`); closed afterwards."""
    monkeypatch.setattr("comm.create_comm", Page)
    made: list[ConnectAccount] = []

    def make(platform: str = "instagram", **options: Any) -> ConnectAccount:
        made.append(ConnectAccount(options.pop("client", client), platform, **options))
        return made[-1]

    yield make
    for login in made:
        login.close()
    flush()
    Page.opened.clear()
