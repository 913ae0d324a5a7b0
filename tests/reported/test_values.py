"""A value that does not fit costs itself: a null in a list, a date in another unit."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import httpx
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency, Client
from tests.api.stub import LOCATION, Stub, answer
from tests.folding import folded

PERIOD = ("2026-01-05", "2026-01-11")
ACCOUNT = {"id": "a1", "profileId": "p1", "platform": "facebook", "name": "A"}


def posts_of(*posts: Any) -> pd.DataFrame:
    """Fetch what a service lists as its posts."""
    with Stub(answer({"posts": [*posts], "count": len(posts)})).client() as client:
        return ghl.fetch_posts(client, *PERIOD)


def statistics_of(wire: dict[str, Any], *period: str) -> pd.DataFrame:
    """Fetch the statistics of one account."""
    stub = Stub(answer({"accounts": [ACCOUNT], "groups": []}), answer(wire))
    with stub.client() as client:
        return ghl.fetch_statistics(client, *(period or PERIOD))


def values(frame: pd.DataFrame, metric: str) -> list[Any]:
    """Return the numbers of a metric, day by day."""
    return frame[frame["metric"] == metric]["value"].to_list()


SERIES = [17, None, 63, 68, 46, 64, 25]
RIGHT = [17.0, pd.NA, 63.0, 68.0, 46.0, 64.0, 25.0]


@folded("odd", [None, "n/a", {}, [1]])
def test_a_null_in_a_series_is_one_na(odd: object) -> None:
    """Of any metric, and whatever else is no number; the other days keep their dates."""
    series = [17, odd, *SERIES[2:]]
    frame = statistics_of(
        {
            "postPerformance": {
                "impressions": series,
                "likes": series,
                "comments": [1, 2, 3, 4, 5, 6, 7],
                "posts": {"facebook": series},
            },
            "platformTotals": {"followers": {"facebook": {"total": 283, "series": series}}},
        }
    )
    for metric in ("impressions", "likes", "posts", "new_followers"):
        assert values(frame, metric) == RIGHT
    assert values(frame, "comments") == [1, 2, 3, 4, 5, 6, 7]
    dates = frame[frame["metric"] == "impressions"]["date"]
    assert dates.to_list() == list(pd.date_range("2026-01-05", periods=7, tz="UTC"))


def test_a_sum_of_platforms_with_a_null_is_na() -> None:
    """Nobody knows the sum of that day."""
    posts = {"facebook": SERIES, "instagram": [1] * 7}
    frame = statistics_of({"postPerformance": {"posts": posts}})
    assert values(frame, "posts")[:3] == [18.0, pd.NA, 64.0]


@folded("field", ["accountIds", "tags"])
@folded("ids", [["a1", None], [None, "a1"], ["a1", None, None], ["a1", {}], ["a1", ["b"]]])
def test_a_null_in_a_list_of_ids_is_left_out(field: str, ids: list[Any]) -> None:
    """The ids that are there are shown."""
    frame = posts_of({"_id": "p1", field: ids})
    assert frame["account_ids" if field == "accountIds" else "tag_ids"].to_list() == [["a1"]]


def test_a_number_among_ids_is_an_id() -> None:
    """As an id alone that came as a number."""
    assert posts_of({"_id": "p1", "accountIds": ["a1", 17]})["account_ids"][0] == ["a1", "17"]


def test_a_null_among_media_is_none_of_them() -> None:
    """Those that are there are counted."""
    assert posts_of({"_id": "p1", "media": [None, {"url": "x"}]})["media_count"][0] == 1


def test_a_null_in_a_group_keeps_the_group() -> None:
    """The account that is named is in it, for a client and for an agency."""
    groups = [{"id": "g", "name": "Both", "accountIds": ["a1", None]}]
    listed = answer({"accounts": [ACCOUNT], "groups": groups})
    with Stub(listed).client() as client:
        assert ghl.fetch_accounts(client)["groups"].to_list() == [["Both"]]
    assert agency_accounts(listed)["groups"].to_list() == [["Both"]]


def agency_accounts(listed: httpx.Response) -> pd.DataFrame:
    """Fetch the accounts of an agency's sub-account."""
    token = {"access_token": "eyJminted", "locationId": LOCATION, "expires_in": 86399}
    stub = Stub(httpx.Response(201, json=token), listed)
    base_url = "https://services.leadconnectorhq.com"
    with Agency("eyJplanted", "company-1", base_url=base_url, transport=stub) as agency:
        return ghl.fetch_accounts(agency, locations=[LOCATION])


