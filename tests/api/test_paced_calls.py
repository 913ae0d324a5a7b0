"""Many calls to one sub-account over real connections: the service has to refuse none of them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

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


@pytest.mark.parametrize(("limit", "window"), LIMITS)
def test_calls_that_are_gathered_keep_to_the_limit(limit: int, window: str) -> None:
    """Whatever the limit, and whatever window the service counts in, nothing is answered 429."""
    calls = 3 * limit

    async def gather(sim: Simulator) -> None:
        async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
            await asyncio.gather(*(client.accounts() for _ in range(calls)))

    with limited(limit, window) as sim:
        asyncio.run(gather(sim))
        assert statuses(sim) == {200: calls}


@pytest.mark.parametrize("window", ["fixed", "sliding"])
def test_clients_of_several_threads_share_the_limit(window: str) -> None:
    """Each client on its own would be within it; the service counts them together."""
    clients, calls = 4, 50

    def work(sim: Simulator) -> None:
        with Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
            for _ in range(calls):
                client.accounts()

    with limited(100, window) as sim, ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(work, sim) for _ in range(clients)]:
            done.result()
        assert statuses(sim) == {200: clients * calls}


def test_what_others_have_used_up_is_seen_in_the_first_answer() -> None:
    """Another process has made most of the interval's calls: a new one makes no call too many."""

    async def gather(sim: Simulator, calls: int) -> None:
        async with AsyncClient(sim.token, sim.location_id, base_url=sim.base_url) as client:
            await asyncio.gather(*(client.accounts() for _ in range(calls)))

    with limited(100, "sliding") as sim:
        asyncio.run(gather(sim, 80))
        asyncio.run(gather(sim, 60))  # its pacer knows nothing of the first one's calls
        assert statuses(sim) == {200: 140}


def test_what_is_left_is_told() -> None:
    """Nothing is known before the first answer; then it is what that said."""
    with (
        limited(25, "fixed") as sim,
        Client(sim.token, sim.location_id, base_url=sim.base_url) as client,
    ):
        assert client.limits.max is None
        client.accounts()
        assert (client.limits.max, client.limits.remaining) == (25, 24)
        assert client.limits.daily_max == 200_000
        assert str(client.limits).startswith("24 of 25 calls left per 0.5 s")
