"""In which order a run mints the access tokens that are missing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace

import pandas as pd

from ghl_notebook.agency.fetch_spec import FetchSpec, SubAccount
from ghl_notebook.agency.progress import Progress
from ghl_notebook.agency.run import Run

SUB_ACCOUNTS = [SubAccount(f"location-{number}", None) for number in range(400)]


@dataclass
class Process:
    """The agency of one process, with a store of access tokens that others have as well."""

    shared: set[str]
    order: list[str] = field(default_factory=list)
    most_in_flight: int = 8

    @property
    def credential(self) -> Process:
        """It gives out the tokens itself."""
        return self

    def client(self, location_id: str, concurrency: object) -> SimpleNamespace:
        """Stand in for a client of one sub-account."""
        return SimpleNamespace(location_id=location_id, _mean_seconds=None)

    def is_warm(self, location_id: str) -> bool:
        """Tell whether anybody has minted it."""
        return location_id in self.shared

    async def issue(self, location_id: str) -> None:
        """Mint, which takes so many turns that the other process has its own in between."""
        if not self.is_warm(location_id):
            self.order.append(location_id)
            for _ in range(10):
                await asyncio.sleep(0)
            self.shared.add(location_id)


class Kept:
    """Keeps nothing."""

    async def add(self, sub_account: SubAccount, answer: object) -> None:
        """As every sink."""


async def _ask(client: object) -> bytes:
    return b""


def _frame(tables: Iterable[object], ids: Iterable[str]) -> pd.DataFrame:
    raise NotImplementedError


def run_at_once(*seeds: int | None) -> list[Process]:
    """Have a process for each seed go to all sub-accounts, at the same time; None: any seed."""
    shared: set[str] = set()
    processes = [Process(shared) for _ in seeds]
    spec = FetchSpec("accounts", _ask, Kept, _frame)

    async def run() -> None:
        await asyncio.gather(
            *(
                Run(process, spec, Kept(), Progress(), chance=seed and random.Random(seed)).run(
                    SUB_ACCOUNTS
                )
                for process, seed in zip(processes, seeds, strict=True)
            )
        )

    asyncio.run(run())
    return processes


def minted(*seeds: int) -> int:
    """Count what processes with these seeds mint together."""
    return sum(len(process.order) for process in run_at_once(*seeds))


def test_processes_that_begin_together_mint_few_tokens_twice() -> None:
    """Each in an order of its own; in the same order, they would mint all of them twice."""
    assert minted(1, 1) == 2 * len(SUB_ACCOUNTS)
    assert len(SUB_ACCOUNTS) <= minted(1, 2) < 1.3 * len(SUB_ACCOUNTS)


def test_two_runs_have_orders_of_their_own() -> None:
    """Also where nobody says by which chance; each has all sub-accounts."""
    ids = [one.location_id for one in SUB_ACCOUNTS]
    (one,), (other,) = run_at_once(None), run_at_once(None)
    assert sorted(one.order) == sorted(other.order) == sorted(ids)
    assert len({tuple(order) for order in (ids, one.order, other.order)}) == 3
