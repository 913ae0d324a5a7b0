"""Run the fault matrix and print it.

::

    python -m tests.faults            # over two minutes, from the root of the clone
    python -m tests.faults --write    # also keeps it in tests/faults/MATRIX.md
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from .matrix import CELLS, MATRIX, Stand, markdown, verdict


def main() -> None:
    """Run from the command line; fail when something came of a fault that must not."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {MATRIX.name} as well")
    write = parser.parse_args().write
    with Stand() as stand:
        outcomes = asyncio.run(stand.run(CELLS))
    text = markdown(outcomes)
    print(text, end="")
    if write:
        MATRIX.write_text(text, encoding="utf-8")
    wrong = {cell: found for cell, o in outcomes.items() if (found := verdict(cell, o))}
    for cell, found in wrong.items():
        print(f"{cell}: {'; '.join(found)}", file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
