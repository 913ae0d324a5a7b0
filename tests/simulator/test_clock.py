"""The simulated clock, fixed or running."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from ghl_notebook.simulator import Simulator, running_clock
from ghl_notebook.simulator.clock import EPOCH
from tests import local


def test_time_stands_still_unless_asked_to_run():
    """So that answers never change."""
    clock = Simulator().state.clock
    assert clock() == clock() == EPOCH


def test_a_running_clock_runs_by_its_speed():
    """A million seconds pass for each real one."""
    before = time.monotonic()
    clock = running_clock(speed=1e6)
    made = time.monotonic()
    now = clock() - EPOCH
    after = time.monotonic()
    assert now <= timedelta(seconds=(after - before) * 1e6)
    assert clock() - EPOCH >= timedelta(seconds=(after - made) * 1e6) - timedelta(microseconds=2)


def test_a_running_clock_starts_where_it_is_told():
    """At an instant of one's own."""
    start = datetime(2030, 6, 1, tzinfo=UTC)
    assert start <= running_clock(start)() < start + timedelta(minutes=5)


def test_time_passes_at_once_where_it_stands_still():
    """For a story that goes on a week later."""
    sim = Simulator()
    sim.pass_time(timedelta(days=7))
    sim.pass_time(timedelta(hours=1))
    assert sim.now == sim.state.clock() == EPOCH + timedelta(days=7, hours=1)
    with pytest.raises(ValueError, match="back"):
        sim.pass_time(timedelta(seconds=-1))


@pytest.mark.parametrize("speed", [0, -1])
def test_time_does_not_go_back(speed):
    """For a fixed clock, use the default one."""
    with pytest.raises(ValueError, match="positive"):
        running_clock(speed=speed)


def test_tokens_age_by_a_running_clock():
    """A second of the clock is over before the request arrives."""
    with Simulator(clock=running_clock(speed=1e6)) as sim:
        sim.levers.token_lifetime = 1
        bearer = {"Authorization": f"Bearer {sim.install()['access_token']}"}
        answer = local.get(f"{sim.base_url}/users/", headers=bearer | {"Version": "2021-07-28"})
    assert answer.json()["message"] == "The access token is expired"
