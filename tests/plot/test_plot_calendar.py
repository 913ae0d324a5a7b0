"""`plot_calendar`: what was published and what is planned, day by day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl

from .made import NOW, at, posts, rows_of, said_by, spec_of


def lines(chart: Any) -> list[tuple[str, str]]:
    """Return day and text of the lines in the cells."""
    return [(row["day"], row["text"]) for row in rows_of(chart) if "text" in row]


def test_a_day_counts_its_posts_by_status() -> None:
    """What needs attention first; the tooltip names platforms and accounts."""
    frame = posts(
        {}, {"platform": "facebook"}, {"status": "failed"},
        {"status": "scheduled", "display_date": at("2026-01-09T10:00:00")},
    ).assign(account=["Cafe", "Cafe", "Cafe", None])  # fmt: skip
    chart = ghl.plot_calendar(frame, now=NOW)
    assert lines(chart) == [
        ("5 Jan 2026", "1 failed"),
        ("5 Jan 2026", "2 published"),
        ("9 Jan 2026", "1 scheduled"),
    ]
    published = next(row for row in rows_of(chart) if row.get("text") == "2 published")
    assert (published["platforms"], published["accounts"]) == (
        "Instagram 1, Facebook 1", "Cafe 2",
    )  # fmt: skip


def test_weeks_begin_on_monday_and_today_is_framed() -> None:
    """All days of a week are there, also those without posts."""
    chart = ghl.plot_calendar(posts({}, {"display_date": at("2026-01-18")}), now=NOW)
    days = [row for row in rows_of(chart) if "is_today" in row]
    assert [days[0]["day"], days[-1]["day"], len(days)] == ["5 Jan", "18 Jan", 14]
    assert [row["day"] for row in days if row["is_today"]] == ["5 Jan"]


def test_days_are_those_of_the_time_zone() -> None:
    """A post late in the evening in UTC is one of the next morning in Tokyo; so is today."""
    frame = posts({"display_date": at("2026-01-05T23:00:00")})
    chart = ghl.plot_calendar(frame, tz="Asia/Tokyo", now=at("2026-01-05T22:00:00"))
    assert lines(chart) == [("6 Jan 2026", "1 published")]
    assert [row["day"] for row in rows_of(chart) if row.get("is_today")] == ["6 Jan"]
    assert spec_of(chart)["layer"][0]["encoding"]["x"]["title"] == "Weekday (Asia/Tokyo)"


def test_more_than_ten_weeks_are_not_shown() -> None:
    """The latest are, and the subtitle counts the others."""
    frame = posts(*({"display_date": NOW - timedelta(weeks=n)} for n in range(12)))
    chart = ghl.plot_calendar(frame, now=NOW)
    assert len(lines(chart)) == 10
    assert "Not shown: 2 posts before 3 Nov 2025" in said_by(chart)


def test_posts_without_a_date_are_counted() -> None:
    """They have no place in a calendar."""
    said = said_by(ghl.plot_calendar(posts({}, {"display_date": None}), now=NOW))
    assert "1 posts, days in UTC | 1 posts left out" in said


@pytest.mark.parametrize("frame", [posts(), posts({"display_date": None})])
def test_without_dated_posts_the_chart_says_so(frame: pd.DataFrame) -> None:
    """A new sub-account has none."""
    assert said_by(ghl.plot_calendar(frame, now=NOW)) == "No posts with a date"


def test_a_day_of_the_year_10000_is_drawn() -> None:
    """The last day that a service can name is one later in Tokyo."""
    frame = posts({"display_date": at("9999-12-31T23:30:00")})
    chart = ghl.plot_calendar(frame, tz="Asia/Tokyo", now=NOW)
    assert lines(chart) == [("1 Jan 10000", "1 published")]
