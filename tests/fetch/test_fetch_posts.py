"""Posts of a period in one frame: filters, pages, and answers that contradict themselves."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.fetch.period import read_datetime, read_period
from ghl_notebook.frames import POST_LAYOUT
from ghl_notebook.models import Post
from ghl_notebook.simulator import Simulator

SINCE, UNTIL = "2025-10-01", "2026-02-01"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.slow
def test_all_posts_of_a_period_are_there(client: Client, sim: Simulator) -> None:
    """Those of further pages too, the latest first, each once."""
    account = client.accounts.list().accounts[0].id
    for number in range(120):
        client.posts.create([str(account)], summary=f"Post {number}", status="draft")
    frame = ghl.fetch_posts(client, SINCE, UNTIL)
    planner_has = client.posts.list(f"{SINCE}T00:00:00Z", f"{UNTIL}T23:59:59Z").count
    assert len(frame) == planner_has
    assert len(frame) > 120
    assert frame["id"].is_unique
    assert frame["display_date"].is_monotonic_decreasing
    asked = [one for one in sim.requests if one.path.endswith("/posts/list")]
    # Each page begins with the last row of the one before; one call is the test's.
    assert len(asked) - 1 == math.ceil((len(frame) - 1) / 99)


def test_a_period_is_by_when_a_post_is_published(client: Client) -> None:
    """Days are whole ones, in UTC."""
    frame = ghl.fetch_posts(client, "2025-12-02", date(2025, 12, 4))
    days = frame["display_date"].dt.date
    assert sorted(set(days)) == [date(2025, 12, 2), date(2025, 12, 4)]


@pytest.mark.parametrize("status", ["scheduled", "published", "failed"])
def test_posts_of_one_status(client: Client, status: str) -> None:
    """The service is asked for them alone."""
    everything = ghl.fetch_posts(client, SINCE, UNTIL)
    frame = ghl.fetch_posts(client, SINCE, UNTIL, status=status)
    assert len(frame) == (everything["status"] == status).sum()
    assert set(frame["status"]) <= {status}


def test_posts_of_one_platform_or_account(client: Client) -> None:
    """A platform by any spelling, accounts by id or as rows."""
    everything = ghl.fetch_posts(client, SINCE, UNTIL)
    google = ghl.fetch_posts(client, SINCE, UNTIL, platform="Google")
    assert 0 < len(google) < len(everything)
    assert set(google["platform"]) == {"google"}
    accounts = ghl.fetch_accounts(client)
    rows = accounts[accounts["platform"] == "google"]
    pd.testing.assert_frame_equal(google, ghl.fetch_posts(client, SINCE, UNTIL, accounts=rows))
    one = ghl.fetch_posts(client, SINCE, UNTIL, accounts=rows["id"].iloc[0])
    pd.testing.assert_frame_equal(google, one)


def test_no_accounts_are_not_all(client: Client, sim: Simulator) -> None:
    """Nobody is asked: the service would take none for all."""
    assert ghl.fetch_posts(client, SINCE, UNTIL, accounts=[]).empty
    assert sim.requests == []


def test_what_is_written_in_a_post_is_in_its_row(client: Client) -> None:
    """Lists stay lists; a tag that is not there has no name."""
    account = str(client.accounts.list().accounts[0].id)
    made = client.posts.create(
        [account],
        summary="今日のコーヒー ☕",
        status="draft",
        media=[{"url": "https://example.com/a.png", "type": "image/png"}],
        tags=["tag-1", "tag-2"],
    )
    row = ghl.fetch_posts(client, SINCE, UNTIL).set_index("id").loc[made.id]
    assert row["summary"] == "今日のコーヒー ☕"
    assert (row["tag_ids"], row["tags"]) == (["tag-1", "tag-2"], [None, None])
    assert (row["account_id"], row["account_ids"], row["media_count"]) == (account, [account], 1)
    assert pd.isna(row["published_at"])
    assert pd.isna(row["error"])


def test_contradictions_do_not_change_the_frame() -> None:
    """An empty text for a list, numbers as texts and beyond all bounds, and nothing at all."""
    odd = {"_id": "p1", "tags": "", "insights": {"like": "3", "share": 10**30}, "media": "none"}
    frame = POST_LAYOUT.frame([Post.from_wire(odd), Post.from_wire({}), Post.from_wire([])], "loc")
    assert frame.dtypes.equals(POST_LAYOUT.frame([], "loc").dtypes)
    assert frame["tags"].to_list() == frame["tag_ids"].to_list() == [[], [], []]
    assert frame["like_count"].to_list() == [3, pd.NA, pd.NA]
    assert frame["share_count"].isna().all()
    assert frame["media_count"].to_list() == [0, 0, 0]


@pytest.mark.parametrize(
    "moment",
    [
        NOW,
        NOW.astimezone(timezone(timedelta(hours=9))),
        pd.Timestamp("2026-01-05T10:00:00+01:00"),
        "2026-01-05T09:00:00Z",
        " 2026-01-05T10:00+01:00 ",
    ],
)
def test_a_time_with_a_time_zone_is_a_moment(moment: object) -> None:
    """Whatever carries it."""
    assert read_datetime(moment, "since") == NOW


@pytest.mark.parametrize("day", [date(2026, 1, 5), "2026-01-05"])
def test_a_date_is_a_whole_day_in_utc(day: date | str) -> None:
    """A period that begins and ends with it holds all of it."""
    assert read_period(None, day, day) == ("2026-01-05T00:00:00.000Z", "2026-01-05T23:59:59.999Z")


@pytest.mark.parametrize(
    "moment", [NOW.replace(tzinfo=None), "2026-01-05T09:00", pd.Timestamp("2026-01-05")]
)
def test_a_time_without_a_time_zone_is_refused(client: Client, moment: datetime | str) -> None:
    """The error shows how to add one."""
    with pytest.raises(ghl.errors.ArgumentError, match="without a time zone") as caught:
        ghl.fetch_posts(client, moment, UNTIL)
    assert "UTC" in caught.value.next_step


@pytest.mark.parametrize("moment", [5, "yesterday", "", pd.NaT])
def test_what_is_no_moment_is_refused(client: Client, moment: object) -> None:
    """The error names the parameter."""
    with pytest.raises(ghl.errors.ArgumentError, match="not a date or time"):
        ghl.fetch_posts(client, SINCE, moment)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ((UNTIL, SINCE), {}, "before it begins"),
        ((SINCE, UNTIL), {"status": "planned"}, "no status 'planned'. Choose one of: all, recent"),
        ((SINCE, UNTIL), {"platform": "orkut"}, "no platform 'orkut'. Choose one of: facebook"),
        ((SINCE, UNTIL), {"post_type": "video"}, "no post_type 'video'. Choose one of: post"),
        ((SINCE, UNTIL), {"accounts": [None]}, "None is not the id"),
        ((SINCE, UNTIL), {"accounts": pd.DataFrame({"account": []})}, "no column id"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    client: Client, sim: Simulator, given: tuple[str, str], options: dict, words: str
) -> None:
    """Before anything is asked."""
    with pytest.raises(ghl.errors.ArgumentError, match=words):
        ghl.fetch_posts(client, *given, **options)
    assert sim.requests == []
