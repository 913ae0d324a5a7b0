"""The tables of the benchmark, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from tests.benchmarks.vendor import PACKAGE, VERSION

from .measure import LATENCY, Load, Measured, Sample
from .service import ACCOUNTS

_PACKAGES = ("ghl-notebook", "httpx", "msgspec", "pandas", "pyarrow", "pyreqwest")

_TEXT = """\
# A whole agency at once

Made by `python -m tests.benchmarks.scale --write` on {date}: {cores} cores ({machine}), {system},
{python}, {packages}, {vendor}.

An agency of {most:,} sub-accounts with {accounts} connected accounts each, in the simulator: a
process of its own on the same computer, on uvloop and httptools, {latency:g} s to each answer, and
the live service's limits, 100 calls in 10 s for each sub-account and for the agency. Each way runs
in a process of its own; of most the fastest of {rounds} rounds. The simulator alone gives
{throughput:,.0f} answers in a second when it need not wait: it is not what is measured. Load
average {load} at the end.

## All access tokens at hand

Ideal: the sub-accounts, by as many as are in flight, times the latency. In a loop it is one, all at
once as many as there are, at our own level 500. `pyreqwest` carries our requests; alone, nothing
is made of its answers: no error is told apart, no limit kept, no row read.

{samples}

Per sub-account we are **{loop} times** as fast as the vendor's SDK in a loop.

## As their number grows

Our own level, access tokens at hand; memory is what the run takes beyond the imports.

{sizes}

![Seconds and memory over the number of sub-accounts](scale.svg)

## No access tokens yet

The agency's limit lets 100 be minted in 10 s.

{cold}
"""


def report(load: Load, measured: Measured) -> str:
    """Return everything as Markdown."""
    ours = [s for s in measured.samples if s.way.startswith("ours") and "workers" not in s.way]
    fastest = min(sample.each for sample in ours)
    loops = [s.each / fastest for s in measured.samples if s.way.endswith("in a loop")]
    return _TEXT.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        cores=os.cpu_count(),
        machine=platform.machine(),
        system=platform.system(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages=", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        vendor=f"{PACKAGE} {VERSION}",
        most=load.most,
        accounts=ACCOUNTS,
        latency=LATENCY,
        rounds=load.rounds,
        throughput=measured.throughput,
        load=f"{os.getloadavg()[1]:.1f}",
        samples=table(measured.samples),
        loop=f"{loops[0]:.0f}" if loops else "?",
        sizes=table(measured.sizes),
        cold=table([measured.cold]),
    )


def table(samples: Sequence[Sample]) -> str:
    """Return samples as a Markdown table."""
    lines = [
        "| way | sub-accounts | s | of the ideal speed | ms each | CPU ms each | failures | MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in samples:
        memory = "" if one.memory is None else f"{one.memory:.0f}"
        lines.append(
            f"| {one.way} | {one.locations:,} | {one.seconds:.2f} | {one.ideal / one.seconds:.0%} "
            f"| {one.each:.2f} | {one.cpu / one.locations * 1000:.2f} | {one.failures} "
            f"| {memory} |"
        )
    return "\n".join(lines)
