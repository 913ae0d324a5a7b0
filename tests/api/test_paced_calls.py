"""Many calls to one sub-account over real connections: the service has to refuse none of them."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor

import pytest

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Client
from ghl_notebook.simulator import Simulator

LIMITS = [(100, "fixed"), (100, "sliding"), (25, "fixed"), (25, "sliding")]


def limited(limit: int, window: str) -> Simulator:
    """Make a service that allows so many calls in half a second."""
    sim = Simulator()
    sim.levers.rate_limit, sim.levers.rate_interval = limit, 0.5
    sim.levers.rate_window = window  # type: ignore[assignment]
    return sim


def statuses(sim: Simulator) -> dict[int, int]:
    """Count the answers by their status."""
    seen = [asked.status for asked in sim.requests]
    return {status: seen.count(status) for status in seen}


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "window"), LIMITS)
def test_calls_that_are_gathered_keep_to_the_limit(limit: int, window: str) -> None:
    """Whatever the limit, and whatever window the service counts in, nothing is answered 429."""
    calls = 3 * limit

    async def gather(sim: Simulator) -> None:
        async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
            await asyncio.gather(*(client.accounts.list() for _ in range(calls)))

    with limited(limit, window) as sim:
        asyncio.run(gather(sim))
        assert statuses(sim) == {200: calls}


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "window"), LIMITS)
def test_clients_of_several_event_loops_share_the_limit(limit: int, window: str) -> None:
    """Three clients gather a third of the calls each, in a thread and an event loop of its own."""

    async def gather(sim: Simulator) -> None:
        async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
            await asyncio.gather(*(client.accounts.list() for _ in range(limit)))

    with limited(limit, window) as sim, ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(asyncio.run, gather(sim)) for _ in range(3)]:
            done.result()
        assert statuses(sim) == {200: 3 * limit}


@pytest.mark.slow
def test_clients_that_come_and_go_are_paced_as_one() -> None:
    """A script that makes a client for each call is not answered 429 either."""

    async def call(sim: Simulator) -> None:
        async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
            await client.accounts.list()

    with limited(25, "sliding") as sim:
        sim.levers.rate_interval = 2.0  # so that all of them are within it
        for _ in range(60):
            asyncio.run(call(sim))
            gc.collect(1)
        assert statuses(sim) == {200: 60}


@pytest.mark.slow
@pytest.mark.parametrize("window", ["fixed", "sliding"])
def test_clients_of_several_threads_share_the_limit(window: str) -> None:
    """Each client on its own would be within it; the service counts them together."""
    clients, calls = 4, 50

    def work(sim: Simulator) -> None:
        with Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
            for _ in range(calls):
                client.accounts.list()

    with limited(100, window) as sim, ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(work, sim) for _ in range(clients)]:
            done.result()
        assert statuses(sim) == {200: clients * calls}


@pytest.mark.slow
@pytest.mark.parametrize("window", ["fixed", "sliding"])
@pytest.mark.parametrize("used", [45, 80, 92])
def test_what_others_have_used_up_is_seen_in_the_first_answer(used: int, window: str) -> None:
    """Another process has made most of the interval's calls: a new one makes no call too many."""

    async def gather(sim: Simulator) -> None:
        async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
            await asyncio.gather(*(client.accounts.list() for _ in range(60)))

    with limited(100, window) as sim:
        for _ in range(used):
            sim._counter.count(f"bearer {sim.token}")
        asyncio.run(gather(sim))
        assert statuses(sim) == {200: 60}


def test_what_is_left_is_told() -> None:
    """Nothing is known before the first answer; then it is what that said."""
    with (
        limited(25, "fixed") as sim,
        Client(sim.token, sim.location_id, base_url=sim.base_url) as client,
    ):
        assert client.limits.max is None
        client.accounts.list()
        assert (client.limits.max, client.limits.remaining) == (25, 24)
        assert client.limits.daily_max == 200_000
        assert str(client.limits).startswith("24 of 25 calls left per 0.5 s")


def test_at_the_end_of_the_days_calls_few_are_sent_to_be_told() -> None:
    """All that wait are told so by the first one, and nothing more is sent."""

    async def gather(sim: Simulator) -> list[object]:
        async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
            calls = (client.accounts.list() for _ in range(60))
            return await asyncio.gather(*calls, return_exceptions=True)

    with limited(100, "fixed") as sim:
        sim.levers.daily_limit = 20
        found = asyncio.run(gather(sim))
        assert [type(one) for one in found].count(ghl.errors.DailyLimitError) == 40
        assert statuses(sim)[200] == 20
        assert statuses(sim)[429] <= 10
