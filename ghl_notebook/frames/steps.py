"""The dates of a series of statistics, whose values may be of days, weeks, or months."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ghl_notebook.models import Statistics

Days = tuple[int, int]
"""The most and the fewest days that a period may have."""

_STEPS: Final = {
    "day": "day", "daily": "day", "week": "week", "weekly": "week", "month": "month",
    "monthly": "month",
}  # fmt: skip
"""What the API may call the steps of a series."""


def step_of(grouping: str | None) -> str | None:
    """Return the step of a grouping: ``day``, ``week``, or ``month``; None if it is unknown."""
    return _STEPS.get((grouping or "day").lower())


_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK: Final = 7


def step_dates(found: Statistics, first: date, days: Days | None, count: int) -> list[datetime]:
    """Return the dates of a series, which begin its steps.

    Parameters
    ----------
    found : Statistics
        The answer that contains the series.
    first : datetime.date
        The first day of the period. The API names only weekdays. If its first weekday is one day
        before or after this day, the API counts days in another time zone than UTC.
    days : tuple of int or None
        The most and the fewest days that the period may have; None for any number.
    count : int
        The number of values.

    Returns
    -------
    list of datetime
        As many dates as values; another number if the values do not fit the period.
    """
    grouping = step_of(found.grouping) or "day"
    if grouping == "day":
        begin = _first_day(found.day_range, first)
        fits = days is None or days[1] <= count <= days[0]
        number = count if fits or days is None else days[0]
        return [_midnight(begin + timedelta(days=n)) for n in range(number)]
    most = count * 31 if days is None else days[0]
    last = first + timedelta(days=most - 1)
    choices = [[*steps] for steps in _steps(grouping, first, last)]
    steps = next((one for one in choices if len(one) == count), choices[0])
    return [_midnight(step) for step in (steps[:count] if days is None else steps)]


def _steps(grouping: str, first: date, last: date) -> Iterator[Iterator[date]]:
    """Yield the steps of a period in the ways in which they may be counted."""
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if grouping == "week":
        yield iter(every[::_WEEK])
        yield (day for day in every if day == first or day.weekday() == 0)
    else:
        yield (day for day in every if day == first or day.day == 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _first_day(named: list[str], first: date) -> date:
    for days in (0, -1, 1):
        day = first + timedelta(days=days)
        if named and named[0][:3].title() == _WEEKDAYS[day.weekday()]:
            return day
    return first
