"""Posts at risk, silent accounts, best hours, and two periods side by side, on a few rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

import ghl_notebook as ghl
from tests.folding import folded
from tests.plot.made import NOW, accounts, at, posts, rows_of, said_by, statistics

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PLANNED = {"status": "scheduled", "account_id": "a", "location_id": "here"}
ACCOUNT = {"id": "a", "location_id": "here", "name": "Café", "expire": NOW + 30 * DAY}


def at_risk(post: dict[str, Any], account: dict[str, Any]) -> list[str]:
    """Return the reasons for a post and an account."""
    frame = posts(PLANNED | {"display_date": NOW + 5 * DAY} | post)
    found = ghl.find_posts_at_risk(frame, accounts(ACCOUNT | account), now=NOW)
    return found["reason"].to_list()


@pytest.mark.parametrize(
    ("account", "reasons"),
    [
        ({}, []),
        ({"is_expired": True}, ["expired"]),
        ({"expire": NOW - DAY}, ["expired"]),
        ({"expire": NOW + 4 * DAY}, ["expires before"]),
        ({"expire": NOW + 6 * DAY}, []),
        ({"expire": None}, []),
        ({"id": "other"}, ["not connected"]),
        ({"deleted": True}, ["not connected"]),
    ],
)
def test_a_post_fails_with_its_connection(account: dict[str, Any], reasons: list[str]) -> None:
    """Or because it ends before the post's date."""
    assert at_risk({}, account) == reasons


@pytest.mark.parametrize(
    "post",
    [
        {"status": "published"},
        {"status": "draft"},
        {"display_date": NOW - DAY},
        {"account_id": None},
    ],
)
def test_only_planned_posts_can_fail(post: dict[str, Any]) -> None:
    """A draft is not published, and of a post without an account nothing is known."""
    assert at_risk(post, {"is_expired": True}) == []


def test_of_a_sub_account_that_failed_nothing_is_said() -> None:
    """Its accounts are unknown, not detached."""
    frame = posts(PLANNED | {"display_date": NOW + DAY})
    none = accounts()
    none.attrs["failures"] = [{"location_id": "here"}]
    found = ghl.find_posts_at_risk(frame, none, now=NOW)
    assert found.empty
    assert ghl.failures(found)["location_id"].to_list() == ["here"]


def published(account: str, *days: float) -> list[dict[str, Any]]:
    """Return an account's posts, so many days ago."""
    row = {"account_id": account, "location_id": "here"}
    return [row | {"display_date": NOW - day * DAY} for day in days]


def test_who_is_silent_is_listed_with_the_usual() -> None:
    """The longest silence first; of who has never posted, no number is made up."""
    frame = posts(*published("a", 20, 23, 27), *published("b", 3, 40), *published("c", 30))
    known = accounts(*(ACCOUNT | {"id": name} for name in "abcd"))
    found = ghl.find_silent_accounts(frame, known, days=14, now=NOW)
    assert found["account_id"].to_list() == ["d", "c", "a"]
    assert found["posts"].to_list() == [0, 1, 3]
    assert found["days"].fillna(-1).to_list() == [-1, 30, 20]
    assert found["usual_days"].fillna(-1).to_list() == [-1, -1, 3.5]


def test_a_sub_account_is_silent_if_all_its_accounts_are() -> None:
    """One post of one account is enough."""
    known = accounts(*(ACCOUNT | {"id": name} for name in "ab"))
    silent = posts(*published("a", 20), *published("b", 15))
    loud = posts(*published("a", 20), *published("b", 2))
    assert len(ghl.find_silent_accounts(silent, known, by="location", now=NOW)) == 1
    assert ghl.find_silent_accounts(loud, known, by="location", now=NOW).empty


def test_of_accounts_that_were_fetched_twice_the_later_counts() -> None:
    """Whether the connection has expired since, or was detached."""
    frame = posts(PLANNED | {"display_date": NOW + DAY})
    for change, reason in (({"is_expired": True}, "expired"), ({"deleted": True}, "not connected")):
        known = accounts(ACCOUNT, ACCOUNT | change)
        assert ghl.find_posts_at_risk(frame, known, now=NOW)["reason"].to_list() == [reason]
        assert len(ghl.find_silent_accounts(frame, known, now=NOW)) == (reason == "expired")


