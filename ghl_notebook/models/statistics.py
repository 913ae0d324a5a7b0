"""Statistics of connected accounts: what was seen, liked and said, day by day."""

from __future__ import annotations

import msgspec

from .record import Record


class StatisticsTotals(Record, kw_only=True):
    """Sums over all accounts and days."""

    posts: float | None = None
    likes: float | None = None
    followers: float | None = None
    impressions: float | None = None
    comments: float | None = None


class PostPerformance(Record, kw_only=True):
    """A number for each day, None where there is none: posts by platform, the others over all."""

    posts: dict[str, list[float | None]] = msgspec.field(default_factory=dict)
    impressions: list[float | None] = msgspec.field(default_factory=list)
    likes: list[float | None] = msgspec.field(default_factory=list)
    comments: list[float | None] = msgspec.field(default_factory=list)


class PlatformShare(Record, kw_only=True):
    """A platform's part. `change` is in percent of the period before."""

    value: float | None = None
    change: float | None = None


class Breakdown(Record, kw_only=True):
    """A sum, and the part of each platform."""

    total: float | None = None
    total_change: float | None = None
    platforms: dict[str, PlatformShare] = msgspec.field(default_factory=dict)


class Engagement(Record, kw_only=True):
    """What people have done on a platform. `change` is in percent of the period before."""

    likes: float | None = None
    comments: float | None = None
    shares: float | None = None
    change: float | None = None


class Breakdowns(Record, kw_only=True):
    """The sums by platform."""

    posts: Breakdown | None = None
    impressions: Breakdown | None = None
    reach: Breakdown | None = None
    engagement: dict[str, Engagement] = msgspec.field(default_factory=dict)


class DailySeries(Record, kw_only=True):
    """A sum, and a number for each day, None where there is none."""

    total: float | None = None
    series: list[float | None] = msgspec.field(default_factory=list)


class PlatformTotals(Record, kw_only=True):
    """The days of each platform."""

    impressions: dict[str, DailySeries] = msgspec.field(default_factory=dict)
    followers: dict[str, DailySeries] = msgspec.field(default_factory=dict)
    likes: dict[str, DailySeries] = msgspec.field(default_factory=dict)


class GenderShare(Record, kw_only=True):
    """How many, and of all in percent."""

    total: float | None = None
    percentage: float | None = None


class Genders(Record, kw_only=True):
    """Followers by gender: ``male``, ``female`` and ``unknown``."""

    totals: dict[str, GenderShare] = msgspec.field(default_factory=dict)


class Ages(Record, kw_only=True):
    """Followers by age, for instance ``18-24``."""

    totals: dict[str, float] = msgspec.field(default_factory=dict)


class Demographics(Record, kw_only=True):
    """Who follows."""

    gender: Genders | None = None
    age: Ages | None = None


class Statistics(Record, kw_only=True):
    """Statistics of some accounts over a period, a day at a time.

    `day_range` names the days of all series, ``Mon`` to ``Sun``, oldest first.
    """

    day_range: list[str] = msgspec.field(default_factory=list)
    totals: StatisticsTotals | None = None
    post_performance: PostPerformance | None = None
    breakdowns: Breakdowns | None = None
    platform_totals: PlatformTotals | None = None
    demographics: Demographics | None = None
