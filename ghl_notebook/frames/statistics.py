"""Statistics as DataFrames: day by day, as totals, and by platform."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ghl_notebook.models import Account, Breakdown, Statistics

from .accounts import PLATFORM
from .records import Form
from .schema import Category, Schema

METRIC = Category(
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

Days = tuple[int, int]
"""How many days a period has at most, and at least."""

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class DayValue:
    """A number of an account on a day."""

    date: datetime
    account_id: str | None
    name: str | None
    platform: str | None
    profile_id: str | None
    metric: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A number of a period, of one platform or of all, and its change in percent."""

    metric: str
    value: float | None
    change: float | None = None
    platform: str | None = None
    account_count: int = 0


def day_values(
    found: Statistics, account: Account, first: date, days: Days | None = None
) -> Iterator[DayValue]:
    """Yield an account's numbers, day by day; a series that is too long or too short is NA.

    Parameters
    ----------
    found : Statistics
        Of this account alone.
    account : Account
        Whose.
    first : datetime.date
        The day on which the period begins. The service names weekdays only: where its first one is
        that of the day before or after, the days are those of a time zone other than UTC.
    days : tuple of int, optional
        How many days the period may have: most, and fewest. Any number when left out.
    """
    begin = datetime.combine(_first_day(found.day_range, first), time(), UTC)
    for metric, series in _series(found).items():
        lengths = {len(one) for one in series}
        odd = _odd_length(lengths, days)
        values = [None] * days[0] if odd is not None and days else _sums(series)
        for number, value in enumerate(values):
            yield DayValue(
                date=begin + timedelta(days=number),
                account_id=account.id,
                name=account.name,
                platform=account.platform,
                profile_id=account.profile_id,
                metric=metric,
                value=value,
            )


def odd_series(found: Statistics, days: Days) -> dict[str, int]:
    """Return the metrics whose numbers cannot be told apart by day, with how many there are."""
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
    """Return the series of each metric that are not empty, by platform or one of all."""
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


def totals(found: Statistics, account_count: int) -> Iterator[Part]:
    """Yield the numbers of all accounts together."""
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
            yield Part(metric, value, change, account_count=account_count)
    shares = [one.shares for one in parts.engagement.values()] if parts is not None else []
    shared = _sum_of_known(shares)
    if shared is not None:
        yield Part("shares", shared, account_count=account_count)


def breakdowns(found: Statistics) -> Iterator[Part]:
    """Yield the numbers of each platform."""
    parts = found.breakdowns
    if parts is None:
        return
    for metric in ("posts", "impressions", "reach"):
        breakdown: Breakdown | None = getattr(parts, metric)
        for platform, share in ({} if breakdown is None else breakdown.platforms).items():
            yield Part(metric, share.value, share.change, platform)
    for platform, done in parts.engagement.items():
        numbers = {"likes": done.likes, "comments": done.comments, "shares": done.shares}
        for metric, value in numbers.items():
            yield Part(metric, value, platform=platform)
        yield Part("engagement", _sum_of_known(numbers.values()), done.change, platform)


def together(parts: Iterable[Part]) -> list[Part]:
    """Add up what several calls have given; changes of several periods cannot be added."""
    found: dict[tuple[str, str | None], Part] = {}
    for part in parts:
        key = (part.metric, part.platform)
        other = found.get(key)
        found[key] = (
            part
            if other is None
            else Part(
                part.metric,
                _sum_of_known((other.value, part.value)),
                None,
                part.platform,
                other.account_count + part.account_count,
            )
        )
    return list(found.values())


STATISTICS_FORM = Form(STATISTICS)
TOTALS_FORM = Form(STATISTICS_TOTALS)
BREAKDOWNS_FORM = Form(STATISTICS_BREAKDOWNS)
