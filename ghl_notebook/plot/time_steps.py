"""The steps of a chart: days, weeks, months, or years, so that there are not too many."""

from __future__ import annotations

from typing import Any, Final, Literal

import pandas as pd

from ghl_notebook.errors import ArgumentError

Step = Literal["day", "week", "month", "year"]

MAX_STEPS: Final = 80
"""Steps of a chart: at its width, bars stay about 8 pixels wide."""
_MAX_TICKS: Final = 7
"""Labels of an axis; more would overlap."""

_FREQUENCIES: Final[dict[Step, str]] = {"day": "D", "week": "W-SUN", "month": "M", "year": "Y"}
_DAYS: Final[dict[Step, int]] = {"day": 1, "week": 7, "month": 28, "year": 365}
_GAP: Final = 0.1
"""The share of a step that separates its bar from the next one."""


def in_steps(times: pd.Series[Any], *, most: int = MAX_STEPS) -> tuple[pd.Series[Any], Step]:
    """Return each time's day, week (from Monday), month, or year in UTC, as periods.

    The finest step is chosen that gives no more than `most` steps between the first and the last.

    Raises `ArgumentError` if even years are more than that.
    """
    first, last = times.min(), times.max()
    plain = times.dt.tz_convert("UTC").dt.tz_localize(None)
    for step, frequency in _FREQUENCIES.items():
        if not len(times) or (last - first).days / _DAYS[step] < most - 1:
            return plain.dt.to_period(frequency), step
    raise ArgumentError(
        f"The times lie between {first:%Y-%m-%d} and {last:%Y-%m-%d}: too far apart for a chart.",
        "Leave out implausible ones.",
    )


def edges(periods: pd.Series[Any]) -> pd.DataFrame:
    """Return the ``start`` and ``end`` of the bars of periods, and their names."""
    start = periods.dt.start_time
    length = periods.dt.end_time - start
    return pd.DataFrame(
        {
            "start": start.dt.tz_localize("UTC"),
            "end": (start + length * (1 - _GAP)).dt.tz_localize("UTC"),
            "when": periods.map(name_of).astype("object"),
        }
    )


def labels(step: Step) -> str:
    """Return the Vega expression for axis labels: the start of a step, with the year below."""
    forms = {"month": ["%b", "%Y"], "year": ["%Y"]}.get(step, ["%-d %b", "%Y"])
    lines = [f"utcFormat(datum.value, '{form}')" for form in forms]
    return f"[{', '.join(lines)}]"


def ticks(starts: pd.Series[Any], step: Step, *, most: int = _MAX_TICKS) -> list[int]:
    """Return at most `most` starts of steps for an axis, evenly spread, in milliseconds."""
    plain = starts.dt.tz_localize(None)
    all_of_them = pd.period_range(plain.min(), plain.max(), freq=_FREQUENCIES[step])
    every = -(-len(all_of_them) // most)
    chosen = all_of_them[::every].start_time
    return [round(start.timestamp() * 1000) for start in chosen.tz_localize("UTC")]


def name_of(period: pd.Period) -> str:
    """Return a period as text, for instance ``5 Jan 2026`` or ``5 Jan to 11 Jan 2026``."""
    first, last = period.start_time, period.end_time
    match period.freqstr[0]:
        case "D":
            return f"{first.day} {first:%b %Y}"
        case "M":
            return f"{first:%B %Y}"
        case "Y":
            return f"{first:%Y}"
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"
