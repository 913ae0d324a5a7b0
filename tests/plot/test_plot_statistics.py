"""`plot_statistics`: metrics over time, in a panel for each platform or account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl

from .made import at, rows_of, said_by, spec_of, statistics

DAY = at("2026-01-01")


def values(chart: Any) -> list[tuple[str, str, float | None]]:
    """Return panel, time and value of each point."""
    return [(row["panel"], row["when"], row["value"]) for row in rows_of(chart)]


def days(count: int, **row: Any) -> list[dict[str, Any]]:
    """Return rows of so many days, each with a value one higher than the day before."""
    return [row | {"date": DAY + timedelta(days=n), "value": float(n)} for n in range(count)]


def test_the_accounts_of_a_platform_are_added_up() -> None:
    """Day by day, in a panel for each platform."""
    frame = statistics(
        {"account_id": "a", "value": 2},
        {"account_id": "b", "value": 3},
        {"account_id": "c", "value": 7, "platform": "google"},
    )
    chart = ghl.plot_statistics(frame)
    assert values(chart) == [
        ("Google Business Profile", "1 Jan 2026", 7),
        ("Instagram", "1 Jan 2026", 5),
    ]
    assert said_by(chart) == (
        "New followers by platform | Each panel has its own scale"
        " | All accounts of a platform together"
    )


def test_an_account_has_a_panel_of_its_own_by_account() -> None:
    """Of a platform the highest first; two that are called alike are told apart."""
    frame = statistics(
        {"account_id": "a", "value": 2},
        {"account_id": "b", "value": 3},
        {"account_id": "c", "value": 7, "name": None},
    )
    chart = ghl.plot_statistics(frame, by="account")
    assert spec_of(chart)["facet"]["sort"] == [
        "c · Instagram",
        "Café Lumière · Instagram 2",
        "Café Lumière · Instagram",
    ]


def test_a_color_is_always_that_of_the_platform() -> None:
    """Whatever other platforms there are; the panel's name says which it is."""
    frame = statistics({"platform": "youtube"}, {"account_id": "b", "platform": "bluesky"})
    color = spec_of(ghl.plot_statistics(frame))["spec"]["encoding"]["color"]
    assert color["scale"] == {"domain": ["YouTube", "bluesky"], "range": ["#d55e00", "#7a7a7a"]}
    assert color["legend"] is None


def test_fifty_accounts_are_fifty_panels_in_few_colors() -> None:
    """Each with its name, and together no more rows than altair lets pass."""
    frame = statistics(
        *(
            row
            for n in range(50)
            for row in days(120, account_id=f"a{n}", name=f"Client {n}", platform="facebook")
        )
    )
    chart = ghl.plot_statistics(frame, by="account")
    spec = spec_of(chart)
    assert len(spec["facet"]["sort"]) == 50
    assert len(spec["spec"]["encoding"]["color"]["scale"]["range"]) == 1
    assert len(rows_of(chart)) == 50 * 18  # weeks


def test_of_more_accounts_the_highest_are_shown() -> None:
    """And the subtitle says of how many."""
    frame = statistics(*({"account_id": f"a{n:04}", "name": None, "value": n} for n in range(2000)))
    chart = ghl.plot_statistics(frame, by="account")
    assert {row["value"] for row in rows_of(chart)} == set(range(1940, 2000))
    assert "60 of 2,000 accounts: those with the highest values" in said_by(chart)


@pytest.mark.parametrize(
    ("count", "first", "note"),
    [
        (60, ("Instagram", "1 Jan 2026", 0), None),
        (100, ("Instagram", "29 Dec to 4 Jan 2026", 1.5), "Per day: the mean of each week"),
        (800, ("Instagram", "January 2026", 15), "Per day: the mean of each month"),
    ],
)
def test_a_long_time_is_drawn_in_longer_steps(
    count: int, first: tuple[str, str, float], note: str | None
) -> None:
    """With the mean of their days, so that the unit stays the same."""
    chart = ghl.plot_statistics(statistics(*days(count)))
    assert values(chart)[0] == first
    assert len(rows_of(chart)) <= 80
    assert said_by(chart).partition("together")[2] == (f" | {note}" if note else "")


def test_engagement_is_what_the_frame_has_of_it() -> None:
    """Likes, comments and shares, added up; or the service's own sum."""
    parts = statistics(
        *({"metric": name, "value": n} for name, n in (("likes", 5), ("comments", 2)))
    )
    whole = pd.concat([parts, statistics({"metric": "engagement", "value": 9})])
    assert values(ghl.plot_statistics(parts, "engagement"))[0][2] == 7
    assert values(ghl.plot_statistics(whole, "engagement"))[0][2] == 9


