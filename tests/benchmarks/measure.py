"""Samples side by side, and the table that they make."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure next to its peer.

    Attributes
    ----------
    what : str
        What ghl_notebook was measured at.
    peer : str
        What it is compared with.
    ours, peers : sequence of float
        Seconds, one each per round.
    """

    what: str
    peer: str
    ours: Sequence[float]
    peers: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        """What ours took for each second of its peer in the same round."""
        return [ours / peer for ours, peer in zip(self.ours, self.peers, strict=True)]


def interleave(samplers: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Take one sample of each per round, so that what else the machine does meets all of them.

    The first round warms up and does not count; every second round goes backwards.
    """
    samples: dict[str, list[T]] = {name: [] for name in samplers}
    for number in range(rounds + 1):
        for name in list(samplers)[:: -1 if number % 2 else 1]:
            sample = samplers[name]()
            if number:
                samples[name].append(sample)
    return samples


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table of medians, with the quartiles of the ratio."""
    lines = [
        "| measured | ms | peer | ms | ours ÷ peer (quartiles) | rounds |",
        "| --- | ---: | --- | ---: | --- | ---: |",
    ]
    for row in rows:
        low, middle, high = _quartiles(row.ratios)
        lines.append(
            f"| {row.what} | {_ms(row.ours)} | {row.peer} | {_ms(row.peers)} "
            f"| **{middle:.2f}** ({low:.2f}–{high:.2f}) | {len(row.ours)} |"  # noqa: RUF001
        )
    return "\n".join(lines)


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def _ms(seconds: Sequence[float]) -> str:
    median = statistics.median(seconds) * 1000
    return f"{median:.2f}" if median < 10 else f"{median:,.0f}"
