"""The calls that return the statistics of each account: as few as separate the accounts.

Accounts of different platforms share a call: the response has a series per platform, except for
comments. For these it has one series over all platforms, and a sum per platform. If only one
platform has comments, the series belongs to its account. If several have comments, all but one are
fetched alone, and the remainder of the series belongs to the last.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.ahead import side_by_side
from ghl_notebook.api.operation import with_rows
from ghl_notebook.models import (
    STATISTICS_READER,
    Account,
    DailySeries,
    PlatformTotals,
    PostPerformance,
    Statistics,
)

Series = list[float | None]
Period = tuple[str, str]
"""The first and the last datetime."""

_PLATFORMS: Final = frozenset(
    ("facebook", "google", "instagram", "linkedin", "pinterest", "tiktok", "youtube")
)
"""As the API names them in statistics; accounts of others are fetched alone."""


async def fetch_together(
    client: AsyncClient, period: Period, accounts: Sequence[Account]
) -> Statistics:
    """Fetch the statistics of some accounts in one call."""
    ids = [str(account.profile_id) for account in accounts]
    statistics = with_rows(client.statistics, STATISTICS_READER)
    return await statistics.fetch(ids, current_range=period)


async def fetch_each(
    client: AsyncClient,
    period: Period,
    accounts: Sequence[Account],
    report: Callable[[int, int], object],
) -> list[Statistics]:
    """Fetch the statistics of each account, in their order, as a call for it alone returns them."""
    found: dict[int, Statistics] = {}

    def add(number: int, statistics: Statistics) -> None:
        found[number] = statistics
        report(len(found), len(accounts))

    async def alone(number: int) -> None:
        add(number, await fetch_together(client, period, [accounts[number]]))

    async def together(group: list[int]) -> None:
        if len(group) == 1:
            return await alone(group[0])
        answer = await fetch_together(client, period, [accounts[number] for number in group])
        numbers = {accounts[number].platform or "": number for number in group}
        shared = _read_shared(answer, numbers)
        *commented, last = [name for name, count in shared.comment_counts.items() if count] or [""]
        unknown = [name for name in numbers if name not in shared.series or name in commented]
        await side_by_side(client, [functools.partial(alone, numbers[one]) for one in unknown])
        rest = shared.comments_beside({name: found[numbers[name]] for name in commented})
        for name in numbers.keys() - set(unknown):
            if name == last and rest is None:  # they have changed between the calls
                await alone(numbers[name])
            else:
                none: Series = [0.0] * len(shared.comments)
                comments = rest if name == last and rest else none
                add(numbers[name], shared.statistics(name, comments))
        return None

    groups = _groups(accounts)
    await side_by_side(client, [functools.partial(together, group) for group in groups])
    return [found[number] for number in range(len(accounts))]


def _groups(accounts: Iterable[Account]) -> list[list[int]]:
    """Group accounts of different platforms; one without numbers would have to be fetched again."""
    groups: dict[tuple[str, int], list[int]] = {}
    counts: dict[str, int] = {}
    for number, account in enumerate(accounts):
        platform = account.platform or ""
        if platform in _PLATFORMS and not account.is_expired:
            counts[platform] = counts.get(platform, 0) + 1
            groups.setdefault(("together", counts[platform]), []).append(number)
        else:
            groups["alone", number] = [number]
    return list(groups.values())


@dataclass(frozen=True)
class _Shared:
    """The numbers of accounts of different platforms, in one response.

    Attributes
    ----------
    day_range : list of str
        The weekdays.
    series : dict
        By platform, if the response separates them: the daily values of each metric.
    comments : list of float
        The daily comments of all platforms.
    comment_counts : dict
        By platform: the sum of its comments.
    """

    day_range: list[str] = field(default_factory=list)
    series: dict[str, dict[str, Series]] = field(default_factory=dict)
    comments: Series = field(default_factory=list)
    comment_counts: dict[str, float] = field(default_factory=dict)

    def comments_beside(self, others: Mapping[str, Statistics]) -> Series | None:
        """Return the comments that other platforms leave; None if the sums do not agree."""
        rest, counts = self.comments, dict(self.comment_counts)
        for name, statistics in others.items():
            done = statistics.post_performance
            series = [] if done is None else done.comments
            if len(series) != len(rest):
                return None
            del counts[name]
            rest = [(a or 0) - (b or 0) for a, b in zip(rest, series, strict=True)]
        agrees = _sum(rest) == sum(counts.values()) and all((value or 0) >= 0 for value in rest)
        return rest if agrees else None

    def statistics(self, platform: str, comments: Series) -> Statistics:
        """Return the statistics of a platform, as a call for its account alone returns them."""
        series = self.series[platform]
        return Statistics(
            day_range=self.day_range,
            post_performance=PostPerformance(
                posts={platform: series["posts"]},
                impressions=series["impressions"],
                likes=series["likes"],
                comments=comments,
            ),
            platform_totals=PlatformTotals(
                followers={platform: DailySeries(series=series["followers"])}
            ),
        )


def _read_shared(answer: Statistics, requested: Collection[str]) -> _Shared:
    """Separate the platforms of a response, if every number belongs to one of them."""
    done, totals, parts = answer.post_performance, answer.platform_totals, answer.breakdowns
    if done is None or totals is None or parts is None:
        return _Shared()
    metrics: dict[str, dict[str, Series]] = {"posts": done.posts}
    for metric in ("impressions", "likes", "followers"):
        of: dict[str, DailySeries] = getattr(totals, metric)
        metrics[metric] = {name: one.series for name, one in of.items()}
    names = done.posts.keys()
    counts = {
        name: one.comments for name, one in parts.engagement.items() if one.comments is not None
    }
    if any(of.keys() != names for of in metrics.values()) or counts.keys() != names:
        return _Shared()
    series = {name: {metric: of[name] for metric, of in metrics.items()} for name in names}
    if (
        any(_sum(one) is None for of in series.values() for one in of.values())
        or _sum(done.comments) != _sum([*counts.values()])
        or not _is_sum_of(done.impressions, metrics["impressions"].values())
        or not _is_sum_of(done.likes, metrics["likes"].values())
        or any(any(map(any, series[name].values())) for name in names - set(requested))
        or any(counts[name] for name in names - set(requested))
        or {len(one) for of in series.values() for one in of.values()} != {len(done.comments)}
    ):
        return _Shared()
    return _Shared(answer.day_range, series, done.comments, counts)


def _sum(values: Series) -> float | None:
    """Add up integers; None if a value is missing or not an integer."""
    known = [value for value in values if value is not None and value % 1 == 0]
    return sum(known) if len(known) == len(values) else None


def _is_sum_of(total: Series, parts: Collection[Series]) -> bool:
    return all(len(part) == len(total) for part in parts) and total == [
        sum(day) for day in zip(*parts, strict=True)
    ]