@pytest.mark.slow
def test_several_metrics_are_drawn_one_above_the_other() -> None:
    """Each with its name; one without numbers is told of."""
    frame = statistics({}, {"metric": "likes"}, {"metric": "posts", "value": None})
    chart = ghl.plot_statistics(frame, ["new_followers", "likes", "posts"])
    assert [part["title"] for part in spec_of(chart)["vconcat"]] == ["New followers", "Likes"]
    assert said_by(chart).startswith("Statistics by platform | ")
    assert said_by(chart).endswith(" | No numbers of posts")


def test_of_several_metrics_one_may_be_all_there_is() -> None:
    """The chart is then called after it, not after the first."""
    frame = statistics({"metric": "posts", "value": None}, {"metric": "likes"})
    assert said_by(ghl.plot_statistics(frame, ["posts", "likes"])).startswith("Likes by platform")


def test_what_has_no_numbers_has_no_panel() -> None:
    """Nor do the others count as the highest of all."""
    frame = statistics({}, {"account_id": "b", "platform": "google", "value": None})
    chart = ghl.plot_statistics(frame)
    assert spec_of(chart)["facet"]["sort"] == ["Instagram"]
    assert "highest" not in said_by(chart)


def test_a_day_without_a_number_is_a_gap() -> None:
    """The line breaks: nothing is known of it."""
    frame = statistics(*days(3))
    frame.loc[1, "value"] = pd.NA
    assert [value for *_, value in values(ghl.plot_statistics(frame))] == [0, None, 2]


def test_periods_that_overlap_count_once() -> None:
    """Two fetches may be put together."""
    frame = statistics(*days(3))
    assert values(ghl.plot_statistics(pd.concat([frame, frame]))) == values(
        ghl.plot_statistics(frame)
    )


def test_each_panel_has_its_own_scale_unless_told_otherwise() -> None:
    """Small platforms show how they change; with one scale, heights can be compared."""
    frame = statistics({}, {"account_id": "b", "platform": "facebook"})
    own = spec_of(ghl.plot_statistics(frame))
    same = spec_of(ghl.plot_statistics(frame, same_scale=True))
    assert (own["resolve"]["scale"]["y"], same["resolve"]["scale"]["y"]) == (
        "independent",
        "shared",
    )


def test_reach_is_drawn_of_weeks() -> None:
    """`fetch_statistics_breakdowns` has neither days nor accounts; the week is its date."""
    with ghl.demo(api_version="v3") as client:
        week = pd.Timestamp("2025-12-01", tz="UTC")
        frame = ghl.fetch_statistics_breakdowns(client, week, week + pd.Timedelta("6D"))
    chart = ghl.plot_statistics(frame.assign(date=week), "reach")
    assert sum(value or 0 for *_, value in values(chart)) > 0


def test_the_demos_statistics_are_drawn() -> None:
    """Of a sub-account, with the sum of all its numbers."""
    with ghl.demo() as client:
        frame = ghl.fetch_statistics(client, "2025-12-01", "2025-12-31")
    chart = ghl.plot_statistics(frame, "impressions")
    total = frame.loc[frame["metric"] == "impressions", "value"].sum()
    assert sum(value or 0 for *_, value in values(chart)) == total > 0


@pytest.mark.parametrize(
    "frame", [statistics(), statistics({"value": None})], ids=["no rows", "no numbers"]
)
def test_where_there_are_no_numbers_the_chart_says_so(frame: pd.DataFrame) -> None:
    """An account without permission has none."""
    assert said_by(ghl.plot_statistics(frame)) == "No statistics of new_followers"


def test_a_metric_that_is_not_there_is_an_error() -> None:
    """It names those that are; of the reach it says where it comes from."""
    with pytest.raises(
        ghl.errors.ArgumentError, match=r"no metric 'reech'\. Choose one of: new_followers\."
    ):
        ghl.plot_statistics(statistics({}), "reech")
    with pytest.raises(ghl.errors.ArgumentError, match="fetch_statistics_breakdowns"):
        ghl.plot_statistics(statistics({}), "reach")
    with pytest.raises(ghl.errors.ArgumentError, match="no metric 'engagement'"):
        ghl.plot_statistics(statistics({}), "engagement")


@pytest.mark.parametrize("metric", [None, [], 5, [5]])
def test_a_metric_is_a_name(metric: Any) -> None:
    """Or several."""
    with pytest.raises(ghl.errors.ArgumentError, match="Name one"):
        ghl.plot_statistics(statistics({}), metric)


def test_there_are_two_ways_to_divide() -> None:
    """Another is an error that names them."""
    with pytest.raises(
        ghl.errors.ArgumentError,
        match="no grouping by 'client'",
    ):
        ghl.plot_statistics(statistics({}), by="client")  # type: ignore[arg-type]


def test_dates_too_far_apart_are_an_error() -> None:
    """A year 1 beside 2026 is a mistake, and would squeeze all others into a line."""
    frame = statistics({"date": at("1726-01-01")}, {})
    with pytest.raises(ghl.errors.ArgumentError, match="too far apart"):
        ghl.plot_statistics(frame)
