"""What posts bring about: made of a post, an account and a day, so that all sums agree."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .clock import EPOCH
from .planner_records import Post

#: A week's rhythm: quiet on Monday, most is seen on Saturday.
WEEK = (0.8, 0.9, 1.0, 0.95, 1.1, 1.4, 1.25)
#: A day's, hour by hour (UTC): best in the evening.
_DAY = (
    *(0.4, 0.3, 0.3, 0.3, 0.4, 0.5, 0.6, 0.75, 0.85, 0.85, 0.8, 0.95),
    *(1.1, 1.0, 0.8, 0.8, 0.9, 1.2, 1.5, 1.55, 1.4, 1.1, 0.8, 0.6),
)
#: How much of it all has come at the end of a post's day, of the next one, and of that after it.
_COMES = (0.7, 0.9, 1.0)
#: So long after its day a post still brings something about.
LASTS = timedelta(days=len(_COMES) - 1)
#: By so much an account's followers grow in a week.
_GROWTH = 0.008


@dataclass(frozen=True, slots=True)
class _Manners:
    """How much of an account's followers see a post, and what part of those react."""

    reach: float
    likes: float
    comments: float
    shares: float


_ELSEWHERE = _Manners(0.3, 0.03, 0.003, 0.003)
_MANNERS = {
    "instagram": _Manners(0.45, 0.055, 0.004, 0.004),
    "tiktok": _Manners(0.7, 0.045, 0.002, 0.008),
    "facebook": _Manners(0.3, 0.025, 0.003, 0.006),
    "linkedin": _Manners(0.35, 0.03, 0.004, 0.003),
    "google": _Manners(0.25, 0.012, 0.0, 0.0),
}


def chance(text: str) -> float:
    """Return a number from 0 to 1 that is always the same for a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32


def followers(seed: int, account_id: str, day: date) -> float:
    """Return how many follow an account: more from week to week."""
    weeks = (day - EPOCH.date()).days / 7
    return float((600 + 3400 * chance(f"{seed}:{account_id}")) * (1 + _GROWTH) ** weeks)


def _seen(seed: int, post: Post, account_id: str, moment: datetime) -> float:
    luck = chance(f"{seed}:luck:{post.id}:{account_id}")
    return (
        followers(seed, account_id, moment.date())
        * _manners(post).reach
        * WEEK[moment.weekday()]
        * _DAY[moment.hour]
        * (0.6 + 0.9 * luck**2)
        * post.appeal
    )


def _manners(post: Post) -> _Manners:
    return _MANNERS.get(post.platform, _ELSEWHERE)


def comment_count(seed: int, post: Post, account_id: str) -> int:
    """Return how many comments on a post there are on an account in the end."""
    if post.published_at is None:
        return 0
    return round(_seen(seed, post, account_id, post.published_at) * _manners(post).comments)


def so_far(seed: int, post: Post, account_id: str, day: date) -> Counter[str]:
    """Return what a post has brought about on an account by the end of a day.

    Returns
    -------
    collections.Counter
        Impressions, likes and shares; nothing before the post is published.
    """
    if post.published_at is None or day < post.published_at.date():
        return Counter()
    manners = _manners(post)
    seen = _seen(seed, post, account_id, post.published_at)
    warmth = 0.7 + 0.6 * chance(f"{seed}:warmth:{post.id}:{account_id}")
    part = _COMES[min((day - post.published_at.date()).days, len(_COMES) - 1)]
    parts = {"impressions": 1.0, "likes": manners.likes * warmth, "shares": manners.shares * warmth}
    return Counter({name: round(round(seen * share) * part) for name, share in parts.items()})
