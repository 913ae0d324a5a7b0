"""The whole report: every table, and the machine that it was made on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version

from . import bulk, frames, imports, listed, messages, pacing
from .measure import table

_PACKAGES = (
    "ghl-notebook",
    "aiolimiter",
    "anywidget",
    "httpx",
    "ipykernel",
    "jupyterlab",
    "msgspec",
    "pandas",
    "pyarrow",
)

_TEXT = """\
# Benchmarks

Made by `python -m tests.benchmarks --write` on {date}: {facts}.

Each figure stands next to its peer of the same run. Samples alternate; the milliseconds are
medians, and the ratio is the median of the rounds' own ratios: below 1 we are faster. Other work
may share the machine (load average {load} on {cores} cores): believe the ratios rather than the
milliseconds.

## From an answer to a DataFrame, and imports

CPU time of the process; for an import that of an interpreter, from its start to its end. An account
has about 850 bytes. Both sides are checked to have the same values; only with us are dates dates.

{work}

## From the answers of many sub-accounts to one DataFrame

CPU time of the process. The same accounts are in one large answer and in answers of {each} accounts
each; all sides are checked to have the same values, and dates are dates.

{bulk}

The most memory of a process that does nothing else, the bodies included: one is read at a time.

{memory}

## From lists of other records to one DataFrame

CPU time of the process, the dates as dates. A client's answers have {page} records, an agency's
those of a sub-account.

{listed}

## From the login's message to the Python trait

Wall-clock time in JupyterLab in {browser}, one whole login in the simulator per round.

{messages}

## Many calls to one sub-account

Wall-clock time against the simulator in a process of its own, which answers after {latency:g} s.
Ideal is the least time in which its limit lets all through. Nobody tells us the limit; the leaky
bucket is told, and both peers repeat what was answered 429 a second later.

{pacing}
"""


def report(
    *,
    sizes: dict[int, int] = frames.SIZES,
    bulk_sizes: dict[int, int] = bulk.SIZES,
    listed_sizes: dict[int, int] = listed.SIZES,
    imported: int = imports.ROUNDS,
    logins: int = messages.ROUNDS,
    load: pacing.Load = pacing.LOAD,
) -> str:
    """Measure everything, with so many rounds of each, and return it as Markdown."""
    rows, browser = messages.measure(logins)
    work = [*frames.measure(sizes), *imports.measure(imported)]
    facts = [
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}",
        f"{platform.python_implementation()} {platform.python_version()}",
        *(f"{name} {version(name)}" for name in _PACKAGES),
    ]
    return _TEXT.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        facts=", ".join(facts),
        load=f"{os.getloadavg()[1]:.1f}",
        cores=os.cpu_count(),
        work=table(work),
        each=bulk.EACH,
        bulk=table(bulk.measure(bulk_sizes)),
        memory=bulk.memory_table(bulk.memory(max(bulk_sizes))),
        page=listed.PAGE,
        listed=table([*listed.measure(listed_sizes), *listed.measure_statistics(listed_sizes)]),
        browser=browser,
        messages=table(rows),
        latency=pacing.LATENCY,
        pacing=pacing.table(pacing.measure(load)),
    )
