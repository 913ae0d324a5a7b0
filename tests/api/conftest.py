"""A simulator for a whole session of tests, with its levers back at rest for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ghl_notebook import Client
from ghl_notebook.simulator import Simulator


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    """The simulator."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def sim(running: Simulator) -> Simulator:
    """The simulator, well-behaved, and without a rate limit: the tests share one token."""
    running.levers.reset()
    running.levers.rate_limit = 1_000_000
    running.levers.rate_interval = 0.01
    return running


@pytest.fixture
def client(sim: Simulator) -> Iterator[Client]:
    """A client of the simulator."""
    with Client(sim.token, sim.location_id, sim.user_id, base_url=sim.base_url) as client:
        yield client
