"""Statistics: made of an account, a day and the posts of that day, so that they always agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from .audience import LASTS, WEEK, chance, followers, so_far
from .bodies import Body
from .faults import refuse
from .posts import instant
from .records import Account
from .routes import Add
from .wire import Answer, Call, World, require

_FETCH = Body("profileIds:texts! platforms:texts currentRange:object prevRange:object")
_PLATFORMS = ("facebook", "instagram", "linkedin", "google", "pinterest", "youtube", "tiktok")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_METRICS = ("posts", "impressions", "reach", "likes", "comments", "shares", "followers")
#: Of the impressions; the followers are new ones.
_SHARES = {"reach": 0.8, "followers": 0.004}
_AGES = {
    "13-17": 4, "18-24": 17, "25-34": 31, "35-44": 22, "45-54": 14, "55-64": 8, "65+": 4,
}  # fmt: skip
_MOST = 100
_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Days:
    """A platform's numbers, by metric and day."""

    series: dict[str, list[int]]

    def total(self, metric: str) -> int:
        return sum(self.series[metric])


class StatisticsOperations:
    """What the route of statistics leads to.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def add_to(self, add: Add) -> None:
        """Add the route."""
        scope = "socialplanner/statistics.readonly"
        add("POST", "/social-media-posting/statistics", scope, self.fetch)

    def fetch(self, call: Call) -> Answer:
        """POST /social-media-posting/statistics: no ``success`` in the answer."""
        require(call, "locationId")
        body = _FETCH.read(call)
        if not 1 <= len(body["profileIds"]) <= _MOST:
            raise refuse(422, [f"profileIds must contain no more than {_MOST} elements"])
        if set(body.get("platforms", ())) - set(_PLATFORMS):
            values = ", ".join(_PLATFORMS)
            raise refuse(
                422, [f"each value in platforms must be one of the following values: {values}"]
            )
        today = self._world.state.clock().date()
        days = _span("currentRange", body) or [today - timedelta(days=n) for n in range(7, 0, -1)]
        before = _span("prevRange", body) or [day - timedelta(days=len(days)) for day in days]
        accounts = self._accounts(call.query["locationId"], body)
        now, then = (self._by_platform(accounts, span) for span in (days, before))
        status = 200 if call.headers["version"] == "v3" else 201
        results = _results(days, now, then)
        return Answer(status, {"results": results, "message": "Analytics Built Successfully"})

    def _accounts(self, location_id: str, body: dict[str, Any]) -> list[Account]:
        """Return those that there are numbers of: without permission there are none."""
        now = self._world.state.clock()
        return [
            account
            for account in self._world.state.accounts_of(location_id)
            if account.profile_id in body["profileIds"]
            and account.page.platform in (body.get("platforms") or _PLATFORMS)
            and not account.deleted
            and not account.expired
            and account.expire > now
        ]

    def _by_platform(self, accounts: Iterable[Account], days: list[date]) -> dict[str, _Days]:
        found: dict[str, _Days] = {}
        for account in accounts:
            of = found.setdefault(
                account.page.platform,
                _Days({metric: [0] * len(days) for metric in _METRICS}),
            )
            for metric, series in self._numbers(account, days).items():
                of.series[metric] = [a + b for a, b in zip(of.series[metric], series, strict=True)]
        return found

    def _numbers(self, account: Account, days: list[date]) -> dict[str, list[int]]:
        """Return an account's numbers: what its posts bring about, and who looks in besides."""
        state, today = self._world.state, self._world.state.clock().date()
        planner = self._world.planners.of(account.location_id)
        posts = [
            (post, post.published_at.date())
            for post in planner.posts.values()
            if post.status == "published" and post.published_at and account.id in post.account_ids
        ]
        own = {post.id for post, _ in posts}
        said = Counter(
            comment.published_at.date()
            for comment in planner.comments.values()
            if comment.post_id in own
        )
        found: dict[str, list[int]] = {metric: [] for metric in _METRICS}
        for day in days:
            new = self._besides(account, day) if day <= today else Counter()
            for post, published in posts if day <= today else ():
                if published <= day <= published + LASTS:
                    new += so_far(state.seed, post, account.id, day)
                    new -= so_far(state.seed, post, account.id, day - _DAY)
            new["posts"] = sum(published == day for _, published in posts)
            new["comments"] = said[day] if day <= today else 0
            for metric, part in _SHARES.items():
                new[metric] = int(new["impressions"] * part)
            for metric, series in found.items():
                series.append(new[metric])
        return found

    def _besides(self, account: Account, day: date) -> Counter[str]:
        """Return who sees an account on a day without a new post."""
        seed = self._world.state.seed
        luck = chance(f"{seed}:{account.id}:{day}")
        size = followers(seed, account.id, day) * WEEK[day.weekday()]
        return Counter({"impressions": round(size * (0.03 + 0.03 * luck))})


def _span(key: str, body: dict[str, Any]) -> list[date]:
    given = body.get(key)
    if given is None:
        return []
    first, last = (instant(name, given).date() for name in ("startDate", "endDate"))
    if last < first:
        raise refuse(422, [f"{key}.startDate must not be after {key}.endDate"])
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _results(days: list[date], now: dict[str, _Days], before: dict[str, _Days]) -> dict[str, Any]:
    def total(metric: str, of: dict[str, _Days] = now) -> int:
        return sum(one.total(metric) for one in of.values())

    def daily(metric: str) -> list[int]:
        columns = [one.series[metric] for one in now.values()] or [[0] * len(days)]
        return [sum(values) for values in zip(*columns, strict=True)]

    def breakdown(metric: str) -> dict[str, Any]:
        return {
            "total": total(metric),
            "totalChange": _change(total(metric), total(metric, before)),
            "platforms": {
                name: {
                    "value": one.total(metric),
                    "change": _change(one.total(metric), before[name].total(metric)),
                }
                for name, one in now.items()
            },
        }

    def engagement(name: str) -> dict[str, Any]:
        parts = ("likes", "comments", "shares")
        now_, then = (sum(of[name].total(p) for p in parts) for of in (now, before))
        return {p: now[name].total(p) for p in parts} | {"change": _change(now_, then)}

    return {
        "dayRange": [_DAYS[day.weekday()] for day in days],
        "totals": {
            key: total(key) for key in ("posts", "likes", "followers", "impressions", "comments")
        },
        "postPerformance": {
            "posts": {name: one.series["posts"] for name, one in now.items()},
            "impressions": daily("impressions"),
            "likes": daily("likes"),
            "comments": daily("comments"),
        },
        "breakdowns": {
            "posts": breakdown("posts"),
            "impressions": breakdown("impressions"),
            "reach": breakdown("reach"),
            "engagement": {name: engagement(name) for name in now},
        },
        "platformTotals": {
            metric: {
                name: {"total": one.total(metric), "series": one.series[metric]}
                for name, one in now.items()
            }
            for metric in ("impressions", "followers", "likes")
        },
        "demographics": _demographics(total("reach")),
    }


def _demographics(people: int) -> dict[str, Any]:
    shares = {"male": 41, "female": 54, "unknown": 5} if people else {}
    return {
        "gender": {
            "totals": {
                name: {
                    "total": people * shares.get(name, 0) // 100,
                    "percentage": shares.get(name, 0),
                }
                for name in ("male", "female", "unknown")
            }
        },
        "age": {"totals": {name: people * share // 100 for name, share in _AGES.items()}},
    }


def _change(now: int, before: int) -> float:
    if not before:
        return 100.0 if now else 0.0
    return round((now - before) / before * 100, 2)
