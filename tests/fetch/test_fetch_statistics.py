"""Statistics in tidy frames: days, sums, platforms, and accounts that have none."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.frames import (
    STATISTICS_LAYOUT,
    TOTALS_LAYOUT,
    add_up,
    breakdowns,
    day_values,
    totals,
)
from ghl_notebook.models import Account, Statistics
from ghl_notebook.simulator import Simulator

WEEK = ("2025-12-15", "2025-12-21")


def test_there_is_a_row_per_account_metric_and_day(client: Client) -> None:
    """Each combination once, days as dates."""
    frame = ghl.fetch_statistics(client, *WEEK)
    keys = frame[["account_id", "metric", "date"]]
    assert not keys.duplicated().any()
    assert frame["date"].drop_duplicates().to_list() == list(
        pd.date_range("2025-12-15", "2025-12-21", tz="UTC")
    )
    assert (frame.groupby(["account_id", "metric"], observed=True).size() == 7).all()
    assert set(frame["metric"]) == {"posts", "impressions", "likes", "comments", "new_followers"}


def test_the_numbers_are_those_of_the_account_alone(client: Client) -> None:
    """As the operation gives them for its profile id."""
    frame = ghl.fetch_statistics(client, *WEEK, platform="google")
    (profile,) = frame["profile_id"].unique()
    found = client.statistics.fetch(
        [profile], current_range=("2025-12-15T00:00:00Z", "2025-12-21T23:00:00Z")
    )
    assert found.post_performance is not None
    likes = frame[frame["metric"] == "likes"]["value"].to_list()
    assert likes == found.post_performance.likes
    assert sum(likes) > 0


def test_days_and_sums_agree(client: Client) -> None:
    """Of one period the totals are the sums of the days, and of the platforms."""
    days = ghl.fetch_statistics(client, *WEEK).groupby("metric", observed=True)["value"].sum()
    whole = ghl.fetch_statistics_totals(client, *WEEK).set_index("metric")
    parts = ghl.fetch_statistics_breakdowns(client, *WEEK)
    of_platforms = parts.groupby("metric", observed=True)["value"].sum()
    for metric in ("posts", "impressions", "likes", "comments"):
        assert whole.loc[metric, "value"] == days[metric]
    # The simulator reports new followers in both; the documents call those of the totals all.
    assert whole.loc["followers", "value"] == days["new_followers"]
    for metric in ("posts", "impressions", "reach", "likes", "comments", "shares"):
        assert whole.loc[metric, "value"] == of_platforms[metric]
    assert of_platforms["engagement"] == of_platforms[["likes", "comments", "shares"]].sum()
    assert whole["change"].notna().sum() == 3


def test_accounts_without_statistics_are_named(client: Client, sim: Simulator) -> None:
    """They are not asked for, and not silently missing."""
    accounts = ghl.fetch_accounts(client)
    none = accounts[~accounts["has_statistics_permissions"].fillna(True)]
    frame = ghl.fetch_statistics(client, *WEEK)
    assert len(none)
    assert [one["account_id"] for one in frame.attrs["left_out"]] == none["id"].to_list()
    assert not set(frame["account_id"]) & set(none["id"])
    asked = [one.body["profileIds"] for one in sim.requests if one.path.endswith("/statistics")]
    assert {profile for one in asked for profile in one} == set(accounts["profile_id"]) - set(
        none["profile_id"]
    )
    assert len(asked) <= len(accounts) - len(none)


def test_all_accounts_are_one_call_of_the_totals(client: Client, sim: Simulator) -> None:
    """And `account_count` says of how many."""
    accounts = ghl.fetch_accounts(client)
    frame = ghl.fetch_statistics_totals(client, *WEEK, accounts=accounts)
    asked = [one for one in sim.requests if one.path.endswith("/statistics")]
    assert len(asked) == 1
    having = len(accounts) - len(frame.attrs["left_out"])
    assert set(frame["account_count"]) == {having}


def test_an_account_that_is_not_meant_is_not_asked_for(client: Client, sim: Simulator) -> None:
    """Neither one of another platform nor any when none is meant."""
    assert ghl.fetch_statistics(client, *WEEK, accounts=[]).empty
    assert ghl.fetch_statistics_totals(client, *WEEK, platform="youtube").empty
    assert [one for one in sim.requests if one.path.endswith("/statistics")] == []


@pytest.mark.parametrize(
    ("named", "first"),
    [
        (["Mon", "Tue"], "2025-12-15"),
        (["Sun", "Mon"], "2025-12-14"),
        (["Tue", "Wed"], "2025-12-16"),
        (["Fri", "Sat"], "2025-12-15"),
        ([], "2025-12-15"),
    ],
)
def test_the_first_weekday_says_which_day_it_is(named: list[str], first: str) -> None:
    """A neighbour of the period's first day is believed, and nothing else."""
    found = Statistics.from_wire({"dayRange": named, "postPerformance": {"likes": [1, "2"]}})
    rows = list(day_values(found, Account(id="a"), date(2025, 12, 15)))
    frame = STATISTICS_LAYOUT.frame(rows, "loc")
    assert frame["date"].iloc[0] == pd.Timestamp(first, tz="UTC")
    assert frame.loc[frame["metric"] == "likes", "value"].to_list() == [1.0, 2.0]


def test_sums_of_several_calls_are_added_without_a_change() -> None:
    """Percents of different numbers cannot be added."""
    wire = {"totals": {"likes": 3}, "breakdowns": {"reach": {"total": 5, "totalChange": 10}}}
    one = list(totals(Statistics.from_wire(wire), 100))
    assert [(part.metric, part.value, part.change) for part in one] == [
        ("reach", 5, 10),
        ("likes", 3, None),
    ]
    both = TOTALS_LAYOUT.frame(add_up([*one, *totals(Statistics.from_wire(wire), 20)]), "loc")
    assert both["value"].to_list() == [10.0, 6.0]
    assert both["change"].isna().all()
    assert both["account_count"].to_list() == [120, 120]


@pytest.mark.parametrize("wire", [{}, {"totals": {}}, {"breakdowns": {"posts": None}}, "nothing"])
def test_statistics_of_nothing_are_no_rows(wire: object) -> None:
    """A service without numbers gives an empty frame."""
    found = Statistics.from_wire(wire)
    assert [*day_values(found, Account(), date(2026, 1, 5)), *totals(found, 1)] == []
    assert list(breakdowns(found)) == []
