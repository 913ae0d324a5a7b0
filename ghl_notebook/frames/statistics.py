"""Statistics as DataFrames: daily, as totals, and by platform."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from ghl_notebook.models import Account, Breakdown, Statistics

from .accounts import PLATFORM
from .arrays import array_of
from .columns import Column
from .layout import FrameLayout
from .schema import CategoryType

METRIC = CategoryType(
    (
        "comments",
        "engagement",
        "followers",
        "impressions",
        "likes",
        "posts",
        "reach",
        "shares",
    )
)

_DAY: Final = np.timedelta64(1, "D") // np.timedelta64(1, "ms")


class _DayLayout(FrameLayout):
    """The layout of `DayValues`, each of which has a row per day."""

    def count(self, rows: Sequence[DayValues]) -> list[int]:
        return [len(one.value) for one in rows]

    def _arrays(self, rows: Sequence[DayValues], names: Sequence[str]) -> dict[str, pa.Array]:
        counts = self.count(rows)
        row_of = np.repeat(np.arange(len(rows)), counts)
        day = np.arange(len(row_of)) - np.repeat(np.cumsum(counts) - counts, counts)
        columns = dict(zip(DayValues._fields, zip(*rows, strict=True), strict=True))
        first = np.array([moment.timestamp() for moment in columns["date"]], np.int64) * 1000
        type_ = self.batch_schema.field("date").type
        positions = pa.array(row_of)
        return {
            "date": pa.array(first[row_of] + day * _DAY).cast(type_),
            "value": pa.array(itertools.chain.from_iterable(columns["value"]), pa.float64()),
            **{
                name: array_of(self.schema[name], columns[name]).take(positions)
                for name in names
                if name not in ("date", "value")
            },
        }


STATISTICS_LAYOUT = _DayLayout(
    "statistics",
    {
        "date": Column("timestamp", "The day, at midnight (UTC)"),
        "account_id": Column("string", "The account: ``id`` of `fetch_accounts`"),
        "name": Column("string", "As shown on the platform"),
        "platform": Column(PLATFORM, "For instance ``instagram``"),
        "profile_id": Column("string", "The key that the API uses for statistics"),
        "metric": Column(
            METRIC, "``posts``, ``impressions``, ``likes``, ``comments``, ``followers``"
        ),
        "value": Column("number", "The number on that day"),
        "location_id": Column("string", "The sub-account"),
    },
)
STATISTICS = STATISTICS_LAYOUT.schema

TOTALS_LAYOUT = FrameLayout(
    "statistics_totals",
    {
        "metric": Column(
            METRIC, "``posts``, ``impressions``, ``reach``, ``likes``, ``comments``, ..."
        ),
        "value": Column("number", "Total of all accounts and days"),
        "change": Column(
            "number",
            "Change in percent against as many days before; NA if not reported",
            unit="percent",
        ),
        "account_count": Column("integer", "Number of accounts"),
        "location_id": Column("string", "The sub-account"),
    },
)
STATISTICS_TOTALS = TOTALS_LAYOUT.schema

BREAKDOWNS_LAYOUT = FrameLayout(
    "statistics_breakdowns",
    {
        "platform": Column(PLATFORM, "For instance ``instagram``"),
        "metric": Column(METRIC, "``engagement`` is the sum of likes, comments, and shares"),
        "value": Column("number", "Total of the platform's accounts and days"),
        "change": Column(
            "number",
            "Change in percent against as many days before; NA if not reported",
            unit="percent",
        ),
        "location_id": Column("string", "The sub-account"),
    },
)
STATISTICS_BREAKDOWNS = BREAKDOWNS_LAYOUT.schema

Days = tuple[int, int]
"""The most and the fewest days that a period may have."""

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class DayValues(NamedTuple):
    """An account's values of a metric, day by day: as many rows as there are values."""

    date: datetime
    """The first day."""
    account_id: str | None
    name: str | None
    platform: str | None
    profile_id: str | None
    metric: str
    value: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class PeriodValue:
    """The value of a metric in a period, for one platform or all, and its change in percent."""

    metric: str
    value: float | None
    change: float | None = None
    platform: str | None = None
    account_count: int = 0


