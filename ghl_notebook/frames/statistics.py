"""Statistics as DataFrames: daily, as totals, and by platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ghl_notebook.models import Account, Breakdown, Statistics

from .accounts import PLATFORM
from .layout import FrameLayout
from .schema import CategoryType, Schema

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

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


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


def day_values(found: Statistics, account: Account, first: date) -> Iterator[DayValue]:
    """Yield an account's daily values.

    Parameters
    ----------
    found : Statistics
        Statistics of this account alone.
    account : Account
        The account.
    first : datetime.date
        The first day of the period. The API names only weekdays. If its first weekday is one day
        before or after this day, the API counts days in another time zone than UTC.
    """
    begin = datetime.combine(_first_day(found.day_range, first), time(), UTC)
    for metric, series in _series(found).items():
        for number, value in enumerate(series):
            yield DayValue(
                date=begin + timedelta(days=number),
                account_id=account.id,
                name=account.name,
                platform=account.platform,
                profile_id=account.profile_id,
                metric=metric,
                value=value,
            )


def _first_day(named: list[str], first: date) -> date:
    for days in (0, -1, 1):
        day = first + timedelta(days=days)
        if named and named[0][:3].title() == _WEEKDAYS[day.weekday()]:
            return day
    return first


def _series(found: Statistics) -> dict[str, list[float]]:
    performance, totals = found.post_performance, found.platform_totals
    series: dict[str, list[float]] = {}
    if performance is not None:
        series["posts"] = _sums(performance.posts.values())
        series["impressions"] = performance.impressions
        series["likes"] = performance.likes
        series["comments"] = performance.comments
    if totals is not None:
        series["followers"] = _sums(one.series for one in totals.followers.values())
    return series


def _sums(series: Iterable[list[float]]) -> list[float]:
    rows = list(series)
    days = max(map(len, rows), default=0)
    return [sum(row[n] for row in rows if n < len(row)) for n in range(days)]


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
    if any(one is not None for one in shares):
        yield PeriodValue("shares", sum(one or 0 for one in shares), account_count=account_count)


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
        yield PeriodValue(
            "engagement", sum(v or 0 for v in numbers.values()), done.change, platform
        )


def add_up(values: Iterable[PeriodValue]) -> list[PeriodValue]:
    """Add up the values of several calls. Changes cannot be added, and become None."""
    found: dict[tuple[str, str | None], PeriodValue] = {}
    for value in values:
        key = (value.metric, value.platform)
        if (other := found.get(key)) is not None:
            value = replace(
                other,
                value=(other.value or 0) + (value.value or 0),
                change=None,
                account_count=other.account_count + value.account_count,
            )
        found[key] = value
    return list(found.values())


STATISTICS_LAYOUT = FrameLayout(STATISTICS)
TOTALS_LAYOUT = FrameLayout(STATISTICS_TOTALS)
BREAKDOWNS_LAYOUT = FrameLayout(STATISTICS_BREAKDOWNS)
