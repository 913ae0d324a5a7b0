"""Measure how logins are renewed by many at once, and through kills.

::

    python -m tests.auth --rounds 100 --kills 1000    # some minutes, from the root of the clone
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .figures import Kills, left_open, logins_killed, open_bench, renewals_per_round
from .programs import STEPS, TASKS, THREADS


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.auth", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--processes", type=int, default=6)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--rotations", type=int, default=20)
    parser.add_argument("--keys", type=int, default=30)
    options = parser.parse_args()

    if options.rounds:
        with _folder() as folder, open_bench(folder) as bench, _timed():
            counts = renewals_per_round(bench, options.rounds, options.processes)
            print(
                f"{TASKS} tasks x {THREADS} threads x {options.processes} processes, "
                f"{options.rounds} rounds: renewals per round (times) {dict(Counter(counts))}"
            )
    if options.kills:
        with _folder() as folder, open_bench(folder) as bench, _timed():
            kills = Kills(bench)
            kills.run(options.kills, 20 * len(STEPS))
            print(
                f"{sum(kills.outcomes.values())} kills: {kills.unreadable} unreadable stores; "
                f"the next process took up to {kills.slowest:.1f} s"
            )
            for outcome, times in sorted(kills.outcomes.items()):
                print(f"  {outcome}: {times}")
    if options.keys:
        with _folder() as folder, open_bench(folder, keyring=True) as bench, _timed():
            left = logins_killed(bench, options.keys)
            print(
                f"{3 * options.keys} kills of processes that log in and out with a keyring: "
                f"{left} logins left, 0 unreadable"
            )
    if options.rotations:
        for follows in (True, False):
            with _folder() as folder, _timed():
                renewals, calls = left_open(folder, options.rotations, follows=follows)
                clock = "as fast" if follows else "standing still"
                print(f"left open, the client's clock {clock}: {renewals} renewals, {calls} calls")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "credentials"


@contextmanager
def _timed() -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"  ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
