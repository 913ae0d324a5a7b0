"""The figures of `python -m tests.auth`, with smaller numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.auth.bench import DAY, Bench
from tests.auth.figures import (
    PATIENCE,
    Kills,
    Process,
    left_open,
    logins_killed,
    renewals_per_round,
)
from tests.auth.programs import STEPS

pytestmark = pytest.mark.process


def test_all_processes_together_renew_once(bench: Bench) -> None:
    """Fifty tasks in each of four threads of three processes, whatever it is that they notice."""
    assert renewals_per_round(bench, rounds=6, processes=3) == [1] * 6


@pytest.mark.parametrize("kind", ["bench", "encrypted"])
def test_a_kill_loses_no_login_while_the_service_repeats_its_answer(
    request: pytest.FixtureRequest, kind: str
) -> None:
    """At each step, among them with the lock held, and at random moments; encrypted or not."""
    kills = Kills(request.getfixturevalue(kind))
    kills.run(moments=10, steps=len(STEPS))
    steps = Counter({k: n for k, n in kills.outcomes.items() if not k.startswith("at a moment")})
    assert steps == {
        "before room: renewed": 1,
        "before asking: renewed": 1,
        "before writing: renewed": 1,
        "while writing: renewed": 1,
        "after writing: renewed": 1,
    }
    assert set(kills.outcomes) - set(steps) <= {"at a moment: renewed"}
    assert kills.unreadable == 0


def test_a_kill_leaves_a_login_that_works_or_says_that_it_does_not(bench: Bench) -> None:
    """Where the service does not repeat its answer, the one that was not stored is lost."""
    bench.sim.levers.refresh_repeats = 0
    kills = Kills(bench)
    kills.run(moments=0, steps=len(STEPS))
    assert kills.outcomes == {
        "before room: renewed": 1,
        "before asking: renewed": 1,
        "before writing: log in again": 1,
        "while writing: log in again": 1,
        "after writing: renewed": 1,
    }
    assert kills.unreadable == 0


def test_a_kill_leaves_no_login_that_cannot_be_decrypted(encrypted: Bench) -> None:
    """While three processes log in and out, which makes a key and deletes it each time."""
    logins_killed(encrypted, 5)


@pytest.mark.parametrize("follows", [True, False], ids=["fast clock", "clock that stands still"])
def test_a_notebook_that_is_left_open_keeps_working(tmp_path: Path, follows: bool) -> None:
    """While its tokens end one after the other."""
    renewals, calls = left_open(tmp_path / "credentials", 4, follows=follows)
    assert renewals >= 4
    assert calls >= 4


def test_a_process_ends_after_its_renewal(bench: Bench) -> None:
    """What the service gives once is on disk, although the script was over before it came."""
    key = bench.log_in()
    before = bench.stored(key).tokens.access_token
    bench.sim.levers.latency = 0.5
    with Process(bench, "ends") as process:
        pass
    assert process.popen.returncode == 0
    assert bench.asked() == 1
    bench.time.go(DAY - 3600)
    assert bench.stored(key).tokens.access_token != before


def test_a_forked_process_renews_by_itself(bench: Bench) -> None:
    """It takes neither the parent's lock nor its draft, nor waits for the parent's threads."""
    key = bench.log_in()
    bench.sim.levers.latency = 0.5
    process = Process(bench, "forks")
    process.popen.wait(PATIENCE)
    process.__exit__()
    assert process.popen.returncode == 0
    assert bench.asked() == 1
    assert bench.stored(key).refused_at is None