@folded("odd", [{"likes": None, "comments": None, "shares": None}, {}])
def test_sums_of_nulls_are_na(odd: dict[str, None]) -> None:
    """They are not nought."""
    wire = {"breakdowns": {"engagement": {"facebook": odd}, "reach": {"total": None}}}
    stub = Stub(answer({"accounts": [ACCOUNT], "groups": []}), answer(wire))
    with stub.client() as client:
        frame = ghl.fetch_statistics_breakdowns(client, *PERIOD)
    assert frame["value"].isna().all()


TIME = datetime(2026, 5, 9, 15, 20, 45, tzinfo=UTC)
TIMES: list[Any] = [
    1778340045,
    1778340045000,
    "1778340045000",
    1778340045000.0,
    1778340045000000,
    1778340045000000000,
    "2026-05-09T15:20:45.000Z",
    {"_seconds": 1778340045, "_nanoseconds": 0},
    {"$date": "2026-05-09T15:20:45.000Z"},
    {"$date": {"$numberLong": "1778340045000"}},
]


@folded("wire", TIMES)
def test_a_date_in_another_unit_is_read(wire: Any) -> None:
    """Of accounts by either way, and of posts."""
    listed = answer({"accounts": [{**ACCOUNT, "expire": wire, "createdAt": wire}], "groups": []})
    with Stub(listed).client() as client:
        frames = [ghl.fetch_accounts(client), agency_accounts(listed)]
    for frame in frames:
        assert frame["expire"].to_list() == [pd.Timestamp(TIME)]
        assert frame["created_at"].to_list() == [pd.Timestamp(TIME)]
    assert posts_of({"_id": "p1", "displayDate": wire})["display_date"][0] == pd.Timestamp(TIME)


@folded("wire", ["", "soon", True, [], {}, 10**30, "9" * 20, {"_seconds": {}}, {"$date": None}])
def test_what_is_no_date_is_nat(wire: Any) -> None:
    """It costs its own cell."""
    listed = answer({"accounts": [{**ACCOUNT, "expire": wire}, ACCOUNT], "groups": []})
    with Stub(listed).client() as client:
        frames = [ghl.fetch_accounts(client), agency_accounts(listed)]
    for frame in frames:
        assert frame["id"].to_list() == ["a1", "a1"]
        assert frame["expire"].isna().all()


@folded("odd", ["", "soon", "2026-13-05T09:00:00.000Z", "1778340045000", None, 1778340045000])
@folded("at", [0, 17, 999])
def test_one_odd_date_in_a_block_costs_only_that_one(odd: Any, at: int) -> None:
    """The thousand others are as they were."""
    accounts = [{**ACCOUNT, "expire": "2026-05-09T15:20:45.000Z"} for _ in range(1000)]
    accounts[at]["expire"] = odd
    frame = agency_accounts(answer({"accounts": accounts, "groups": []}))
    others = frame["expire"].drop(index=at)
    assert (others == pd.Timestamp(TIME)).all()
    is_date = "1778340045000" in str(odd)
    assert frame["expire"][at] == pd.Timestamp(TIME) if is_date else pd.isna(frame["expire"][at])


