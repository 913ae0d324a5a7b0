"""Statistics of connected accounts, day by day."""

from __future__ import annotations

import msgspec

from .record import Record
from .row_reader import RecordReader


class StatisticsTotals(Record, kw_only=True):
    """Totals over all accounts and days."""

    posts: float | None = None
    likes: float | None = None
    followers: float | None = None
    impressions: float | None = None
    comments: float | None = None


class PostPerformance(Record, kw_only=True):
    """A number or None per day: posts for each platform, the others over all platforms."""

    posts: dict[str, list[float | None]] = msgspec.field(default_factory=dict)
    impressions: list[float | None] = msgspec.field(default_factory=list)
    likes: list[float | None] = msgspec.field(default_factory=list)
    comments: list[float | None] = msgspec.field(default_factory=list)


class PlatformShare(Record, kw_only=True):
    """The value of one platform. `change` is in percent against the period before."""

    value: float | None = None
    change: float | None = None


class Breakdown(Record, kw_only=True):
    """A total, and the value of each platform."""

    total: float | None = None
    total_change: float | None = None
    platforms: dict[str, PlatformShare] = msgspec.field(default_factory=dict)


class Engagement(Record, kw_only=True):
    """The engagement on a platform. `change` is in percent against the period before."""

    likes: float | None = None
    comments: float | None = None
    shares: float | None = None
    change: float | None = None


class Breakdowns(Record, kw_only=True):
    """The totals by platform."""

    posts: Breakdown | None = None
    impressions: Breakdown | None = None
    reach: Breakdown | None = None
    engagement: dict[str, Engagement] = msgspec.field(default_factory=dict)


class DailySeries(Record, kw_only=True):
    """A total, and one number or None per day."""

    total: float | None = None
    series: list[float | None] = msgspec.field(default_factory=list)


class PlatformTotals(Record, kw_only=True):
    """The daily numbers of each platform; `followers` are the new followers of each day."""

    impressions: dict[str, DailySeries] = msgspec.field(default_factory=dict)
    followers: dict[str, DailySeries] = msgspec.field(default_factory=dict)
    likes: dict[str, DailySeries] = msgspec.field(default_factory=dict)


class GenderShare(Record, kw_only=True):
    """A count, and its percentage."""

    total: float | None = None
    percentage: float | None = None


class Genders(Record, kw_only=True):
    """Followers by gender: ``male``, ``female`` and ``unknown``."""

    totals: dict[str, GenderShare] = msgspec.field(default_factory=dict)


class Ages(Record, kw_only=True):
    """Followers by age, for instance ``18-24``."""

    totals: dict[str, float] = msgspec.field(default_factory=dict)


class Demographics(Record, kw_only=True):
    """The followers by gender and age."""

    gender: Genders | None = None
    age: Ages | None = None


class Statistics(Record, kw_only=True):
    """Statistics of some accounts over a period.

    `day_range` names the days of all series, ``Mon`` to ``Sun``, oldest first. `grouping` is the
    step between their values, a day if it is missing.
    """

    grouping: str | None = None
    day_range: list[str] = msgspec.field(default_factory=list)
    totals: StatisticsTotals | None = None
    post_performance: PostPerformance | None = None
    breakdowns: Breakdowns | None = None
    platform_totals: PlatformTotals | None = None
    demographics: Demographics | None = None


STATISTICS_READER = RecordReader(Statistics)
"""Reads statistics for DataFrames, several times as fast as `Statistics.from_wire`."""
