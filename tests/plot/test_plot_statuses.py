"""`plot_statuses`: what has become of posts, over time and by platform."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

import ghl_notebook as ghl

from .made import NOW, at, posts, rows_of, said_by, spec_of


def test_posts_are_counted_by_status_and_date() -> None:
    """A row of bars per status, what failed first, with its number beside its name."""
    frame = posts(
        {"display_date": at("2026-01-03")},
        {"display_date": at("2026-01-03"), "platform": "facebook"},
        {"display_date": at("2026-01-04"), "status": "failed"},
        {"display_date": at("2026-01-09"), "status": "scheduled"},
    )
    chart = ghl.plot_statuses(frame)
    assert spec_of(chart)["facet"]["row"]["sort"] == [
        "Failed (1)",
        "Scheduled (1)",
        "Published (2)",
    ]
    assert [(r["when"], r["status"], r["count"], r["platforms"]) for r in rows_of(chart)] == [
        ("3 Jan 2026", "Published (2)", 2, "Facebook 1, Instagram 1"),
        ("4 Jan 2026", "Failed (1)", 1, "Instagram 1"),
        ("9 Jan 2026", "Scheduled (1)", 1, "Instagram 1"),
    ]


def test_posts_are_counted_by_status_and_platform() -> None:
    """A bar per platform, by its name for people; the scale is each status's own."""
    frame = posts({}, {}, {"platform": "google"}, {"status": "failed"})
    chart = ghl.plot_statuses(frame, by="platform")
    assert [(r["platform"], r["status"], r["count"]) for r in rows_of(chart)] == [
        ("Instagram", "Failed (1)", 1),
        ("Google Business Profile", "Published (3)", 1),
        ("Instagram", "Published (3)", 2),
    ]
    assert spec_of(chart)["resolve"]["scale"]["y"] == "independent"


def test_a_color_is_always_that_of_the_status() -> None:
    """Whatever other statuses there are."""
    frame = posts({"status": "failed"}, {"status": "published"}, {"status": "resting"})
    color = spec_of(ghl.plot_statuses(frame))["spec"]["encoding"]["color"]
    assert color["scale"] == {
        "domain": ["Failed (1)", "Published (1)", "Resting (1)"],
        "range": ["#d55e00", "#009e73", "#566080"],
    }


def test_a_draft_without_a_date_has_that_of_its_making() -> None:
    """A post without any date is left out, and told of."""
    frame = posts(
        {"display_date": None, "status": "draft", "created_at": at("2026-01-02")},
        {"display_date": None, "status": "draft"},
    )
    chart = ghl.plot_statuses(frame)
    assert [row["when"] for row in rows_of(chart)] == ["2 Jan 2026"]
    assert said_by(chart) == (
        "Posts by status and date | Each status has its own scale"
        " | 1 posts left out: they have no date"
    )


@pytest.mark.parametrize("by", ["date", "platform"])
def test_thousands_of_posts_are_a_few_bars(by: str) -> None:
    """The front end gets counts, and they are all there."""
    frame = posts(*({"display_date": NOW - timedelta(hours=n)} for n in range(9000)))
    rows = rows_of(ghl.plot_statuses(frame, by=by))  # type: ignore[arg-type]
    assert len(rows) <= 80
    assert sum(row["count"] for row in rows) == 9000


def test_the_demos_posts_are_drawn() -> None:
    """All of them, of a sub-account."""
    with ghl.demo() as client:
        frame = ghl.fetch_posts(client, "2025-07-01", "2026-01-31")
    assert sum(row["count"] for row in rows_of(ghl.plot_statuses(frame))) == len(frame) > 0


@pytest.mark.parametrize("by", ["date", "platform"])
def test_without_posts_the_chart_says_so(by: str) -> None:
    """A new sub-account has none."""
    assert said_by(ghl.plot_statuses(posts(), by=by)) == "No posts"  # type: ignore[arg-type]


def test_there_are_two_ways_to_divide() -> None:
    """Another is an error that names them."""
    with pytest.raises(ghl.errors.ArgumentError, match="Choose one of: date, platform"):
        ghl.plot_statuses(pd.DataFrame(), by="account")  # type: ignore[arg-type]
