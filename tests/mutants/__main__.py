"""``python -m tests.mutants``: whether the tests catch what they are there to catch."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .catalog import MUTANTS
from .mutant import Mutant
from .trial import Result, Verdict, try_all

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Try the faults that are chosen, and return the exit status: 0 where all are caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "chosen",
        nargs="*",
        metavar="NAME or ROOM",
        help="only those of a room, or whose name has this",
    )
    parser.add_argument("--jobs", type=int, default=2, help="how many at once; default: 2")
    parser.add_argument("--list", action="store_true", help="name them, and try none")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a table of the results")
    parser.add_argument("--tree", type=Path, default=ROOT, help="another checkout")
    parser.add_argument(
        "--python",
        type=Path,
        default=Path(sys.executable),
        help="the interpreter of its environment",
    )
    parser.add_argument(
        "--seconds", type=float, default=180.0, help="for the tests of one fault; default: 180"
    )
    options = parser.parse_args()
    mutants = choose(options.chosen)
    if options.list:
        for mutant in mutants:
            print(f"{mutant.room:12} {mutant.promise}")
        return 0
    # What a shell starts in the background ignores SIGINT, and all that it starts does.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    try:
        results = try_all(
            mutants,
            options.tree.resolve(),
            options.python.absolute(),
            jobs=min(options.jobs, len(mutants)),
            seconds=options.seconds,
            tell=lambda result: print(result, flush=True),
        )
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    if options.write:
        options.write.write_text(table_of(results), encoding="utf-8")
    print(f"{summary_of(results)}, in {time.monotonic() - began:.0f} s")
    return 0 if all(result.verdict is Verdict.CAUGHT for result in results) else 1


def choose(words: Sequence[str]) -> list[Mutant]:
    """Return the faults of the rooms that are named, and those whose names have the words.

    Raises
    ------
    SystemExit
        If there are none.
    """
    rooms = {mutant.room for mutant in MUTANTS}
    found = [
        mutant
        for mutant in MUTANTS
        if not words or any(w == mutant.room if w in rooms else w in mutant.promise for w in words)
    ]
    if not found:
        raise SystemExit(f"There is no such fault: {', '.join(words)}.")
    return found


def summary_of(results: Sequence[Result]) -> str:
    """Return how many are caught, and what the others are."""
    counts = Counter(result.verdict for result in results)
    others = [f"{n} {verdict}" for verdict, n in counts.items() if verdict is not Verdict.CAUGHT]
    return ", ".join([f"{counts[Verdict.CAUGHT]} of {len(results)} caught", *others])


def table_of(results: Sequence[Result]) -> str:
    """Return the results as a table in Markdown."""
    lines = ["| room | promise | result | test |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {one.mutant.room} | {one.mutant.promise} | {one.verdict} | `{one.test}` |"
        for one in results
    ]
    return "\n".join([*lines, "", f"{summary_of(results)}.", ""])


if __name__ == "__main__":
    sys.exit(main())
