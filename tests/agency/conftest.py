"""A simulated agency of forty sub-accounts, without a rate limit unless a test sets one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ghl_notebook import Agency, Secret
from ghl_notebook.auth.agency_credential import passed_credential
from ghl_notebook.settings import now
from ghl_notebook.simulator import Simulator

LOCATIONS = 40


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    """The simulator: two sub-accounts of the examples, and 38 with three accounts each."""
    with Simulator(locations=LOCATIONS - 2, accounts=3) as simulator:
        yield simulator


@pytest.fixture
def sim(running: Simulator) -> Simulator:
    """The simulator, well-behaved."""
    running.levers.reset()
    running.levers.rate_limit = 1_000_000
    running.levers.rate_interval = 0.01
    return running


@pytest.fixture
def agency(sim: Simulator) -> Iterator[Agency]:
    """An agency without a single access token of a sub-account."""
    with make_agency(sim) as agency:
        yield agency


def make_agency(sim: Simulator) -> Agency:
    """Return the simulator's agency."""
    installed = sim.install("agency")
    credential = passed_credential(
        Secret(installed["access_token"]),
        installed["companyId"],
        base_url=sim.base_url,
        clock=now,
        client_id=sim.client_id,
    )
    return Agency(credential=credential, base_url=sim.base_url)
