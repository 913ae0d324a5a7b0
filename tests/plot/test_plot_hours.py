"""`plot_hours`: at which hour of the week posts do best."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

import ghl_notebook as ghl

from .made import NOW, at, posts, rows_of, said_by, spec_of

WEEK = timedelta(days=7)

plot_hours = partial(ghl.plot_hours, relative=False)
"""The numbers themselves: easier to follow in an example."""


def cells(chart: Any) -> dict[tuple[str, int], tuple[float, int]]:
    """Return mean engagement and number of posts of the hours that have any."""
    return {
        (row["weekday"], row["hour"]): (row["mean"], row["posts"])
        for row in rows_of(chart)
        if row["posts"]
    }


def liked(*likes: int, **row: Any) -> list[dict[str, Any]]:
    """Return posts of one hour of consecutive weeks, with so many likes each."""
    begin = row.pop("published_at", NOW)
    return [row | {"published_at": begin - n * WEEK, "like_count": v} for n, v in enumerate(likes)]


def test_an_hour_has_the_mean_of_its_posts() -> None:
    """Likes, comments and shares together; what is not known of a post adds nothing."""
    frame = posts(
        {"like_count": 5, "comment_count": 2, "share_count": 1}, {"like_count": 4}, *liked(9)
    )
    assert cells(plot_hours(frame)) == {("Monday", 9): (7.0, 3)}


def test_all_hours_of_the_week_are_there() -> None:
    """Those without posts as well, from Monday to Sunday and from 0 to 23."""
    chart = plot_hours(posts(*liked(1)))
    encoding = spec_of(chart)["layer"][0]["encoding"]
    assert len(rows_of(chart)) == 7 * 24
    assert encoding["y"]["sort"][0::6] == ["Monday", "Sunday"]


def test_the_best_hour_is_framed_and_named() -> None:
    """Of those that have some posts: a single lucky one is not the best."""
    frame = posts(
        *liked(10, 20, 30),
        *liked(1, 2, 3, published_at=at("2026-01-02T18:30:00")),
        *liked(900, published_at=at("2026-01-03T03:00:00")),
    )
    chart = plot_hours(frame)
    best = [(r["weekday"], r["hour"]) for r in rows_of(chart) if r["is_best"]]
    assert best == [("Monday", 9)]
    assert "Best: Monday 9:00 to 10:00, 20.0 per post (3 posts)" in said_by(chart)
    color = spec_of(chart)["layer"][1]["encoding"]["color"]
    assert color["scale"]["domain"] == [0, 20]  # the lucky one does not pale the others


@pytest.mark.slow
def test_an_hour_with_few_posts_is_a_small_square() -> None:
    """The legend in the subtitle says how few; nothing is best before there are more."""
    chart = plot_hours(posts(*liked(10, 20)))
    size = spec_of(chart)["layer"][1]["encoding"]["size"]
    assert size["condition"]["test"] == "datum.is_reliable"
    assert size["condition"]["value"] > 4 * size["value"]
    assert [row["is_reliable"] for row in rows_of(chart) if row["posts"]] == [False]
    assert "No hour has 3 posts yet | Numbers: posts. Small squares: fewer than 3 posts" in said_by(
        chart
    )
    assert "Best: Monday" in said_by(plot_hours(posts(*liked(10, 20)), few=2))


@pytest.mark.parametrize("tz", ["America/New_York", ZoneInfo("America/New_York")])
def test_hours_are_those_of_the_time_zone(tz: Any) -> None:
    """In summer and in winter; the axis says which."""
    frame = posts(
        {"published_at": at("2025-07-07T03:30:00"), "like_count": 1},
        {"published_at": at("2026-01-05T04:30:00"), "like_count": 3},
    )
    chart = plot_hours(frame, tz=tz)
    assert cells(chart) == {("Sunday", 23): (2.0, 2)}
    x = spec_of(chart)["layer"][0]["encoding"]["x"]
    assert x["title"] == "Hour of publishing (America/New_York)"


def test_hours_are_utc_when_nothing_is_said() -> None:
    """Whatever the computer's time zone; the axis says so."""
    chart = plot_hours(posts(*liked(1)))
    assert "(UTC)" in spec_of(chart)["layer"][0]["encoding"]["x"]["title"]