def test_posts_of_overlapping_periods_count_once() -> None:
    """The later fetch counts; a post of two accounts is one of each."""
    rows = [row | {"id": str(n)} for n, row in enumerate(published("a", 20, 23, 27))]
    frame = posts(*rows, *rows, rows[0] | {"account_id": "b"})
    known = accounts(*(ACCOUNT | {"id": name} for name in "ab"))
    found = ghl.find_silent_accounts(frame, known, now=NOW).set_index("account_id")
    assert found["posts"].to_dict() == {"a": 3, "b": 1}
    assert found["usual_days"]["a"] == 3.5
    assert "4 posts" in said_by(ghl.plot_calendar(frame, now=NOW))
    plan = PLANNED | {"id": "0", "display_date": NOW + DAY}
    moved = posts(plan, plan | {"display_date": NOW + 2 * DAY})
    found = ghl.find_posts_at_risk(moved, accounts(ACCOUNT | {"is_expired": True}), now=NOW)
    assert found["display_date"].to_list() == [NOW + 2 * DAY]


def test_who_could_not_be_fetched_is_not_silent() -> None:
    """Whichever of the two frames lacks it."""
    frame, known = posts(), accounts(ACCOUNT)
    assert len(ghl.find_silent_accounts(frame, known, now=NOW)) == 1
    frame.attrs["failures"] = [{"location_id": "here"}]
    found = ghl.find_silent_accounts(frame, known, now=NOW)
    assert found.empty
    assert len(ghl.failures(found)) == 1


@folded("attrs", [{"location_ids": ["there"], "failures": []}, {"location_id": "there"}])
def test_of_a_sub_account_that_was_not_fetched_nothing_is_said(attrs: dict[str, Any]) -> None:
    """Frames of other sub-accounts do not make its accounts silent, or its posts fail."""
    frame, known = posts(PLANNED | {"display_date": NOW + DAY}), accounts(ACCOUNT)
    frame.attrs = attrs
    assert ghl.find_silent_accounts(frame, known, now=NOW).empty
    others = accounts(ACCOUNT | {"location_id": "there"})
    assert len(ghl.find_posts_at_risk(frame, others, now=NOW)) == 1
    others.attrs = attrs
    assert ghl.find_posts_at_risk(frame, others, now=NOW).empty


def test_the_best_hour_is_that_of_each_client() -> None:
    """Of hours with enough posts; a client without one has a row without an hour."""

    def weekly(day: str, likes: list[int], **row: Any) -> list[dict[str, Any]]:
        first = at(day)
        dates = [first - 7 * n * DAY for n in range(len(likes))]
        return [
            {"account_id": "a", "published_at": when, "like_count": like} | row
            for when, like in zip(dates, likes, strict=True)
        ]

    frame = posts(
        *weekly("2026-01-05T09:30:00", [2, 2, 2], location_id="here"),
        *weekly("2026-01-03T18:00:00", [4, 4, 4], location_id="here"),
        *weekly("2026-01-02T03:00:00", [90], location_id="here"),
        *weekly("2026-01-01T12:00:00", [5], location_id="there", account_id="b"),
        *weekly("2026-01-04T12:00:00", [5, 5], location_id="there", account_id="b"),
    )
    found = ghl.find_best_hours(frame, tz="Europe/Paris")
    shown = found[["location_id", "weekday", "hour", "engagement", "posts", "timezone"]]
    assert shown.astype("object").fillna("-").to_numpy().tolist() == [
        ["here", "Saturday", 19, 4 / 4, 3, "Europe/Paris"],
        ["there", "-", "-", "-", "-", "Europe/Paris"],
    ]


def test_a_client_that_was_renamed_is_one() -> None:
    """In posts of several fetches, of which one does not name it."""
    row = {"account_id": "a", "location_id": "here", "like_count": 2, "published_at": NOW}
    frame = posts(*[row] * 3).assign(location_name=["Café", "Café Lumière", None])
    (found,) = ghl.find_best_hours(frame).to_dict("records")
    assert (found["location_name"], found["hour"], found["posts"]) == ("Café Lumière", 9, 3)


