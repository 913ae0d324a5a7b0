"""The engagement of posts, computed from post, account and day, so that all sums agree."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .clock import EPOCH
from .planner_records import Post

#: Relative reach from Monday, the lowest, to Sunday; Saturday is the highest.
WEEK = (0.8, 0.9, 1.0, 0.95, 1.1, 1.4, 1.25)
#: Relative reach by hour (UTC): highest in the evening.
_DAY = (
    *(0.4, 0.3, 0.3, 0.3, 0.4, 0.5, 0.6, 0.75, 0.85, 0.85, 0.8, 0.95),
    *(1.1, 1.0, 0.8, 0.8, 0.9, 1.2, 1.5, 1.55, 1.4, 1.1, 0.8, 0.6),
)
#: The share of the total that a post has at the end of its first, second and third day.
_SHARE_BY_DAY = (0.7, 0.9, 1.0)
#: The numbers of a post grow for so long after its first day.
LASTS = timedelta(days=len(_SHARE_BY_DAY) - 1)
#: Weekly growth of an account's followers.
_GROWTH = 0.008


@dataclass(frozen=True, slots=True)
class _Rates:
    """The share of an account's followers who see a post, and the shares of these who react."""

    reach: float
    likes: float
    comments: float
    shares: float


_DEFAULT_RATES = _Rates(0.3, 0.03, 0.003, 0.003)
_RATES = {
    "instagram": _Rates(0.45, 0.055, 0.004, 0.004),
    "tiktok": _Rates(0.7, 0.045, 0.002, 0.008),
    "facebook": _Rates(0.3, 0.025, 0.003, 0.006),
    "linkedin": _Rates(0.35, 0.03, 0.004, 0.003),
    "google": _Rates(0.25, 0.012, 0.0, 0.0),
}


def chance(text: str) -> float:
    """Return a number from 0 to 1, always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32


def followers(seed: int, account_id: str, day: date) -> float:
    """Return the number of an account's followers, which grows every week."""
    weeks = (day - EPOCH.date()).days / 7
    return float((600 + 3400 * chance(f"{seed}:{account_id}")) * (1 + _GROWTH) ** weeks)


def _impressions(seed: int, post: Post, account_id: str, moment: datetime) -> float:
    luck = chance(f"{seed}:luck:{post.id}:{account_id}")
    return (
        followers(seed, account_id, moment.date())
        * _rates(post).reach
        * WEEK[moment.weekday()]
        * _DAY[moment.hour]
        * (0.6 + 0.9 * luck**2)
        * post.appeal
    )


def _rates(post: Post) -> _Rates:
    return _RATES.get(post.platform, _DEFAULT_RATES)


def comment_count(seed: int, post: Post, account_id: str) -> int:
    """Return the final number of comments on a post, on one account."""
    if post.published_at is None:
        return 0
    return round(_impressions(seed, post, account_id, post.published_at) * _rates(post).comments)


def total_until(seed: int, post: Post, account_id: str, day: date) -> Counter[str]:
    """Return the engagement of a post on an account up to the end of a day.

    Returns
    -------
    collections.Counter
        Impressions, likes and shares; empty before the post is published.
    """
    if post.published_at is None or day < post.published_at.date():
        return Counter()
    rates = _rates(post)
    impressions = _impressions(seed, post, account_id, post.published_at)
    warmth = 0.7 + 0.6 * chance(f"{seed}:warmth:{post.id}:{account_id}")
    part = _SHARE_BY_DAY[min((day - post.published_at.date()).days, len(_SHARE_BY_DAY) - 1)]
    parts = {"impressions": 1.0, "likes": rates.likes * warmth, "shares": rates.shares * warmth}
    return Counter(
        {name: round(round(impressions * share) * part) for name, share in parts.items()}
    )
