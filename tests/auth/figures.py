"""How often a login is renewed when all renew at once, and what kills leave of it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from ghl_notebook import Client
from ghl_notebook.simulator import Simulator, running_clock
from ghl_notebook.simulator.clock import EPOCH
from tests.auth.bench import DAY, Bench, Time
from tests.auth.keyrings import FileKeyring
from tests.auth.programs import STEPS
from tests.auth.test_file_store import make, write

PATIENCE = 60.0
ROOT = Path(__file__).parents[2]


class Process:
    """One of the programs, its lines in and out."""

    def __init__(self, bench: Bench, name: str) -> None:
        sim = bench.sim
        words = [name, sim.base_url, str(bench.folder), sim.client_id, sim.location_id]
        if isinstance(bench.backend, FileKeyring):
            words.append(str(bench.backend.folder))
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "tests.auth.programs", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.popen.stdin
        self.popen.stdin.close()
        self.popen.wait(PATIENCE)
        self._reader.join(PATIENCE)

    def _read(self) -> None:
        assert self.popen.stdout
        with self.popen.stdout as lines:
            for line in lines:
                self._lines.put(line.rstrip("\n"))

    def say(self, line: str) -> None:
        """Send a line."""
        assert self.popen.stdin
        self.popen.stdin.write(f"{line}\n")
        self.popen.stdin.flush()

    def hear(self) -> str:
        """Wait for a line; a process that hangs says none."""
        try:
            return self._lines.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError("It hangs.") from None


def renewals_per_round(bench: Bench, rounds: int, processes: int) -> list[int]:
    """Have everybody renew in each round; return how often the service was asked.

    In turn the token has expired by the clock, and is rejected by the service.
    """
    bench.log_in()
    counts, seconds, token = [], 0, "-"
    programs = [Process(bench, "works") for _ in range(processes)]
    try:
        for number in range(rounds):
            is_rejected = number % 2 == 1
            seconds += 0 if is_rejected else DAY
            bench.time.now = EPOCH
            bench.time.go(seconds)
            before = bench.asked()
            for program in programs:
                program.say(f"{seconds} {token if is_rejected else '-'}")
            found = {program.hear() for program in programs}
            assert len(found) == 1, f"{len(found)} tokens"
            (token,) = found
            counts.append(bench.asked() - before)
    finally:
        for program in programs:
            program.__exit__()
    return counts


class Kills:
    """Processes that renew, and are killed; and what the next one makes of it.

    Parameters
    ----------
    bench : Bench
        A login.
    seed : int
        Of the moments.
    """

    def __init__(self, bench: Bench, seed: int = 0) -> None:
        self._bench = bench
        self._random = random.Random(seed)
        self._key = bench.log_in()
        self.outcomes: Counter[str] = Counter()
        self.unreadable = 0
        self.slowest = 0.0

    def run(self, moments: int, steps: int) -> None:
        """Kill at random moments, and at each step in turn."""
        with Process(self._bench, "nursery") as nursery:
            for number in range(moments):
                self._at_a_moment(nursery)
                self._look(nursery, "at a moment")
                if number % 50 == 0:
                    self._bench.sim._recorded.clear()  # it grows with each renewal
            for number in range(steps):
                step = STEPS[number % len(STEPS)]
                nursery.say(step)
                _wait_for_end(int(nursery.hear()))
                self._look(nursery, step)

    def _at_a_moment(self, nursery: Process) -> None:
        nursery.say("ever")
        process = int(nursery.hear())
        # A renewal takes some 20 ms; the first ones of a process a little more.
        time.sleep(self._random.uniform(0.0, 0.15))
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        _wait_for_end(process)

    def _look(self, nursery: Process, when: str) -> None:
        """See what is stored, and have another process renew."""
        try:
            self._bench.stored(self._key)
        except Exception:
            self.unreadable += 1
            raise
        began = time.monotonic()
        nursery.say("once")
        nursery.hear()  # its number
        said = nursery.hear()
        self.slowest = max(self.slowest, time.monotonic() - began)
        assert said == "renewed" or "was interrupted before its result was stored" in said, said
        self.outcomes[f"{when}: {said.partition(':')[0]}"] += 1
        if said != "renewed":
            self._bench.log_in()


def logins_killed(bench: Bench, rounds: int, *, processes: int = 3, seed: int = 0) -> int:
    """Kill processes that log in and out with a keyring; return how many logins were left.

    After each kill, every login that is left can be read, and another one can be stored.
    """
    moments, found = random.Random(seed), 0
    with Process(bench, "key_nursery") as nursery:
        for _ in range(rounds):
            for child in range(processes):
                nursery.say(f"location-{child}")
            lines = [nursery.hear() for _ in range(2 * processes)]
            children = [int(line) for line in lines if line != "storing"]
            time.sleep(moments.uniform(0.0, 0.1))
            for child in children:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            for child in children:
                _wait_for_end(child)
            store = bench.open_stores().logins
            left = store.list()
            found += len(left)
            assert all(store.load(key) == make(key.owner.partition(":")[2]) for key in left)
            write(store, make("after the kill"))
            another = bench.open_stores().logins
            assert another.load(make("after the kill").key) == make("after the kill")
            # Also the drafts of those that were killed, which keep the key there.
            for name in (*(f"location-{child}" for child in range(processes)), "after the kill"):
                another.delete(make(name).key)
    return found


def left_open(
    folder: Path, rotations: int, *, follows: bool, lifetime: int = 50
) -> tuple[int, int]:
    """Use one client while tokens end every half second; return its renewals and its calls.

    Parameters
    ----------
    rotations : int
        How many renewals to see.
    follows : bool
        Whether the client's clock runs as the service's does; else it stands still, and only the
        service's answer 401 tells.
    lifetime : int
        Of a token, in seconds that are a hundredth of real ones.
    """
    clock = running_clock(speed=100.0)
    calls = 0
    with Simulator(clock=clock) as sim:
        sim.levers.token_lifetime, sim.levers.rate_limit = lifetime, 1_000_000
        bench = Bench(sim, clock if follows else _standing, folder)  # type: ignore[arg-type]
        key = bench.log_in()
        with Client(
            credential=bench.logins().credential(key), base_url=sim.base_url, clock=bench.time
        ) as client:
            while bench.asked() < rotations:
                assert client.users()
                calls += 1
        asyncio.run(bench.spy.aclose())
        return bench.asked(), calls


def _standing() -> datetime:
    return EPOCH


def _wait_for_end(process: int) -> None:
    """Wait until a process that is nobody's child of ours is gone."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.001)
    raise AssertionError("It does not die.")


@contextmanager
def open_bench(folder: Path, *, keyring: bool = False) -> Iterator[Bench]:
    """Start a simulator and open a folder, for a command."""
    clock = Time()
    with Simulator(clock=clock) as sim:
        sim.levers.rate_limit = 1_000_000
        backend = FileKeyring(folder.with_name("keyring")) if keyring else None
        yield Bench(sim, clock, folder, backend)
