"""The simulated agency of the benchmark, in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ghl_notebook.simulator import Simulator
from tests.benchmarks.installed import libraries_of

ACCOUNTS = 5
"""Connected accounts of each sub-account."""
FASTER = ("httptools==0.9.0", "uvloop==0.23.0")
"""uvicorn is faster with these, and shares the processors with what is measured."""
_UNLIMITED = 10**9


@dataclass(frozen=True)
class Service:
    """Where it is, whose agency it is, and how to set its levers."""

    base_url: str
    company_id: str
    environment: dict[str, str]
    _pipe: Connection

    def set(self, **levers: Any) -> None:
        """Set levers of the simulator."""
        self._pipe.send(levers)
        self._pipe.recv()

    def unlimited(self) -> None:
        """Answer at once, and as often as it is asked."""
        self.set(latency=0.0, rate_limit=_UNLIMITED)

    def limited(self, latency: float) -> None:
        """Answer after some seconds, and 100 times in ten seconds: as the live service does."""
        self.set(latency=latency, rate_limit=100)

    def cpu(self) -> float:
        """Return the seconds of processor time that it has taken."""
        self._pipe.send({})
        return float(self._pipe.recv())


@contextmanager
def served(locations: int, faster: Path | None = None) -> Iterator[Service]:
    """Serve an agency of so many sub-accounts.

    Parameters
    ----------
    locations : int
        Their number.
    faster : pathlib.Path, optional
        An environment with `FASTER`, for the server's process alone.
    """
    # Not forked: the parent has threads.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, locations, faster), daemon=True)
    process.start()
    try:
        told: dict[str, str] = ours.recv()
        yield Service(told["GHL_BASE_URL"], told["GHL_COMPANY_ID"], told, ours)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, locations: int, faster: Path | None) -> None:
    if faster is not None:
        sys.path.append(libraries_of(faster))
    with Simulator(locations=locations - 2, accounts=ACCOUNTS, record=0) as sim:
        pipe.send(
            {
                "GHL_BASE_URL": sim.base_url,
                "GHL_CLIENT_ID": sim.client_id,
                "GHL_CLIENT_SECRET": sim.client_secret,
                "GHL_REFRESH_TOKEN": sim.install("agency")["refresh_token"],
                "GHL_COMPANY_ID": sim.company_id,
                # Of another install, whose rotation does not end this one.
                "COLD": sim.install("agency")["refresh_token"],
            }
        )
        while True:
            for name, value in pipe.recv().items():
                setattr(sim.levers, name, value)
            used = resource.getrusage(resource.RUSAGE_SELF)
            pipe.send(used.ru_utime + used.ru_stime)
