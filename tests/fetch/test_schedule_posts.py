"""Posts out of a DataFrame: looked at first, sent once, and an outcome for each row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Client
from ghl_notebook.frames import SCHEDULE_LAYOUT
from ghl_notebook.simulator import Simulator
from tests.frames.test_schema import KINDS, documented

TIME = "2026-03-01T09:00:00Z"
POSTS = "*/posts"


@pytest.fixture(autouse=True)
def _own_record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no test recognize what another has sent."""
    monkeypatch.setenv("GHL_PLANS_DIR", str(tmp_path / "plans"))


def accounts_of(client: Client) -> pd.DataFrame:
    """Return the first account of each platform, by the platform."""
    return ghl.fetch_accounts(client).drop_duplicates("platform").set_index("platform")


def plan(client: Client, *rows: dict[str, Any]) -> pd.DataFrame:
    """Return a plan for the Facebook page; each row may say otherwise."""
    account = accounts_of(client).loc["facebook", "id"]
    sound = {"account_ids": account, "schedule_date": TIME, "summary": "Hello"}
    return pd.DataFrame([sound | row for row in rows])


def sent(sim: Simulator) -> int:
    """Count what was sent."""
    return sum(one.method == "POST" and one.path.endswith("/posts") for one in sim.requests)


def test_nothing_is_sent_unless_it_is_asked_for(client: Client, sim: Simulator) -> None:
    """The frame shows what would happen."""
    frame = ghl.schedule_posts(client, plan(client, {}, {"summary": "Bonjour"}))
    assert frame["action"].to_list() == ["would schedule"] * 2
    assert frame["summary"].to_list() == ["Hello", "Bonjour"]
    assert set(frame["schedule_date"]) == {pd.Timestamp(TIME)}
    assert frame["id"].isna().all()
    assert sent(sim) == 0


def test_each_sound_row_is_sent_once_and_in_order(client: Client, sim: Simulator) -> None:
    """What was sent is what the service has; a row that is refused keeps none."""
    tags = ", ".join(ghl.fetch_tags(client)["id"][:2])
    rows = plan(client, {}, {"account_ids": "nobody"}, {"summary": "Bonjour", "tags": tags})
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    assert frame["action"].to_list() == ["scheduled", "refused", "scheduled"]
    assert frame["error"].to_list() == [pd.NA, "There is no account nobody.", pd.NA]
    assert sent(sim) == 2
    posts = ghl.fetch_posts(client, "2026-03-01", "2026-03-01").set_index("id")
    found = posts.loc[frame["id"].dropna()]
    assert found["summary"].to_list() == ["Hello", "Bonjour"]
    assert found["status"].to_list() == ["scheduled", "scheduled"]
    assert found["tag_ids"].map(", ".join).to_list() == ["", tags]


@pytest.mark.slow
def test_the_same_call_sends_nothing_a_second_time(client: Client, sim: Simulator) -> None:
    """A third row that was added is sent alone."""
    rows = plan(client, {}, {"summary": "Bonjour"})
    first = ghl.schedule_posts(client, rows, dry_run=False)
    more = pd.concat([rows, plan(client, {"summary": "Hallo"})])
    again = ghl.schedule_posts(client, more, dry_run=False)
    assert again["action"].to_list() == ["already scheduled", "already scheduled", "scheduled"]
    assert again["id"].to_list()[:2] == first["id"].to_list()
    assert sent(sim) == 3


def test_a_plan_that_was_stored_is_the_same(client: Client, sim: Simulator, tmp_path: Path) -> None:
    """Pandas reads lists from Parquet as arrays of numpy."""
    media = [{"url": "https://example.com/a.jpg", "type": "image/jpeg"}]
    rows = plan(client, {"media": media, "tags": list(ghl.fetch_tags(client)["id"][:2])})
    rows["account_ids"] = [[one] for one in rows["account_ids"]]
    rows.to_parquet(tmp_path / "plan.parquet")
    assert ghl.schedule_posts(client, rows, dry_run=False)["action"].to_list() == ["scheduled"]
    again = ghl.schedule_posts(client, pd.read_parquet(tmp_path / "plan.parquet"), dry_run=False)
    assert again["action"].to_list() == ["already scheduled"]
    assert sent(sim) == 1


