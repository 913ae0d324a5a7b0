"""Put the fault matrix of ghl_notebook next to that of the vendor's SDK.

::

    python -m tests.benchmarks.faults            # three minutes, from the root of the clone
    python -m tests.benchmarks.faults --write    # also keeps it in tests/benchmarks/FAULTS.md

It installs the SDK from the package index into an environment of its own in the user's cache
folder. No test needs it.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path

from ghl_notebook import GHLError
from tests.faults.catalog import CASES, SURVIVED
from tests.faults.matrix import CELLS, Cell, Operation, Outcome, Stand
from tests.planted import faces, traceback_with_locals

from .vendor import PACKAGE, VERSION, Vendor
from .vendor import python as vendor_python

RESULTS = Path(__file__).with_name("FAULTS.md")
DRIVER = Path(__file__).with_name("vendor_call.py")

SHOWN: tuple[Operation, ...] = ("GET accounts", "POST attach")

_TEXT = """\
# Under the same faults: ghl_notebook and the vendor's SDK

Made by `python -m tests.benchmarks.faults --write`: {package} {version} from the package index, in
an environment of its own, against the fault server of `tests/faults`. Each fault meets the first
attempt of a call only, except for those that cannot come once. `survived` is the right answer in
the end, `wrong answer` one that is not and comes without an error; `2x` is how often the request
was sent, `done 2x` how often an attach was carried out that was carried out more than once.

| | {names} |
| --- | ---: | ---: |
{figures}

{table}"""


def cells() -> list[Cell]:
    """Return what is compared: each fault with each operation, once where it can come once."""
    return [
        cell
        for cell in CELLS
        if cell.whose == "a sub-account's"
        and cell.operation in SHOWN
        and cell.mode == ("lasting" if cell.case.only_lasting else "once")
    ]


def field(outcome: Outcome) -> str:
    """Return the text of a field."""
    text = outcome.result
    if outcome.is_open:
        text += " (may have been done)"
    if outcome.attempts:
        text += f", {outcome.attempts}x"
    return text + (f", **done {outcome.done}x**" if outcome.done > 1 else "")


def markdown(ours: dict[Cell, Outcome], theirs: dict[Cell, Outcome], vendor: Vendor) -> str:
    """Return both tables as one, and their figures."""
    names = ["ghl_notebook", PACKAGE]
    head = ["fault", *(f"{operation}, {name}" for operation in SHOWN for name in names)]
    lines = [head, ["---"] * len(head)]
    for case in CASES:
        found = {cell.operation: cell for cell in ours if cell.case is case}
        both = [field(made[found[operation]]) for operation in SHOWN for made in (ours, theirs)]
        lines.append([case.name, *both])
    return _TEXT.format(
        package=PACKAGE,
        version=VERSION,
        names=" | ".join(names),
        figures=_figures(ours, theirs, vendor),
        table="".join(f"| {' | '.join(line)} |\n" for line in lines),
    )


def _figures(ours: dict[Cell, Outcome], theirs: dict[Cell, Outcome], vendor: Vendor) -> str:
    def count(result: str) -> list[int]:
        return [sum(o.result == result for o in made.values()) for made in (ours, theirs)]

    errors = [outcome.error for outcome in ours.values() if outcome.error is not None]
    tokens = [outcome.plot.token.reveal() for outcome in ours.values()]

    def shown(look: Callable[[BaseException], str]) -> int:
        return sum(any(token in text for token in tokens) for text in map(look, errors))

    secret = [
        sum(o.result != SURVIVED and o.done > 0 and not o.is_open for o in made.values())
        for made in (ours, theirs)
    ]
    rows = [
        ("calls tried", len(ours), len(theirs)),
        ("survived", *count(SURVIVED)),
        ("reported by an error", len(errors), vendor.errors),
        (
            "… of another class than the library's own",
            sum(not isinstance(error, GHLError) for error in errors),
            vendor.stray,
        ),
        ("… that shows the bearer in its text or fields", shown(faces), vendor.in_fields),
        (
            "… that shows it in a traceback's variables",
            shown(traceback_with_locals),
            vendor.in_frames,
        ),
        ("wrong answer without an error", *count("wrong answer")),
        ("hang", *count("hangs")),
        ("attach carried out, and nothing said that it may have been", *secret),
    ]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


async def compare() -> str:
    """Run both, and return the report."""
    with Stand() as stand:
        ours = await stand.run(cells())
    async with Vendor(await asyncio.to_thread(vendor_python), DRIVER) as vendor:
        with Stand(vendor.call) as stand:
            theirs = await stand.run(cells())
    return markdown(ours, theirs, vendor)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.faults", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} as well")
    write = parser.parse_args().write
    text = asyncio.run(compare())
    print(text, end="")
    if write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
