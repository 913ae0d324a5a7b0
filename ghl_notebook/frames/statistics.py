"""Statistics as DataFrames: daily, as totals, and by platform."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from ghl_notebook.models import Account, Breakdown, Statistics

from .accounts import PLATFORM
from .layout import FrameLayout
from .schema import CategoryType, Schema
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

STATISTICS: Schema = {
    "date": "timestamp",
    "account_id": "string",
    "name": "string",
    "platform": PLATFORM,
    "profile_id": "string",
    "metric": METRIC,
    "value": "number",
    "location_id": "string",
}

STATISTICS_TOTALS: Schema = {
    "metric": METRIC,
    "value": "number",
    "change": "number",
    "account_count": "integer",
    "location_id": "string",
}

STATISTICS_BREAKDOWNS: Schema = {
    "platform": PLATFORM,
    "metric": METRIC,
    "value": "number",
    "change": "number",
    "location_id": "string",
}


@dataclass(frozen=True, slots=True)
class DayValue:
    """An account's value of a metric on one day."""

    date: datetime
    account_id: str | None
    name: str | None
    platform: str | None
    profile_id: str | None
    metric: str
    value: float | None


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
) -> Iterator[DayValue]:
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
    for metric, series in _series(found).items():
        length = max(map(len, series), default=0)
        dates = step_dates(found, first, days, length)
        fits = days is None or {len(one) for one in series} <= {len(dates)}
        values = _sums(series) if fits else [None] * len(dates)
        for day, value in zip(dates, values, strict=False):
            yield DayValue(
                date=day,
                account_id=account.id,
                name=account.name,
                platform=account.platform,
                profile_id=account.profile_id,
                metric=metric,
                value=value,
            )


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


def _sums(series: Iterable[list[float | None]]) -> list[float | None]:
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


STATISTICS_LAYOUT = FrameLayout(STATISTICS)
TOTALS_LAYOUT = FrameLayout(STATISTICS_TOTALS)
BREAKDOWNS_LAYOUT = FrameLayout(STATISTICS_BREAKDOWNS)
