"""The fuzzer runs, for a moment each time; ``python -m tests.faults.fuzz`` is for longer."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys

import pytest

from tests.faults.fuzz import SEEDS, judge, mutated, run_blind
from tests.folding import folded
from tests.ways import ROOT

# Without a wheel for this platform there is no coverage to be led by.
WAYS = [["--blind"], *([[]] if importlib.util.find_spec("atheris") else [])]


@folded("data", SEEDS, ids=repr)
def test_a_seed_breaks_no_law(data: bytes) -> None:
    """Where the search begins all is well."""
    judge(data)


@pytest.mark.process
@pytest.mark.parametrize("way", WAYS, ids=repr)
def test_a_short_search_finds_nothing(way: list[str]) -> None:
    """Two seconds of mutated messages and answers break no law."""
    command = [sys.executable, "-m", "tests.faults.fuzz", "--seconds", "2", *way]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]


def test_a_broken_law_is_noticed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The search ends with what broke it, and shows the input."""
    monkeypatch.setattr("tests.faults.laws.law_of_messages", lambda data: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_blind(60, seed=1)
    assert "broken by: b'" in capsys.readouterr().err


def test_a_mutation_differs() -> None:
    """Nearly all inputs of the blind search are new ones."""
    chance = random.Random(1)
    assert len({mutated(SEEDS[0], chance) for _ in range(100)}) > 90
