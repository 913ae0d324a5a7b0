"""The platform of a post is that of its account, whatever the API says of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub, answer

PERIOD = ("2026-01-05", "2026-01-11")
ACCOUNTS = answer(
    {"accounts": [{"id": "a1", "platform": "facebook"}, {"id": "a2", "platform": "google"}]}
)


def posts(*wires: dict[str, Any]) -> httpx.Response:
    """Return a list of posts."""
    return answer({"posts": [*wires], "count": len(wires)})


@pytest.fixture
def demo() -> Iterator[Client]:
    """A demo of which some posts were created by the API."""
    with ghl.demo() as client:
        soon = client.clock() + timedelta(days=3)
        accounts = ghl.fetch_accounts(client)
        for account in accounts[~accounts["is_expired"]]["id"]:
            client.posts.create(
                [account], summary="By the API", status="scheduled", schedule_date=soon,
                media=[{"url": "https://example.com/a.jpg", "type": "image/jpeg"}],
            )  # fmt: skip
        yield client


def test_the_platform_is_that_of_the_account(demo: Client) -> None:
    """Also as a filter."""
    since, until = demo.clock(), demo.clock() + timedelta(days=7)
    assert {one.platform for one in demo.posts.list(since, until, limit=100).posts
            if one.summary == "By the API"} == {"google"}  # fmt: skip
    frame = ghl.fetch_posts(demo, since, until)
    platforms = ghl.fetch_accounts(demo).set_index("id")["platform"]
    assert frame["platform"].astype("string").to_list() == [
        platforms[one] for one in frame["account_id"]
    ]
    for platform in ("instagram", "google"):
        found = ghl.fetch_posts(demo, since, until, platform=platform)
        expected = frame[frame["platform"] == platform]
        assert found["id"].to_list() == expected["id"].to_list()
        assert (found["summary"] == "By the API").any()


def test_accounts_are_listed_only_where_it_is_doubtful() -> None:
    """One request more for a post that is said to be on Google, also without names."""
    certain = Stub(posts({"_id": "p1", "platform": "facebook", "accountId": "a1"}), ACCOUNTS)
    with certain.client() as client:
        ghl.fetch_posts(client, *PERIOD, names=False)
    assert len(certain.requests) == 1
    doubtful = Stub(
        posts(
            {"_id": "p1", "platform": "google", "accountId": "a1"},
            {"_id": "p2", "platform": "google", "accountIds": ["a2"]},
            {"_id": "p3", "platform": "google", "accountId": "gone"},
            {"_id": "p4", "platform": "instagram", "accountId": "a9"},
        ),
        ACCOUNTS,
    )
    with doubtful.client() as client:
        frame = ghl.fetch_posts(client, *PERIOD)
    assert len(doubtful.requests) == 2
    assert frame["platform"].isna().to_list() == [False, False, True, False]
    assert frame["platform"].dropna().to_list() == ["facebook", "google", "instagram"]


def test_a_platform_that_cannot_be_known_is_na(caplog: pytest.LogCaptureFixture) -> None:
    """With a warning; the posts are there."""
    lost = httpx.Response(401, json={"message": "The token is not authorized for this scope."})
    stub = Stub(posts({"_id": "p1", "platform": "google", "accountId": "a1"}), lost)
    with caplog.at_level(logging.WARNING, "ghl_notebook"), stub.client() as client:
        frame = ghl.fetch_posts(client, *PERIOD)
    assert frame["id"].to_list() == ["p1"]
    assert frame["platform"].isna().all()
    assert "the platforms of 1, and the accounts' names, are unknown" in caplog.text


def test_a_post_of_one_account_names_its_parent() -> None:
    """That of several accounts."""
    with Stub(posts({"_id": "p2", "parentPostId": "p1"})).client() as client:
        assert ghl.fetch_posts(client, *PERIOD)["parent_post_id"].to_list() == ["p1"]


def test_a_pinned_version_says_what_it_does_not_return(caplog: pytest.LogCaptureFixture) -> None:
    """Once, for a client and for an agency; the numbers are missing, and not zero."""
    for open_one in (ghl.demo, lambda **more: ghl.demo_agency(locations=2, **more)):
        caplog.clear()
        with (
            caplog.at_level(logging.WARNING, "ghl_notebook.fetch"),
            open_one(api_version="2021-07-28") as pinned,
        ):
            frame = ghl.fetch_posts(pinned, "2026-01-01", "2026-01-05")
        assert not frame.empty
        assert frame["like_count"].isna().all()
        assert [one.message for one in caplog.records if "likes" in one.message] == [
            "posts: version 2021-07-28 of the API does not return likes, comments, and shares of "
            "posts, and the details of all platforms, so they are missing; leave out api_version "
            "to get them"
        ]


def test_each_operation_has_its_version() -> None:
    """The user says nothing."""
    with Simulator() as sim:
        sim.levers.rate_limit = 1_000_000
        with Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
            ghl.fetch_posts(client, *PERIOD)
            ghl.fetch_accounts(client)
            ghl.fetch_queues(client)
            client.oauth.start("instagram")
            sent = {one.path.split("/")[-1]: one.headers["version"] for one in sim.requests}
        assert sent["list"] == "v3"
        assert (sent["accounts"], sent[""], sent["start"]) == ("2021-07-28",) * 3


@pytest.mark.parametrize("version", ["v3", "2021-07-28", None])
def test_numbers_come_without_a_word_about_versions(version: str | None) -> None:
    """Unless an older version is pinned."""
    with ghl.demo(api_version=version) as client:
        frame = ghl.fetch_posts(client, "2026-01-01", "2026-01-05", status="published")
    assert frame["like_count"].notna().all() == (version != "2021-07-28")


def test_an_agencys_posts_have_their_version() -> None:
    """Its connections are shared by all operations."""
    with ghl.demo_agency(locations=2) as agency:
        frame = ghl.fetch_posts(agency, "2025-12-01", "2026-01-05", status="published")
        versions = {
            one.headers["version"]
            for one in agency.simulator.requests
            if one.path.endswith("/posts/list")
        }
    assert versions == {"v3"}
    assert frame["like_count"].notna().all()
