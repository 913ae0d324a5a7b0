"""`client.comments`: what people say to posts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ghl_notebook import Client
from ghl_notebook.errors import ArgumentError, BadRequestError
from ghl_notebook.models import Comment
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub, answer

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of v3, of a simulator of its own."""
    with (
        Simulator() as sim,
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, api_version="v3"
        ) as client,
    ):
        yield client


@pytest.fixture
def origin(client: Client) -> str:
    """The Facebook page."""
    return str(client.accounts.list().accounts[0].origin_id)


def all_of(client: Client, origin: str, **more: str) -> list[Comment]:
    """Return the comments on the page."""
    return client.comments.list("facebook", [origin], limit=100, **more).comments


def test_comments_are_listed_page_by_page(client: Client, origin: str) -> None:
    """The newest first; `meta` says how many there are."""
    every = all_of(client, origin)
    page = client.comments.list("facebook", [origin], skip=1, limit=2)
    assert page.comments == every[1:3]
    assert page.meta is not None
    assert (page.meta.total, page.meta.has_more) == (len(every), True)
    moments = [one.published_at for one in every]
    assert moments == sorted(moments, reverse=True)  # type: ignore[type-var]


def test_comments_are_chosen(client: Client, origin: str) -> None:
    """By post, by text, by period, and the most liked first."""
    every = all_of(client, origin)
    of_a_post = all_of(client, origin, parent_id=str(every[0].post_id))
    assert {one.post_id for one in of_a_post} == {every[0].post_id}
    assert all("?" in str(one.content) for one in all_of(client, origin, search="?"))
    likes = [one.like_count or 0 for one in all_of(client, origin, sort_by="top")]
    assert likes == sorted(likes, reverse=True)
    week = client.comments.list(
        "facebook", [origin], from_date=NOW - timedelta(days=14), to_date=NOW
    )
    assert len(week.comments) < len(every)


def test_a_reply_is_found_beneath_its_comment(client: Client, origin: str) -> None:
    """And not among the comments."""
    first, *_ = all_of(client, origin)
    assert first.id
    reply = client.comments.create("facebook", first.id, "Thank you!", is_parent_thread=False)
    assert (reply.level, reply.content) == (2, "Thank you!")
    assert reply in all_of(client, origin, parent_id=first.id)
    assert reply not in all_of(client, origin)


def test_a_comment_is_liked_once(client: Client, origin: str) -> None:
    """However often, and not any more when that is taken back."""
    (first, *_) = before = all_of(client, origin)
    assert first.id
    for _ in range(2):
        client.comments.like("facebook", first.id)
    assert all_of(client, origin)[0].like_count == (first.like_count or 0) + 1
    client.comments.unlike("facebook", first.id)
    assert all_of(client, origin) == before


def test_what_older_versions_do_not_know_is_not_asked() -> None:
    """The error says what to do, which 404 would not."""
    service = Stub(answer())
    older = service.client(user_id=None, api_version="2021-07-28")
    with pytest.raises(ArgumentError, match=r"does not have Queues\.create"):
        older.queues.create("category", [])
    with pytest.raises(ArgumentError, match="Version 2021-07-28 of the API") as caught:
        older.comments.list("facebook", ["1"])
    assert caught.value.next_step.startswith("Leave out api_version")
    assert service.requests == []


def test_instagram_has_no_likes_here() -> None:
    """The error names the platforms that have."""
    client = Stub(answer()).client(api_version="v3")
    with pytest.raises(ArgumentError, match="no platform 'Instagram'") as caught:
        client.comments.like("Instagram", "1")
    assert "facebook, linkedin" in caught.value.next_step


def test_a_period_has_two_ends() -> None:
    """The service wants both."""
    client = Stub(answer()).client(api_version="v3")
    with pytest.raises(ArgumentError, match="go together"):
        client.comments.list("facebook", ["1"], from_date=NOW)


def test_a_comment_on_nothing_is_refused(client: Client) -> None:
    """The service's words are in the error."""
    with pytest.raises(BadRequestError, match="Parent not found"):
        client.comments.create("facebook", "0" * 24, "Hello")


def test_a_comment_may_be_without_an_author() -> None:
    """It may be partial, says the document; what is unknown is kept."""
    wire = {"_id": "c1", "author": None, "attachments": None, "new": 1}
    page = Stub(answer({"comments": [wire]}, 201)).client(api_version="v3")
    (found,) = page.comments.list("facebook", ["1"]).comments
    assert (found.id, found.author, found.attachments) == ("c1", None, [])
    assert found.extra == {"new": 1, "attachments": None}