def day_values(
    found: Statistics, account: Account, first: date, days: Days | None = None
) -> Iterator[DayValues]:
    """Yield an account's daily values; a series with too many or too few values is NA.

    Parameters
    ----------
    found : Statistics
        Statistics of this account alone.
    account : Account
        The account.
    first : datetime.date
        The first day of the period. The API names only weekdays. If its first weekday is one day
        before or after this day, the API counts days in another time zone than UTC.
    days : tuple of int, optional
        The most and the fewest days that the period may have; by default any number.
    """
    begin = datetime.combine(_first_day(found.day_range, first), time(), UTC)
    of = (account.id, account.name, account.platform, account.profile_id)
    for metric, series in _series(found).items():
        odd = _odd_length({len(one) for one in series}, days)
        values = [None] * days[0] if odd is not None and days else _sums(series)
        if values:
            yield DayValues(begin, *of, metric, values)


def odd_series(found: Statistics, days: Days) -> dict[str, int]:
    """Return the metrics whose values do not fit the days, with the number of values."""
    odd = {
        metric: _odd_length({len(one) for one in series}, days)
        for metric, series in _series(found).items()
    }
    return {metric: length for metric, length in odd.items() if length is not None}


def _odd_length(lengths: set[int], days: Days | None) -> int | None:
    if days is None or (len(lengths) <= 1 and all(days[1] <= one <= days[0] for one in lengths)):
        return None
    return next((one for one in sorted(lengths) if not days[1] <= one <= days[0]), max(lengths))


def _first_day(named: list[str], first: date) -> date:
    for days in (0, -1, 1):
        day = first + timedelta(days=days)
        if named and named[0][:3].title() == _WEEKDAYS[day.weekday()]:
            return day
    return first


def _series(found: Statistics) -> dict[str, list[list[float | None]]]:
    """Return the series of each metric that are not empty: one per platform, or one for all."""
    performance, totals = found.post_performance, found.platform_totals
    series: dict[str, list[list[float | None]]] = {}
    if performance is not None:
        series["posts"] = [*performance.posts.values()]
        series["impressions"] = [performance.impressions]
        series["likes"] = [performance.likes]
        series["comments"] = [performance.comments]
    if totals is not None:
        series["followers"] = [one.series for one in totals.followers.values()]
    return {metric: [one for one in rows if one] for metric, rows in series.items()}


def _sums(series: list[list[float | None]]) -> Sequence[float | None]:
    if len(series) == 1:
        return series[0]
    return [_sum_if_all(day) for day in itertools.zip_longest(*series, fillvalue=0)]


def _sum_if_all(values: Iterable[float | None]) -> float | None:
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _sum_of_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def totals(found: Statistics, account_count: int) -> Iterator[PeriodValue]:
    """Yield the totals of all accounts."""
    sums, parts = found.totals, found.breakdowns
    by_name: dict[str, Breakdown | None] = {}
    if parts is not None:
        by_name = {"posts": parts.posts, "impressions": parts.impressions, "reach": parts.reach}
    for metric in ("posts", "impressions", "reach", "likes", "comments", "followers"):
        part = by_name.get(metric)
        value = getattr(sums, metric, None)
        if value is None and part is not None:
            value = part.total
        if value is not None:
            change = None if part is None else part.total_change
            yield PeriodValue(metric, value, change, account_count=account_count)
    shares = [one.shares for one in parts.engagement.values()] if parts is not None else []
    shared = _sum_of_known(shares)
    if shared is not None:
        yield PeriodValue("shares", shared, account_count=account_count)


def breakdowns(found: Statistics) -> Iterator[PeriodValue]:
    """Yield the values of each platform."""
    parts = found.breakdowns
    if parts is None:
        return
    for metric in ("posts", "impressions", "reach"):
        breakdown: Breakdown | None = getattr(parts, metric)
        for platform, share in ({} if breakdown is None else breakdown.platforms).items():
            yield PeriodValue(metric, share.value, share.change, platform)
    for platform, done in parts.engagement.items():
        numbers = {"likes": done.likes, "comments": done.comments, "shares": done.shares}
        for metric, value in numbers.items():
            yield PeriodValue(metric, value, platform=platform)
        yield PeriodValue("engagement", _sum_of_known(numbers.values()), done.change, platform)


def add_up(values: Iterable[PeriodValue]) -> list[PeriodValue]:
    """Add up the values of several calls. Changes cannot be added, and become None."""
    found: dict[tuple[str, str | None], PeriodValue] = {}
    for value in values:
        key = (value.metric, value.platform)
        if (other := found.get(key)) is not None:
            value = replace(
                other,
                value=_sum_of_known((other.value, value.value)),
                change=None,
                account_count=other.account_count + value.account_count,
            )
        found[key] = value
    return list(found.values())