def test_the_others_of_a_block_are_not_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of dates is looked at by itself, however many there are."""
    from ghl_notebook.frames import arrays

    read: list[object] = []
    one_by_one = arrays._time
    monkeypatch.setattr(arrays, "_time", lambda text: read.append(text) or one_by_one(text))
    accounts = [{**ACCOUNT, "expire": "2026-05-09T15:20:45.000Z"} for _ in range(1000)]
    # None, and one of more digits than Arrow reads.
    accounts[3]["expire"], accounts[500]["expire"] = "", "2026-05-09T15:20:45.0000000001Z"
    agency_accounts(answer({"accounts": accounts, "groups": []}))
    assert 0 < len(read) <= 20


WORDS = "Error validating access token"
ERRORS: list[Any] = [
    {"message": WORDS, "code": 190},
    {"code": 190, "message": WORDS, "type": "OAuthException"},
    {"error": {"message": WORDS, "code": 190}},
    [{"message": WORDS}],
    {"errors": [{"message": WORDS}]},
    {"msg": WORDS},
    {"error_description": WORDS, "error": "x"},
    WORDS,
]


@folded("wire", ERRORS)
def test_the_error_of_a_post_is_its_message(wire: Any) -> None:
    """However deep it is in an object."""
    assert posts_of({"_id": "p1", "status": "failed", "error": wire})["error"][0] == WORDS


def test_an_error_without_a_message_shows_what_came() -> None:
    """Its JSON; an empty object is no error."""
    frame = posts_of({"_id": "p1", "error": {"code": 190}}, {"_id": "p2", "error": {}})
    assert frame["error"].to_list() == ['{"code":190}', pd.NA]


@folded("wire", [{"message": WORDS, "code": 190}, [{"message": WORDS}], WORDS])
def test_errors_elsewhere_are_their_messages(wire: Any) -> None:
    """Those of a CSV import's rows, and of a queue's items."""
    row = {"_id": "r1", "errorMessage": wire, "medias": [{"error": wire}]}
    item = {"_id": "i1", "errors": wire if isinstance(wire, list) else [wire]}
    with Stub(answer({"posts": [row], "count": 1})).client() as client:
        (found,) = client.csv_imports.get("c1").posts
    assert found.error_message == WORDS
    assert found.medias[0].error == WORDS
    with Stub(answer({"items": [item]})).client(api_version="v3") as client:
        (queued,) = client.queue_items.list("q1").items
    assert queued.errors == [WORDS]


@folded("count", [6, 8, 1, 30])
def test_another_number_of_values_than_days_is_na_and_a_word(
    count: int, caplog: pytest.LogCaptureFixture
) -> None:
    """No day beyond the period, and none of another day's numbers."""
    wire = {"postPerformance": {"likes": [1] * count, "comments": [2] * 7}}
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        frame = statistics_of(wire)
    likes = frame[frame["metric"] == "likes"]
    assert likes["value"].isna().all()
    assert likes["date"].to_list() == list(pd.date_range("2026-01-05", periods=7, tz="UTC"))
    assert values(frame, "comments") == [2.0] * 7
    assert f"{count} values of likes for 7 days" in caplog.text


def test_platforms_of_different_lengths_are_na(caplog: pytest.LogCaptureFixture) -> None:
    """Their days cannot be added."""
    posts = {"facebook": [1] * 7, "instagram": [1] * 6}
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        frame = statistics_of({"postPerformance": {"posts": posts}})
    assert values(frame, "posts") == [pd.NA] * 7
    assert "6 values of posts for 7 days" in caplog.text


def test_a_period_of_parts_of_days_may_have_one_value_less(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Seven times 24 hours are parts of eight days."""
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        frame = statistics_of(
            {"postPerformance": {"likes": [1] * 7}}, "2026-01-05T09:00Z", "2026-01-12T09:00Z"
        )
    assert values(frame, "likes") == [1.0] * 7
    assert not caplog.records


@folded(
    ("results", "says"),
    [
        ({"tags": "none"}, True),
        ({"tags": "vip, new", "count": 2}, True),
        ({"tags": ""}, False),
        ({"tags": " ", "count": "0"}, False),
        ({"tags": "none", "count": 0}, False),
        ({"tags": [], "count": 0}, False),
    ],
)
def test_tags_as_text_are_no_tags_and_a_word(results: dict[str, Any], says: bool) -> None:
    """A word where nothing says that there are none."""
    with Stub(answer(results)).client() as client:
        assert said_by(lambda: ghl.fetch_tags(client).empty) is says
        assert said_by(lambda: client.tags.details(["t1"]).tags == []) is says


def said_by(call: Any) -> bool:
    """Tell whether a call, which returns True, has logged a warning."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logger = logging.getLogger("ghl_notebook")
    logger.addHandler(handler)
    try:
        assert call()
    finally:
        logger.removeHandler(handler)
    return any(one.levelno == logging.WARNING for one in records)


def test_the_tags_of_a_post_as_text_have_a_word() -> None:
    """An empty text has none."""
    assert said_by(lambda: posts_of({"_id": "p1", "tags": "vip"})["tag_ids"][0] == [])
    assert not said_by(lambda: posts_of({"_id": "p1", "tags": ""})["tag_ids"][0] == [])


def test_a_client_shows_what_it_could_not_use() -> None:
    """A value of which a part is left out is in `extra` as it came; nulls alone are not."""
    row = {"_id": "p1", "accountIds": ["a1", {"x": 1}], "tags": ["t1", None]}
    with Stub(answer({"posts": [row], "count": 1})).client() as client:
        (post,) = listed(client)
    assert post.extra == {"accountIds": ["a1", {"x": 1}]}


def listed(client: Client) -> list[ghl.models.Post]:
    """List posts."""
    return client.posts.list("2026-01-05T00:00:00Z", "2026-01-11T00:00:00Z").posts