def test_a_post_that_is_not_listed_yet_is_not_sent_again(client: Client, sim: Simulator) -> None:
    """The list follows what is made; this process knows what it has sent."""
    sim.levers.post_lag = 5
    rows = plan(client, {})
    first = ghl.schedule_posts(client, rows, dry_run=False)
    again = ghl.schedule_posts(client, rows, dry_run=False)
    assert again["action"].to_list() == ["already scheduled"]
    assert again["id"].to_list() == first["id"].to_list()
    assert "does not list it yet" in again["next_step"][0]
    assert sent(sim) == 1


def test_a_post_of_somebody_else_is_recognised(client: Client, sim: Simulator) -> None:
    """By accounts, time and text; one of some of the accounts is an error."""
    accounts = accounts_of(client)
    both = accounts.loc[["facebook", "google"], "id"].to_list()
    made = client.posts.create(
        both[:1], summary="Hello", status="scheduled", schedule_date=TIME, media=[]
    )
    frame = ghl.schedule_posts(client, plan(client, {}, {"summary": "Other"}))
    assert frame["action"].to_list() == ["already scheduled", "would schedule"]
    assert frame["id"][0] == made.id
    frame = ghl.schedule_posts(client, plan(client, {"account_ids": both}))
    assert frame["action"].to_list() == ["refused"]
    assert frame["error"][0] == f"It is scheduled already for {both[0]}."


def test_an_outcome_that_is_not_known_is_not_tried_again(client: Client, sim: Simulator) -> None:
    """Neither by this call nor by the next; the other rows go their way."""
    sim.levers.fail(POSTS, 500, "Internal Server Error", times=None, method="POST")
    rows = plan(client, {})
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    assert frame["action"].to_list() == ["unknown"]
    assert "look whether it was" in frame["next_step"][0]
    assert sent(sim) == 1
    sim.levers.reset()
    more = pd.concat([rows, plan(client, {"summary": "Bonjour"})])
    again = ghl.schedule_posts(client, more, dry_run=False)
    assert again["action"].to_list() == ["unknown", "scheduled"]
    assert sent(sim) == 2


def test_what_the_service_refuses_may_be_sent_again(client: Client, sim: Simulator) -> None:
    """It was certainly not carried out."""
    sim.levers.fail_with("scope_missing", POSTS, times=1, method="POST")
    rows = plan(client, {}, {"summary": "Bonjour"})
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    assert frame["action"].to_list() == ["refused", "scheduled"]
    assert "socialplanner/post.write" in frame["next_step"][0]
    again = ghl.schedule_posts(client, rows, dry_run=False)
    assert again["action"].to_list() == ["scheduled", "already scheduled"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"account_ids": ""}, "account_ids is empty."),
        ({"account_ids": None}, "account_ids is empty."),
        ({"account_ids": 5}, "account_ids is 5, not text."),
        ({"schedule_date": "2026-03-01"}, "schedule_date is '2026-03-01', a day without a time."),
        ({"schedule_date": "2026-03-01T09:00"}, "without a time zone"),
        ({"schedule_date": None}, "not a date or time"),
        ({"schedule_date": "2026-01-05T09:00:00Z"}, "which is in the past"),
        ({"summary": None}, "It has neither text nor media."),
        ({"summary": "  "}, "It has neither text nor media."),
        ({"type": "poem"}, "'poem' is not a type of posts."),
        ({"type": "reel"}, "A reel needs one video, not 0."),
        ({"type": "story"}, "A story has no text."),
        ({"media": "a.png"}, "media is not a list of media."),
        ({"media": ["a.png"]}, "media is not a list of media."),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(
    client: Client, sim: Simulator, row: dict[str, Any], error: str
) -> None:
    """The frame says what is wrong and what to do; a sound row beside it is sent."""
    rows = pd.concat([plan(client, row), plan(client, {"summary": "Sound"})], ignore_index=True)
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    assert frame["action"].to_list() == ["refused", "scheduled"]
    assert error in frame["error"][0]
    assert frame["next_step"][0]
    assert sent(sim) == 1