class Unhashable(tzinfo):
    """A time zone that cannot be hashed, as those of dateutil."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def utcoffset(self, when: datetime | None) -> timedelta:
        """Always the same."""
        return 5.5 * HOUR

    def dst(self, when: datetime | None) -> timedelta:
        """No summer time."""
        return 0 * HOUR

    def tzname(self, when: datetime | None) -> str:
        """No name of a file."""
        return "IST"


@folded("tz", [ZoneInfo("Asia/Kolkata"), Unhashable(), timezone(5.5 * HOUR, "IST")])
def test_any_object_of_a_time_zone_will_do(tz: tzinfo) -> None:
    """Also one that cannot be hashed, or whose name is not known."""
    row = {"account_id": "a", "location_id": "here", "like_count": 2}
    frame = posts(*[row | {"published_at": at("2026-01-04T20:00:00")}] * 3)
    (best,) = ghl.find_best_hours(frame, tz=tz).to_dict("records")
    assert (best["weekday"], best["hour"]) == ("Monday", 1)
    assert "Monday 1:00 to 2:00" in said_by(ghl.plot_hours(frame, tz=tz))
    (day,) = (
        one for one in rows_of(ghl.plot_calendar(frame, tz=tz, now=NOW)) if one.get("is_today")
    )
    assert day["day"] == "5 Jan"


def test_a_time_zone_that_is_not_known_here_costs_only_its_own_sub_account() -> None:
    """It came from others, so it is no error; what is left has an answer."""
    row = {"account_id": "a", "like_count": 2}
    frame = posts(*[row | {"location_id": one} for one in ("here", "there", "else") * 3])
    ids = pd.Series(["here", "there", "else"])
    locations = pd.DataFrame({"location_id": ids, "timezone": ["Europe/Paris", "Mars/Base", ""]})
    assert ghl.find_best_hours(frame, tz=locations)["location_id"].to_list() == ["here"]
    assert "6 posts left out: the time zone" in said_by(ghl.plot_hours(frame, tz=locations))


def test_two_periods_are_side_by_side() -> None:
    """What is not known is not 0, and nothing is a percentage of 0."""
    before = statistics({"value": 4}, {"metric": "likes", "value": 0}, {"metric": "posts"})
    after = statistics(
        {"value": 5}, {"date": at("2026-01-02"), "value": 1}, {"metric": "likes", "value": 3},
        {"metric": "posts", "value": None},
    )  # fmt: skip
    before["location_id"] = after["location_id"] = "here"
    found = ghl.compare_statistics(before, after).set_index("metric")
    numbers = ["before", "after", "change", "change_percent", "days_before", "days_after"]
    expected = {
        "new_followers": [4, 6, 2, 50, 1, 2],
        "likes": [0, 3, 3, np.nan, 1, 1],
        "posts": [1, np.nan, np.nan, np.nan, 1, 0],
    }
    for metric, values in expected.items():
        np.testing.assert_array_equal(
            found.loc[metric, numbers].astype("Float64").to_numpy(float, na_value=np.nan), values
        )


def test_overlapping_periods_count_once() -> None:
    """The later frame counts, and a row without a platform counts, too."""
    week = statistics({"value": 4}, {"date": at("2026-01-02"), "value": 2})
    days = statistics({"date": at("2026-01-02"), "value": 3}, {"date": at("2026-01-03")})
    both = pd.concat([week, days]).assign(location_id="here", platform=pd.NA)
    (found,) = ghl.compare_statistics(both, both[:0], by="platform").to_dict("records")
    assert (found["before"], found["days_before"]) == (8, 3)


@pytest.mark.parametrize(("by", "rows"), [("location", 1), ("platform", 2), ("account", 3)])
def test_periods_are_compared_by_what_is_asked(by: Any, rows: int) -> None:
    """A sub-account, its platforms, or its accounts."""
    frame = statistics(
        {"account_id": "a"}, {"account_id": "b"}, {"account_id": "c", "platform": "facebook"}
    )
    frame["location_id"] = "here"
    found = ghl.compare_statistics(frame, frame, by=by)
    assert len(found) == rows
    assert found["before"].sum() == 3


def test_a_sub_account_that_failed_in_one_period_is_not_compared() -> None:
    """It would seem to have lost everything."""
    frame = statistics({})
    frame["location_id"] = "here"
    other = frame.iloc[:0].copy()
    other.attrs["failures"] = [{"location_id": "here"}]
    found = ghl.compare_statistics(frame, other)
    assert found.empty
    assert len(ghl.failures(found)) == 1


CALLS: dict[str, Callable[[], pd.DataFrame]] = {
    "find_posts_at_risk": lambda: ghl.find_posts_at_risk(posts(), accounts(), now=NOW),
    "find_silent_accounts": lambda: ghl.find_silent_accounts(posts(), accounts(), now=NOW),
    "find_best_hours": lambda: ghl.find_best_hours(posts()),
    "compare_statistics": lambda: ghl.compare_statistics(statistics(), statistics()),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_columns_are_those_of_the_docstring(name: str) -> None:
    """In their order, with their types, also without rows."""
    frame = CALLS[name]()
    table = (getattr(ghl, name).__doc__ or "").split("=\n")
    documented = {}
    for line in table[2].splitlines():
        words = line.split()
        if line.startswith("        ") and line[8:9] != " " and words[1:2]:
            documented[words[0]] = words[1]
    dtypes = {
        "string": "string", "category": "category", "integer": "Int64", "number": "Float64",
        "timestamp": "datetime64[ms, UTC]",
    }  # fmt: skip
    assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == {
        column: dtypes[kind] for column, kind in documented.items() if kind in dtypes
    }
    assert list(frame.columns) == [column for column in documented if column in frame]


def test_half_a_character_costs_nothing_else() -> None:
    """As other programs cut text: Arrow cannot store it."""
    frame = posts(PLANNED | {"display_date": NOW + DAY}).astype({"summary": object})
    frame.loc[0, "summary"] = "cut \ud83d"
    known = accounts(ACCOUNT | {"is_expired": True})
    found = ghl.find_posts_at_risk(frame, known, now=NOW)
    assert found["summary"].to_list() == ["cut \ufffd"]


def test_days_are_no_times() -> None:
    """Also with the dtype in which Parquet files return them."""
    frame = accounts(ACCOUNT)
    days = frame.assign(expire=frame["expire"].dt.date.astype("date32[day][pyarrow]"))
    with pytest.raises(ghl.errors.ArgumentError, match=r"expire holds date32.*, not times"):
        ghl.find_posts_at_risk(posts(), days, now=NOW)


def test_a_number_of_numpy_is_a_number() -> None:
    """As one that was computed from a column is."""
    frame, known = posts(*published("a", 20)), accounts(ACCOUNT)
    for days in (14, np.int64(14), np.float32(14)):
        assert len(ghl.find_silent_accounts(frame, known, days=days, now=NOW)) == 1


def test_another_frame_is_an_error() -> None:
    """It says which columns are missing, and what to pass."""
    with pytest.raises(ghl.errors.ArgumentError, match=r"no column .* Pass what fetch_accounts"):
        ghl.find_posts_at_risk(posts(), pd.DataFrame({"a": [1]}))
    with pytest.raises(ghl.errors.ArgumentError, match="needs a pandas DataFrame"):
        ghl.compare_statistics(statistics(), None)  # type: ignore[arg-type]
    with pytest.raises(ghl.errors.ArgumentError, match="Choose one of: account, location"):
        ghl.find_silent_accounts(posts(), accounts(), by="client")  # type: ignore[arg-type]


def test_stored_frames_give_the_same(tmp_path: Any) -> None:
    """Read from Parquet with Arrow dtypes."""
    frame = posts(*published("a", 20, 23, 27))
    known = accounts(ACCOUNT)
    found = ghl.find_silent_accounts(frame, known, now=NOW)
    for name, one in (("posts", frame), ("accounts", known)):
        one.to_parquet(tmp_path / name)
    stored = [
        pd.read_parquet(tmp_path / name, dtype_backend="pyarrow") for name in ("posts", "accounts")
    ]
    pd.testing.assert_frame_equal(ghl.find_silent_accounts(*stored, now=NOW), found)
