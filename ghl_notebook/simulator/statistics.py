"""Statistics, computed from account, day and posts, so that all numbers agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from .bodies import Body
from .engagement import LASTS, WEEK, chance, followers, total_until
from .faults import refuse
from .post_rules import read_datetime
from .records import Account
from .request import SimRequest, SimResponse, require
from .routes import Operations, route

_FETCH = Body("profileIds:texts! platforms:texts currentRange:object prevRange:object")
_PLATFORMS = ("facebook", "instagram", "linkedin", "google", "pinterest", "youtube", "tiktok")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_METRICS = ("posts", "impressions", "reach", "likes", "comments", "shares", "followers")
#: Shares of the impressions; followers are the new ones.
_SHARES = {"reach": 0.8, "followers": 0.004}
_AGES = {
    "13-17": 4, "18-24": 17, "25-34": 31, "35-44": 22, "45-54": 14, "55-64": 8, "65+": 4,
}  # fmt: skip
_MAX_PROFILES = 100
_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Days:
    """The numbers of a platform, by metric and day."""

    series: dict[str, list[int]]

    def total(self, metric: str) -> int:
        return sum(self.series[metric])


_SCOPE = "socialplanner/statistics.readonly"


class StatisticsOperations(Operations):
    """The statistics of accounts."""

    @route("POST", "/social-media-posting/statistics", _SCOPE)
    def fetch(self, request: SimRequest) -> SimResponse:
        """Return the statistics of some accounts; the response has no ``success``."""
        require(request, "locationId")
        body = _FETCH.read(request)
        if not 1 <= len(body["profileIds"]) <= _MAX_PROFILES:
            raise refuse(422, [f"profileIds must contain no more than {_MAX_PROFILES} elements"])
        if set(body.get("platforms", ())) - set(_PLATFORMS):
            values = ", ".join(_PLATFORMS)
            raise refuse(
                422, [f"each value in platforms must be one of the following values: {values}"]
            )
        today = self._state.clock().date()
        days = _span("currentRange", body) or [today - timedelta(days=n) for n in range(7, 0, -1)]
        before = _span("prevRange", body) or [day - timedelta(days=len(days)) for day in days]
        accounts = self._accounts(request.query["locationId"], body)
        now, then = (self._by_platform(accounts, span) for span in (days, before))
        status = 200 if request.is_v3 else 201
        results = _results(days, now, then)
        return SimResponse(status, {"results": results, "message": "Analytics Built Successfully"})

    def _accounts(self, location_id: str, body: dict[str, Any]) -> list[Account]:
        """Return the accounts with numbers: an expired connection has none."""
        now = self._state.clock()
        return [
            account
            for account in self._state.accounts_of(location_id)
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
        """Return the numbers of an account: engagement of its posts, and other visits."""
        state, today = self._state, self._state.clock().date()
        planner = self._context.planners.of(account.location_id)
        posts = [
            (post, post.published_at.date())
            for post in planner.posts.values()
            if post.status == "published" and post.published_at and account.id in post.account_ids
        ]
        own = {post.id for post, _ in posts}
        comments = Counter(
            comment.published_at.date()
            for comment in planner.comments.values()
            if comment.post_id in own
        )
        found: dict[str, list[int]] = {metric: [] for metric in _METRICS}
        for day in days:
            new = self._other_visits(account, day) if day <= today else Counter()
            for post, published in posts if day <= today else ():
                if published <= day <= published + LASTS:
                    new += total_until(state.seed, post, account.id, day)
                    new -= total_until(state.seed, post, account.id, day - _DAY)
            new["posts"] = sum(published == day for _, published in posts)
            new["comments"] = comments[day] if day <= today else 0
            for metric, part in _SHARES.items():
                new[metric] = int(new["impressions"] * part)
            for metric, series in found.items():
                series.append(new[metric])
        return found

    def _other_visits(self, account: Account, day: date) -> Counter[str]:
        """Return the impressions of an account on a day that no post causes."""
        seed = self._state.seed
        luck = chance(f"{seed}:{account.id}:{day}")
        size = followers(seed, account.id, day) * WEEK[day.weekday()]
        return Counter({"impressions": round(size * (0.03 + 0.03 * luck))})


def _span(key: str, body: dict[str, Any]) -> list[date]:
    given = body.get(key)
    if given is None:
        return []
    first, last = (read_datetime(name, given).date() for name in ("startDate", "endDate"))
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
