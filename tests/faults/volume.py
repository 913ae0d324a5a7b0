"""Thousands of calls over a bad network, and the books that are kept of them.

Each worker has one page of a sub-account: it attaches the page, looks into the list, disconnects
it, looks again, and so on. What it was told must be what the list says, and the simulator's own
record says how often each change was carried out. A call that fails is called again by hand: an
attach whose outcome is open only after a look into the list, as the error says.

::

    python -m tests.faults.volume --calls 10000    # a minute or two, from the root of the clone
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ghl_notebook import AsyncClient, GHLError
from ghl_notebook.simulator import Simulator

from .acts import in_pieces
from .catalog import CASES
from .plots import Plot, lay_out
from .server import Asked, Fault, FaultServer, Script

_NAMES = (
    "reset before an answer, not done",
    "reset before an answer, done",
    "closed before an answer, not done",
    "closed before an answer, done",
    "reset in the middle of the body, done",
    "truncated JSON, longer by its content-length, done",
    "reset after the body",
    "closed after the body, unannounced",
    "another protocol, not done",
    "401 Command timed out, done",
    "429 interval",
    "500, not done",
    "500, done",
    "502 HTML, done",
    "503, not done",
    "504 HTML, done",
    "200 empty body",
    "200 truncated JSON, whole by its content-length",
    "200 HTML page",
    "wrong types in known fields",
    "unknown fields",
    "JSON called HTML",
)
_BY_NAME = {case.name: case.fault for case in CASES}
FAULTS: tuple[Fault, ...] = (
    *(_BY_NAME[name] for name in _NAMES),
    Fault("in pieces", in_pieces(100), reaches=True),  # single bytes would be most of the work
)

SHARE = 0.3
_CLIENTS = 12
_WORKERS = 4
"""Per client, at the same time."""
_ATTACHED = 6
"""Accounts that are in every list from the beginning to the end."""


@dataclass
class Books:
    """What was asked, told and done.

    Attributes
    ----------
    calls : int
        Calls of the client.
    attempts : int
        Requests that came to the server.
    faulted : int
        Requests that met a fault.
    errors : Counter of str
        Calls that ended in an error, by its class.
    open_ends : int
        Changes whose error said that they may have been carried out.
    lost : int
        Rows that were to be in a list and were not.
    ghosts : int
        Rows that were in a list and not to be.
    doubled : int
        Changes that were carried out more than once.
    untold : int
        Changes that were carried out although their error did not say that they may have been.
    unmade : int
        Changes that were told to be made and were not.
    seconds : float
        How long it took.
    """

    calls: int = 0
    attempts: int = 0
    faulted: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    open_ends: int = 0
    lost: int = 0
    ghosts: int = 0
    doubled: int = 0
    untold: int = 0
    unmade: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        errors = ", ".join(f"{n} {kind}" for kind, n in self.errors.most_common()) or "none"
        return (
            f"{self.calls:,} calls in {self.seconds:.0f} s, {self.attempts:,} requests "
            f"({self.attempts / self.calls:.2f} per call), {self.faulted:,} of them faulted "
            f"({self.faulted / self.attempts:.0%}); lost rows {self.lost}, rows too many "
            f"{self.ghosts}, doubled writes {self.doubled}, writes made in secret {self.untold}, "
            f"writes not made {self.unmade}; open ends {self.open_ends}; errors: {errors}"
        )


def seeded(seed: int, share: float = SHARE) -> Script:
    """Return a script that gives so large a part of the requests a fault, the same every time."""

    def script(asked: Asked) -> Fault | None:
        chance = random.Random(f"{seed}:{asked.number}")
        return chance.choice(FAULTS) if chance.random() < share else None

    return script


class Worker:
    """Has one page, and keeps the books of it."""

    def __init__(self, client: AsyncClient, plot: Plot, page: str, name: str, books: Books) -> None:
        self._client, self._plot, self._page = client, plot, page
        self._name, self._books = name, books
        self._account: str | None = None
        self._changes = 0
        #: What became of each change: made, not made, or None for an open end.
        self.told: dict[str, bool | None] = {}

    async def work(self, turns: int) -> None:
        """Attach, look, disconnect, look, and again."""
        for _ in range(turns):
            await self._attach()
            await self._look()
            await self._disconnect()
            await self._look()

    async def _look(self) -> set[str]:
        """List the accounts until they are listed, and compare them with the books."""
        while True:
            self._books.calls += 1
            try:
                listed = await self._client.accounts.list()
            except GHLError as error:
                self._books.errors[type(error).__name__] += 1
                continue
            alive = {a.id for a in listed.accounts if not a.deleted and a.id}
            self._books.lost += len(set(self._plot.attached) - alive)
            return alive

    async def _own(self) -> str | None:
        """Return the id of the account that the page has now, by the list."""
        return next((i for i in await self._look() if i.endswith(f"_{self._page}")), None)

    async def _attach(self) -> None:
        offer = self._plot.offer(self._page)

        async def attach(key: str) -> object:
            return await self._client.oauth.attach(
                "instagram", self._plot.login_id, offer, company_id=key
            )

        while self._account is None:
            told = await self._change(attach)
            found = await self._own()
            if told is not None:
                self._books.lost += told and found is None
                self._books.ghosts += not told and found is not None
            self._account = found

    async def _disconnect(self) -> None:
        async def disconnect(key: str) -> object:
            return await self._client.accounts.delete(self._account or "", company_id=key)

        while self._account is not None:
            told = await self._change(disconnect)
            found = await self._own()
            if told is not None:
                self._books.ghosts += told and found is not None
                self._books.lost += not told and found is None
            self._account = found

    async def _change(self, call: Callable[[str], Awaitable[object]]) -> bool | None:
        key = f"{self._name}-{self._changes}"
        self._changes += 1
        self._books.calls += 1
        try:
            await call(key)
        except GHLError as error:
            self._books.errors[type(error).__name__] += 1
            is_open = bool(getattr(error, "outcome_unknown", False))
            self._books.open_ends += is_open
            self.told[key] = None if is_open else False
        else:
            self.told[key] = True
        return self.told[key]


async def run(sim: Simulator, calls: int, seed: int) -> Books:
    """Make at least so many calls, and return the books."""
    books = Books()
    plots = [lay_out(sim, pages=_ATTACHED + _WORKERS, attached=_ATTACHED) for _ in range(_CLIENTS)]
    before = len(sim.requests)
    began = time.monotonic()
    with FaultServer(sim.base_url, seeded(seed)) as server:
        clients = [
            AsyncClient(
                plot.token, plot.location_id, plot.user_id, base_url=server.base_url, timeout=5.0
            )
            for plot in plots
        ]
        workers = [
            Worker(client, plot, page, f"{number}-{page}", books)
            for number, (client, plot) in enumerate(zip(clients, plots, strict=True))
            for page in plot.pages[_ATTACHED:]
        ]

        async def until_enough(worker: Worker) -> None:
            while books.calls < calls:
                await worker.work(1)

        await asyncio.gather(*(until_enough(worker) for worker in workers))
        for client in clients:
            await client.aclose()
        books.attempts = len(server.seen)
        books.faulted = sum(seen.fault is not None for seen in server.seen)
    books.seconds = time.monotonic() - began
    _judge(books, workers, _made(sim, before))
    return books


def of_calls(calls: int, seed: int) -> Books:
    """Make at least so many calls to a simulator without a limit, and return the books."""
    with Simulator() as sim:
        sim.levers.rate_limit = sim.levers.daily_limit = 10**9
        return asyncio.run(run(sim, calls, seed))


async def outage(sim: Simulator, calls: int) -> float:
    """Make calls while nothing but 503 is answered, and return the requests per call."""
    plot = lay_out(sim, pages=1, attached=1)
    with FaultServer(sim.base_url, lambda _: _BY_NAME["503, not done"]) as server:
        async with AsyncClient(
            plot.token, plot.location_id, plot.user_id, base_url=server.base_url
        ) as client:
            errors = await asyncio.gather(
                *(client.accounts.list() for _ in range(calls)), return_exceptions=True
            )
        assert all(isinstance(error, GHLError) for error in errors)
        return len(server.seen) / calls


def _made(sim: Simulator, before: int) -> Counter[str]:
    """Return how often the simulator has carried out each change."""
    made: Counter[str] = Counter()
    for recorded in sim.requests[before:]:
        if recorded.method != "GET" and recorded.status < 300:
            found = recorded.body or recorded.query
            made[found.get("companyId", "")] += 1
    return made


def _judge(books: Books, workers: list[Worker], made: Counter[str]) -> None:
    told = {key: answer for worker in workers for key, answer in worker.told.items()}
    assert set(made) <= set(told)
    books.doubled = sum(count > 1 for count in made.values())
    books.untold = sum(answer is False and made[key] > 0 for key, answer in told.items())
    books.unmade = sum(answer is True and made[key] != 1 for key, answer in told.items())


def main() -> None:
    """Print the books; fail when one of them does not balance."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.volume", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=4)
    asked = parser.parse_args()
    books = of_calls(asked.calls, asked.seed)
    print(books)
    sys.exit(any((books.lost, books.ghosts, books.doubled, books.untold, books.unmade)))


if __name__ == "__main__":
    main()