def test_each_sub_account_has_its_own_hours() -> None:
    """By the rows of `fetch_locations`; posts of others are left out, and told of."""
    frame = posts(*(one | {"location_id": name} for name in "abcd" for one in liked(1)))
    locations = pd.DataFrame(
        {
            "location_id": ["a", "b", "c"],
            "timezone": ["Europe/Paris", "Asia/Tokyo", None],
        }
    )
    chart = plot_hours(frame, tz=locations)
    assert set(cells(chart)) == {("Monday", 10), ("Monday", 18)}
    assert "2 posts left out" in said_by(chart)


def test_a_time_zone_of_no_post_is_an_error() -> None:
    """The list of an app's sub-accounts has none; the other one has."""
    locations = pd.DataFrame({"location_id": ["a"], "timezone": [None]})
    with pytest.raises(ghl.errors.ArgumentError, match="installed=False"):
        plot_hours(posts(*liked(1, location_id="a")), tz=locations)


def test_only_published_posts_count() -> None:
    """By the time at which they were published, else by that at which they were due."""
    frame = posts(
        {"status": "scheduled", "like_count": 1},
        {"status": "deleted", "like_count": 1},
        {"published_at": NOW + timedelta(hours=2), "like_count": 1},
        {"like_count": 1},
    )
    assert set(cells(plot_hours(frame))) == {("Monday", 9), ("Monday", 11)}


def test_posts_without_numbers_do_not_count() -> None:
    """The service has none of some platforms."""
    assert cells(plot_hours(posts({}, *liked(4)))) == {("Monday", 9): (4.0, 1)}


def test_without_any_numbers_the_error_says_how_to_get_them() -> None:
    """A pinned older version has none."""
    with pytest.raises(ghl.errors.ArgumentError, match="without api_version"):
        plot_hours(posts({}, {}))


def test_nobody_has_liked_anything_yet() -> None:
    """A mean of 0 is drawn as any other."""
    chart = plot_hours(posts(*liked(0, 0, 0)))
    assert "0.0 per post (3 posts)" in said_by(chart)
    assert spec_of(chart)["layer"][1]["encoding"]["color"]["scale"]["domain"] == [0, 1]


@pytest.mark.parametrize("frame", [posts(), posts({"status": "draft"})], ids=["no rows", "drafts"])
def test_where_nothing_is_published_the_chart_says_so(frame: pd.DataFrame) -> None:
    """A new sub-account has no posts."""
    assert said_by(plot_hours(frame)) == "No published posts"


@pytest.mark.parametrize("tz", ["Europe/Paradise", "", "../etc", "Europe", None, 1])
def test_a_time_zone_has_to_exist(tz: Any) -> None:
    """Another is an error with an example."""
    with pytest.raises(ghl.errors.ArgumentError, match="Europe/Berlin"):
        plot_hours(posts(*liked(1)), tz=tz)


@pytest.mark.parametrize("few", [0, "3", None])
def test_few_is_a_number(few: Any) -> None:
    """Of posts."""
    with pytest.raises(ghl.errors.ArgumentError, match=r"few is .* Pass a number from 1"):
        plot_hours(posts(*liked(1)), few=few)


def test_an_account_is_compared_with_itself() -> None:
    """By default: one with many followers does not hide what works for a small one."""
    frame = posts(
        *liked(1000, 1000, 1000, account_id="big"),
        *liked(1, 1, 1, account_id="small"),
        *liked(3, 3, published_at=at("2026-01-02T18:30:00"), account_id="small"),
        *liked(7, 7, published_at=at("2026-01-03T03:00:00"), account_id="new"),
    )
    chart = ghl.plot_hours(frame, few=2)
    assert cells(chart) == {("Monday", 9): (1.0, 6), ("Friday", 18): (3.0, 2)}
    assert "Best: Friday 18:00 to 19:00, 3.00 times the usual (2 posts)" in said_by(chart)
    assert "2 posts left out: of accounts without a usual" in said_by(chart)


def test_an_account_that_nobody_likes_has_no_usual() -> None:
    """Nothing is a multiple of 0; without any other account the chart says so."""
    chart = ghl.plot_hours(posts(*liked(0, 0, 0, account_id="a")))
    assert said_by(chart) == "No account has enough posts to tell what is usual"


def test_a_square_counts_its_posts() -> None:
    """In black on bright squares, in white on dark ones."""
    spec = spec_of(plot_hours(posts(*liked(1, 2, 3))))
    counts = spec["layer"][2]
    assert (counts["mark"]["type"], counts["encoding"]["text"]["field"]) == ("text", "posts")
    assert counts["transform"] == [{"filter": "datum.is_reliable"}]
