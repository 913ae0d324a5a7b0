"""A simulated agency of four sub-accounts, whose clock stands still, and its doors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ghl_notebook import Agency, Client, Secret
from ghl_notebook.auth.agency_credential import passed_credential
from ghl_notebook.simulator import Simulator


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator that a test may change, without a rate limit."""
    with Simulator(locations=2, accounts=3) as simulator:
        simulator.levers.rate_limit = 1_000_000
        simulator.levers.rate_interval = 0.01
        yield simulator


@pytest.fixture
def client(sim: Simulator) -> Iterator[Client]:
    """A client of its main sub-account."""
    with make_client(sim) as client:
        yield client


@pytest.fixture
def agency(sim: Simulator) -> Iterator[Agency]:
    """Its agency."""
    with make_agency(sim) as agency:
        yield agency


def make_client(sim: Simulator) -> Client:
    """Return a client of the newest version, which lives when the simulator does."""
    return Client(
        sim.token,
        sim.location_id,
        sim.user_id,
        base_url=sim.base_url,
        api_version="v3",
        clock=lambda: sim.now,
    )


def make_agency(sim: Simulator) -> Agency:
    """Return the simulator's agency, of the newest version."""
    installed = sim.install("agency")
    credential = passed_credential(
        Secret(installed["access_token"]),
        installed["companyId"],
        base_url=sim.base_url,
        clock=lambda: sim.now,
        client_id=sim.client_id,
    )
    return Agency(
        credential=credential, base_url=sim.base_url, api_version="v3", clock=lambda: sim.now
    )
