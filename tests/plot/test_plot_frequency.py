"""`plot_frequency`: engagement by the number of posts in a week."""

from __future__ import annotations

from datetime import timedelta

import pytest

import ghl_notebook as ghl

from .made import NOW, posts, rows_of, said_by

WEEK = timedelta(weeks=1)


def test_weeks_with_as_many_posts_are_one_bar() -> None:
    """Each account by itself, and each post divided by its account's median."""
    busy = [{"account_id": "a", "published_at": NOW, "like_count": n} for n in (10, 10)]
    calm = [{"account_id": "a", "published_at": NOW - n * WEEK, "like_count": 30} for n in (1, 2)]
    other = [
        {"account_id": "b", "published_at": NOW - n * WEEK, "like_count": 1000} for n in range(3)
    ]
    rows = rows_of(ghl.plot_frequency(posts(*busy, *calm, *other)))
    bars = [(row["per_week"], row["mean"], row["weeks"]) for row in rows if "weeks" in row]
    assert bars == [("1", (1.5 + 1.5 + 1 + 1 + 1) / 5, 5), ("2", 0.5, 1)]


def test_seven_posts_and_more_are_together() -> None:
    """Such weeks are rare."""
    frame = posts(*[{"account_id": "a", "like_count": 1, "published_at": NOW}] * 9)
    assert [row["per_week"] for row in rows_of(ghl.plot_frequency(frame)) if "weeks" in row] == [
        "7 or more"
    ]


def test_what_can_not_be_told_is_said() -> None:
    """Without posts, and without accounts that have some."""
    assert said_by(ghl.plot_frequency(posts())) == "No published posts"
    few = posts({"like_count": 1, "account_id": "a"})
    assert "enough posts" in said_by(ghl.plot_frequency(few))


@pytest.mark.parametrize("few", [0, "5"])
def test_few_is_a_number(few: object) -> None:
    """Of weeks."""
    with pytest.raises(ghl.errors.ArgumentError, match="few is"):
        ghl.plot_frequency(posts(), few=few)  # type: ignore[arg-type]
