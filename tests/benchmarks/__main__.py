"""Measure ghl_notebook next to its peers, and print the tables as Markdown.

::

    python -m tests.benchmarks            # about a quarter of an hour, from the root of the clone
    python -m tests.benchmarks --write    # also keeps them in tests/benchmarks/RESULTS.md

It needs what the tests need: the extra ``test`` and Chromium. No test looks at the times, only at
whether the benchmarks still run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .report import report

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} as well")
    write = parser.parse_args().write
    text = report()
    print(text, end="")
    if write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
