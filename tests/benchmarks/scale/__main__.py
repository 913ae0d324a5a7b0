"""Ask a whole agency in every way, and print the tables as Markdown.

::

    python -m tests.benchmarks.scale            # about six minutes, from the root of the clone
    python -m tests.benchmarks.scale --write    # also keeps them in tests/benchmarks/scale/SCALE.md

It installs the vendor's SDK, and what makes the simulator's server faster, into folders of their
own in the user's cache folder. No test needs that.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .measure import Load, measure
from .picture import draw
from .report import report

RESULTS = Path(__file__).with_name("SCALE.md")
PICTURE = Path(__file__).with_name("scale.svg")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} as well")
    write = parser.parse_args().write
    load = Load()
    measured = measure(load)
    text = report(load, measured)
    print(text, end="")
    if write:
        RESULTS.write_text(text, encoding="utf-8")
        draw(measured.sizes, PICTURE)


if __name__ == "__main__":
    main()
