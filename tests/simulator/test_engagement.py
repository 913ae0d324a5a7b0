"""The engagement of simulated posts: by hour, day and campaign, and over time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ghl_notebook.simulator.engagement import LASTS, comment_count, followers, total_until
from ghl_notebook.simulator.planner_records import Post

THURSDAY = datetime(2025, 12, 11, 19, tzinfo=UTC)


def _post(moment: datetime | None = THURSDAY, appeal: float = 1.0, platform: str = "instagram"):
    return Post(
        id="post", location_id="place", status="published", source="composer",
        account_ids=["account"], platform=platform, created_by="user", created_at=THURSDAY,
        updated_at=THURSDAY, content={}, published_at=moment, appeal=appeal,
    )  # fmt: skip


def _seen(post: Post, day: date = date(2026, 1, 5)) -> int:
    return total_until(0, post, "account", day)["impressions"]


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (_post(), _post(THURSDAY.replace(hour=8))),
        (_post(THURSDAY + timedelta(days=2)), _post()),
        (_post(appeal=1.8), _post()),
        (_post(), _post(platform="google")),
    ],
    ids=["evening", "Saturday", "campaign", "platform"],
)
def test_one_post_is_seen_more_than_another(more, less):
    """Of two that differ in one thing."""
    assert _seen(more) > _seen(less) > 0


def test_most_comes_on_the_first_day_and_the_rest_soon():
    """Nothing before it, more from day to day, and nothing new afterwards."""
    days = [THURSDAY.date() + timedelta(days=n) for n in range(-1, LASTS.days + 3)]
    seen = [_seen(_post(), day) for day in days]
    assert seen[0] == 0
    assert seen[1] > seen[2] - seen[1] > 0
    assert seen == sorted(seen)
    assert len(set(seen[1 + LASTS.days :])) == 1


def test_a_post_that_is_not_published_brings_nothing_about():
    """The post has neither likes nor comments."""
    assert _seen(_post(None)) == comment_count(0, _post(None), "account") == 0


def test_followers_become_more():
    """From week to week, and another number for each account."""
    weeks = [followers(0, "account", date(2025, 7, 7) + timedelta(weeks=n)) for n in range(26)]
    assert weeks == sorted(set(weeks))
    assert followers(0, "other", date(2025, 7, 7)) != weeks[0]
