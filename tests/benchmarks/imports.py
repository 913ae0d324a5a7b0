"""How long an import takes, in a fresh interpreter each time."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .measure import Row, interleave

ROUNDS = 15

_ROOT = Path(__file__).parents[2]

BARE = "pass"
PANDAS = "import pandas"
PACKAGE = "import ghl_notebook"
CARD = "import ghl_notebook; ghl_notebook.ConnectAccount"
CARD_FLOOR = "import anyio, anywidget, httpx, msgspec"
FETCH = "import ghl_notebook; ghl_notebook.fetch_accounts"
FETCH_FLOOR = "import anyio, httpx, msgspec, pandas, pyarrow"

PAIRS = (
    (PACKAGE, BARE),
    (PACKAGE, PANDAS),
    (CARD, PANDAS),
    (CARD, CARD_FLOOR),
    (FETCH, PANDAS),
    (FETCH, FETCH_FLOOR),
)
"""What is compared with what; the floors are the libraries that are needed, on their own."""


def measure(rounds: int = ROUNDS) -> list[Row]:
    """Run each program in turn. CPU time of the interpreter, from its start to its end."""
    programs = dict.fromkeys(code for pair in PAIRS for code in pair)
    samples = interleave({code: _timed(code) for code in programs}, rounds)
    return [Row(f"`{a}`", f"`{b}`", samples[a], samples[b]) for a, b in PAIRS]


def _timed(code: str) -> Callable[[], float]:
    def sample() -> float:
        before = _cpu_of_children()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=_ROOT)
        return _cpu_of_children() - before

    return sample


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
