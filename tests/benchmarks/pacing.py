"""How near the service's rate limit many calls to one sub-account come, and how often above it.

The simulator runs in a process of its own, and answers after a tenth of a second. No peer knows the
limit by itself: the limiter is told it, and both repeat what was answered 429 a second later.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Literal, get_args

import httpx
from aiolimiter import AsyncLimiter

from ghl_notebook import AsyncClient
from ghl_notebook.simulator import Simulator

Window = Literal["fixed", "sliding"]
WINDOWS: tuple[Window, ...] = get_args(Window)
LATENCY = 0.1
"""Seconds from a request to its answer."""
_PAUSE = 1.0
"""Seconds after which a peer repeats what was answered 429."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many calls at once, to a service that allows so many in so many seconds."""

    calls: int
    limit: int
    seconds: float

    @property
    def ideal(self) -> float:
        """The least seconds that it takes: the last calls go when the last window opens."""
        return (self.calls - 1) // self.limit * self.seconds + LATENCY

    def __str__(self) -> str:
        return f"{self.calls} calls at {self.limit} per {self.seconds:g} s"


Call = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Service:
    """Where the simulator is, and what it lets in."""

    base_url: str
    token: str
    location_id: str

    @asynccontextmanager
    async def ours(self, load: Load) -> AsyncIterator[Call]:
        """Call as a user of ours does."""
        async with AsyncClient(self.token, self.location_id, base_url=self.base_url) as client:
            yield client.accounts.list

    def limited(self, load: Load) -> AbstractAsyncContextManager[Call]:
        """Call as one does with a leaky bucket that was told the limit."""
        bucket = AsyncLimiter(load.limit, load.seconds)
        return self._plain(lambda: bucket)

    def unlimited(self, load: Load) -> AbstractAsyncContextManager[Call]:
        """Call as one does without knowing."""
        return self._plain(nullcontext)

    @asynccontextmanager
    async def _plain(
        self, turn: Callable[[], AbstractAsyncContextManager[object]]
    ) -> AsyncIterator[Call]:
        headers = {"Authorization": f"Bearer {self.token}", "Version": "2021-07-28"}
        path = f"/social-media-posting/{self.location_id}/accounts"
        async with httpx.AsyncClient(
            base_url=self.base_url,
            headers=headers,
            limits=httpx.Limits(max_connections=32),
            timeout=60,
            trust_env=False,
        ) as http:

            async def call() -> None:
                while True:
                    async with turn():
                        answer = await http.get(path)
                    if answer.status_code == 200:
                        return
                    assert answer.status_code == 429
                    await asyncio.sleep(_PAUSE)

            yield call


LOAD = Load(300, 100, 10.0)
WAYS: dict[str, Callable[[Service, Load], AbstractAsyncContextManager[Call]]] = {
    "ours": Service.ours,
    "`aiolimiter`": Service.limited,
    "none": Service.unlimited,
}


@dataclass(frozen=True, slots=True)
class Run:
    """How one way did under one window."""

    name: str
    window: Window
    load: Load
    seconds: float
    refused: int


def measure(load: Load = LOAD) -> list[Run]:
    """Make the calls in each way under each window."""
    runs = []
    for window in WINDOWS:
        for name, way in WAYS.items():
            with _served(load, window) as (service, count):
                seconds = asyncio.run(_timed(way(service, load), load.calls))
                answered, refused = count()
            assert answered == load.calls
            runs.append(Run(name, window, load, seconds, refused))
    return runs


def table(runs: Sequence[Run]) -> str:
    """Return the runs as a Markdown table."""
    lines = [
        f"| limiter | window | s for {runs[0].load} | of the ideal speed | answers 429 |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for run in runs:
        share = run.load.ideal / run.seconds
        lines.append(
            f"| {run.name} | {run.window} | {run.seconds:.1f} | {share:.1%} | {run.refused:,} |"
        )
    return "\n".join(lines)


async def _timed(way: AbstractAsyncContextManager[Call], calls: int) -> float:
    async with way as call:
        start = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(calls)))
        return time.perf_counter() - start


@contextmanager
def _served(load: Load, window: Window) -> Iterator[tuple[Service, Callable[[], tuple[int, int]]]]:
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(there, load, window), daemon=True)
    process.start()
    try:
        service: Service = here.recv()

        def ask() -> tuple[int, int]:
            here.send("how many?")
            counted: tuple[int, int] = here.recv()
            return counted

        yield service, ask
    finally:
        process.terminate()
        process.join()
        process.close()
        here.close()
        there.close()


def _serve(pipe: Connection, load: Load, window: Window) -> None:
    with Simulator() as sim:
        sim.levers.rate_limit, sim.levers.rate_interval = load.limit, load.seconds
        sim.levers.rate_window, sim.levers.latency = window, LATENCY
        pipe.send(Service(sim.base_url, sim.token, sim.location_id))
        pipe.recv()
        statuses = [asked.status for asked in sim.requests]
        pipe.send((statuses.count(200), statuses.count(429)))