@pytest.mark.parametrize(
    ("platform", "row", "error"),
    [
        ("instagram", {}, "has expired"),
        ("google", {"type": "story", "summary": None, "media": [{"url": "u"}]}, "has no story"),
        ("google", {"follow_up_comment": "First!"}, "google has no follow-up comment."),
    ],
)
def test_an_account_that_cannot_is_refused(
    client: Client, platform: str, row: dict[str, Any], error: str
) -> None:
    """As the documents say of its platform, or because it has to be renewed."""
    account = accounts_of(client).loc[platform, "id"]
    frame = ghl.schedule_posts(client, plan(client, {"account_ids": account} | row))
    assert frame["action"].to_list() == ["refused"]
    assert error in frame["error"][0]


def test_rows_that_are_the_same_are_one_post(client: Client, sim: Simulator) -> None:
    """The second is an error, and says of which row."""
    rows = plan(client, {}, {"schedule_date": "2026-03-01T10:00:00+01:00"})
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    assert frame["action"].to_list() == ["scheduled", "refused"]
    assert frame["error"][1] == "It is the same as row 0."
    assert sent(sim) == 1


def test_the_future_is_by_the_clients_clock(client: Client, sim: Simulator) -> None:
    """What was ahead is over when time has passed."""
    rows = plan(client, {"schedule_date": "2026-01-06T09:00:00Z"})
    assert ghl.schedule_posts(client, rows)["action"].to_list() == ["would schedule"]
    sim.pass_time(timedelta(days=1, minutes=1))
    assert "which is in the past" in ghl.schedule_posts(client, rows)["error"][0]


def test_a_connection_that_ends_before_the_post_is_told(client: Client) -> None:
    """It is scheduled all the same: there is time to renew it."""
    rows = plan(client, {}, {"schedule_date": "2026-02-01T09:00:00Z"})
    expire = accounts_of(client).loc["facebook", "expire"]
    frame = ghl.schedule_posts(client, rows)
    assert frame["action"].to_list() == ["would schedule"] * 2
    assert f"{expire:%Y-%m-%d}" in frame["next_step"][0]
    assert pd.isna(frame["next_step"][1])


def test_a_time_of_the_service_without_a_time_zone_is_utc(client: Client, sim: Simulator) -> None:
    """An account whose end is written so is judged all the same."""
    found = client.accounts.list().accounts
    account = next(one for one in found if one.platform == "facebook")
    wire = {"id": account.id, "platform": "facebook", "expire": "2026-01-05T08:59:59"}
    body = {"success": True, "statusCode": 200, "results": {"accounts": [wire], "groups": []}}
    rows = plan(client, {})
    sim.levers.fail("*/accounts", 200, body)
    assert "has expired" in ghl.schedule_posts(client, rows)["error"][0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.drop(columns="schedule_date"), "column schedule_date is missing"),
        (lambda rows: rows.assign(sumary="x"), "The column sumary is unknown"),
        (lambda rows: rows.to_dict(), "a dict, not a DataFrame"),
    ],
)
def test_a_plan_of_other_columns_is_refused_as_a_whole(
    client: Client, sim: Simulator, change: Callable[[pd.DataFrame], Any], words: str
) -> None:
    """A column that nobody reads would be lost in silence."""
    with pytest.raises(ghl.errors.ArgumentError, match=words):
        ghl.schedule_posts(client, change(plan(client, {})), dry_run=False)
    assert sent(sim) == 0


def test_the_columns_are_the_documented_ones(client: Client) -> None:
    """Also when there is no row."""
    expected = {name: KINDS[kind] for name, kind in documented(ghl.schedule_posts).items()}
    rows = plan(client, {})
    for frame in (ghl.schedule_posts(client, rows), ghl.schedule_posts(client, rows[:0])):
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == expected
    assert list(SCHEDULE_LAYOUT.schema) == list(expected)


async def test_an_async_client_schedules(client: Client, sim: Simulator) -> None:
    """The result is awaited."""
    async with AsyncClient(
        credential=client.credential, base_url=sim.base_url, clock=lambda: sim.now
    ) as other:
        frame = await ghl.schedule_posts(other, plan(client, {}), dry_run=False)
    assert frame["action"].to_list() == ["scheduled"]


def test_the_demo_lives_in_its_own_time() -> None:
    """Its connections hold, and what is ahead of its clock can be planned."""
    with ghl.demo() as client:
        frame = ghl.schedule_posts(client, plan(client, {"schedule_date": "2026-02-01T09:00Z"}))
    assert frame["action"].to_list() == ["would schedule"]
