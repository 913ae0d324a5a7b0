"""Every way of asking a whole agency, each in a process of its own, against one service."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import ghl_notebook as ghl
from tests.benchmarks.installed import environment
from tests.benchmarks.vendor import python as vendor_python

from .service import FASTER, Service, served

LATENCY = 0.1
"""Seconds from a request to its answer."""
_ROOT = Path(__file__).parents[3]
_VENDOR = Path(__file__).with_name("vendor_fan_out.py")
_BARE = Path(__file__).with_name("bare.py")


@dataclass(frozen=True)
class Load:
    """How many sub-accounts, in each of the parts."""

    most: int = 10_000
    sizes: tuple[int, ...] = (10, 100, 1_000, 10_000)
    loop: int = 100
    gather: int = 1_000
    cold: int = 1_000
    in_flight: tuple[int, ...] = (100, 500)
    rounds: int = 3
    workers: int = 4


@dataclass(frozen=True)
class Sample:
    """One way of asking so many sub-accounts."""

    way: str
    locations: int
    seconds: float
    cpu: float
    rows: int
    failures: int
    ideal: float
    memory: float | None = None
    in_flight: int | None = None

    @property
    def each(self) -> float:
        """Milliseconds for a sub-account."""
        return self.seconds / self.locations * 1000


@dataclass(frozen=True)
class Measured:
    """Everything."""

    throughput: float
    """Answers of the simulator in a second, without latency."""
    samples: list[Sample]
    sizes: list[Sample]
    cold: Sample


def measure(load: Load, *, may_install: bool = True) -> Measured:
    """Ask in every way.

    Where it may not install, it asks without the vendor's SDK, and the simulator is slower.
    """
    python = vendor_python() if may_install else None
    faster = environment(*FASTER) if may_install else None
    with served(load.most, faster) as service, _warm(service, load.most) as stand:
        alone = [stand.bare(min(5_000, load.most), 100) for _ in range(load.rounds)]
        throughput = max(sample.locations / sample.seconds for sample in alone)
        service.limited(LATENCY)
        rounds = range(load.rounds)
        peers = []
        if python is not None:
            peers = [
                stand.vendor(python, load.loop, at_once=False),
                stand.vendor(python, load.gather, at_once=True),
            ]
        samples = [
            *peers,
            *(_fastest(stand.bare(load.most, n) for _ in rounds) for n in load.in_flight),
            *(_fastest(stand.ours(load.most, n) for _ in rounds) for n in load.in_flight),
            _fastest(stand.ours(load.most, None) for _ in rounds),
            stand.ours(load.most, None, workers=load.workers),
        ]
        sizes = [_fastest(stand.ours(n, None) for _ in rounds) for n in load.sizes]
        with tempfile.TemporaryDirectory() as empty:
            cold = stand.cold(load.cold, Path(empty))
    return Measured(throughput, samples, sizes, cold)


@dataclass(frozen=True)
class _Stand:
    service: Service
    folder: Path
    tokens: list[tuple[str, str]]

    def bare(self, locations: int, in_flight: int) -> Sample:
        """Ask by what carries our requests, and make nothing of the answers."""
        order = {
            "base_url": self.service.base_url,
            "tokens": self.tokens[:locations],
            "in_flight": in_flight,
        }
        told = _told([sys.executable, _BARE], order)
        return Sample(
            f"`pyreqwest` alone, {in_flight} in flight",
            locations,
            told["seconds"],
            told["cpu"],
            told["rows"],
            told["failures"],
            ideal=max(1.0, locations / in_flight) * LATENCY,
            in_flight=in_flight,
        )

    def vendor(self, python: Path, locations: int, *, at_once: bool) -> Sample:
        """Ask through the vendor's SDK."""
        order = {
            "base_url": self.service.base_url,
            "tokens": self.tokens[:locations],
            "at_once": at_once,
        }
        told = _told([python, _VENDOR], order)
        return Sample(
            f"vendor's SDK, {'all at once' if at_once else 'in a loop'}",
            locations,
            told["seconds"],
            told["cpu"],
            told["rows"],
            told["failures"],
            ideal=LATENCY if at_once else locations * LATENCY,
        )

    def ours(self, locations: int, in_flight: int | None, *, workers: int = 0) -> Sample:
        """Ask through ghl_notebook."""
        order = {
            "ids": str(self.folder / "ids.json"),
            "locations": locations,
            "in_flight": in_flight,
            "workers": workers,
        }
        told = _told([sys.executable, "-m", f"{__package__}.ours", json.dumps(order)], None)
        most = in_flight or 500
        way = f"ours, on {workers} workers" if workers else f"ours, {in_flight or 'own level'}"
        return Sample(
            way if in_flight is None else f"{way} in flight",
            locations,
            told["seconds"],
            told["cpu"],
            told["rows"],
            told["failures"],
            ideal=max(1.0, locations / most) * LATENCY,
            memory=told["memory"],
            in_flight=in_flight,
        )

    def cold(self, locations: int, empty: Path) -> Sample:
        """Ask without a single access token of a sub-account."""
        installed = {**os.environ, "GHL_CREDENTIALS_DIR": str(empty)}
        installed |= {"GHL_REFRESH_TOKEN": self.service.environment["COLD"]}
        order = {
            "ids": str(self.folder / "ids.json"),
            "locations": locations,
            "in_flight": None,
            "workers": 0,
        }
        command = [sys.executable, "-m", f"{__package__}.ours", json.dumps(order)]
        told = _told(command, None, environ=installed)
        return Sample(
            "ours, no access tokens yet",
            locations,
            told["seconds"],
            told["cpu"],
            told["rows"],
            told["failures"],
            ideal=(locations - 1) // 100 * 10.0 + 2 * LATENCY,
            memory=told["memory"],
        )


def _fastest(samples: Iterable[Sample]) -> Sample:
    """Return the fastest of some rounds: what else the machine does only slows down."""
    return min(samples, key=lambda sample: sample.seconds)


@contextmanager
def _warm(service: Service, locations: int) -> Iterator[_Stand]:
    """Have all access tokens minted, and kept where the processes find them."""
    service.unlimited()
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, service.environment):
        os.environ["GHL_CREDENTIALS_DIR"] = f"{folder}/credentials"
        with ghl.Agency() as agency:
            ids = ghl.fetch_locations(agency)["location_id"].tolist()[:locations]
            ghl.fetch_accounts(agency, locations=ids)
            tokens = [(i, _token(agency, i)) for i in ids]
        Path(folder, "ids.json").write_text(json.dumps(ids), encoding="utf-8")
        yield _Stand(service, Path(folder), tokens)


def _token(agency: ghl.Agency, location_id: str) -> str:
    provider = agency.core.client(location_id).credential._provider  # type: ignore[attr-defined]
    tokens = asyncio.run(provider.tokens())
    return str(tokens.access_token.reveal())


def _told(
    command: list[Any], order: Any, *, environ: dict[str, str] | None = None
) -> dict[str, Any]:
    done = subprocess.run(
        [str(part) for part in command],
        input=None if order is None else json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=_ROOT,
        env=environ,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
