"""A bench for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ghl_notebook.background import run_in_background
from ghl_notebook.simulator import Simulator
from tests.auth.bench import Bench, Time, finish_renewals
from tests.auth.keyrings import FileKeyring


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A simulator without a rate limit, its clock in the test's hand, and an empty folder."""
    yield from _benches(tmp_path)


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[Bench]:
    """A bench whose files are encrypted, with a key in a keyring that processes share."""
    yield from _benches(tmp_path, FileKeyring(tmp_path / "keyring"), locations=300, accounts=2)


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[Bench]:
    """A bench whose agency has 302 sub-accounts."""
    yield from _benches(tmp_path, locations=300, accounts=2)


def _benches(tmp_path: Path, backend: FileKeyring | None = None, **options: int) -> Iterator[Bench]:
    time = Time()
    with Simulator(clock=time, **options) as sim:  # type: ignore[arg-type]
        sim.levers.rate_limit = 1_000_000
        bench = Bench(sim, time, tmp_path / "credentials", backend)
        yield bench
        finish_renewals()
        run_in_background(bench.spy.aclose)
