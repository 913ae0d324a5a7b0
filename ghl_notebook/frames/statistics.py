"""Statistics as DataFrames: daily, as totals, and by platform."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ghl_notebook.models import Account, Breakdown, Statistics

from .accounts import PLATFORM
from .arrays import array_of
from .columns import Column
from .layout import FrameLayout
from .schema import CategoryType
from .steps import Days, step_dates

METRIC = CategoryType(
    (
        "comments",
        "engagement",
        "followers",
        "impressions",
        "likes",
        "new_followers",
        "posts",
        "reach",
        "shares",
    )
)


class _DayLayout(FrameLayout):
    """The layout of `DayValues`, each of which has a row per day."""

    def count(self, rows: Sequence[DayValues]) -> list[int]:
        return [len(one.value) for one in rows]

    def _arrays(self, rows: Sequence[DayValues], names: Sequence[str]) -> dict[str, pa.Array]:
        columns = dict(zip(DayValues._fields, zip(*rows, strict=True), strict=True))
        times: dict[int, np.ndarray[Any, Any]] = {}
        for dates in columns["date"]:  # metrics share the list of their dates
            if id(dates) not in times:
                seconds = np.array([one.timestamp() for one in dates])
                times[id(dates)] = (seconds * 1000).astype(np.int64)
        moments = np.concatenate([times[id(dates)] for dates in columns["date"]])
        positions = pa.array(np.repeat(np.arange(len(rows)), self.count(rows)))
        return {
            "date": pa.array(moments).cast(self.batch_schema.field("date").type),
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
        "name": Column("string", "As shown on the platform"),
        "platform": Column(PLATFORM, "For instance ``instagram``"),
        "date": Column(
            "timestamp", "The day, or the first day of a week or month, at midnight (UTC)"
        ),
        "metric": Column(
            METRIC, "``posts``, ``impressions``, ``likes``, ``comments``, ``new_followers``"
        ),
        "value": Column("number", "The number on that day"),
        "account_id": Column("string", "The account: ``id`` of `fetch_accounts`"),
        "profile_id": Column("string", "The key that the API uses for statistics"),
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


class DayValues(NamedTuple):
    """An account's values of a metric by date: as many rows as there are values."""

    date: Sequence[datetime]
    """The days, or the first days of weeks or months."""
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
    """Yield an account's values by date; a series with too many or too few values is NA.

    Parameters
    ----------
    found : Statistics
        Statistics of this account alone.
    account : Account
        The account.
    first, days
        As for `step_dates`.
    """
    of = (account.id, account.name, account.platform, account.profile_id)
    dates_of: dict[int, list[datetime]] = {}
    for metric, series in _series(found).items():
        length = max(map(len, series), default=0)
        if length not in dates_of:
            dates_of[length] = step_dates(found, first, days, length)
        dates = dates_of[length]
        fits = days is None or {len(one) for one in series} <= {len(dates)}
        values = _sums(series)[: len(dates)] if fits else [None] * len(dates)
        if values:
            yield DayValues(dates[: len(values)], *of, metric, values)


def odd_series(found: Statistics, first: date, days: Days) -> dict[str, tuple[int, int]]:
    """Return the metrics whose values do not fit the period: how many there are, and steps."""
    odd = {}
    for metric, series in _series(found).items():
        lengths = sorted({len(one) for one in series})
        steps = [(one, len(step_dates(found, first, days, one))) for one in lengths]
        wrong = [(length, count) for length, count in steps if length != count]
        if wrong or len(lengths) > 1:
            odd[metric] = (wrong or steps)[-1]
    return odd


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
        series["new_followers"] = [one.series for one in totals.followers.values()]
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
