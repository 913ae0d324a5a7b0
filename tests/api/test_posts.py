"""`client.posts`, against the simulator and against answers as they were seen."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.errors import BadRequestError, ValidationError
from ghl_notebook.models import PostMedia
from ghl_notebook.simulator import Simulator
from tests.api.stub import USER, Stub, answer

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
SINCE, UNTIL = NOW - timedelta(days=100), NOW + timedelta(days=100)
PERIOD = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")


def account_of(client: Client) -> str:
    """Return the first account."""
    return str(client.accounts.list().accounts[0].id)


def test_posts_are_listed_page_by_page(client: Client) -> None:
    """`count` says how many there are, `skip` and `limit` which of them come."""
    first = client.posts.list(SINCE, UNTIL, limit=5)
    second = client.posts.list(SINCE, UNTIL, skip=5, limit=5)
    moments = [post.display_date for post in (*first.posts, *second.posts)]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == 10
    assert first.count == second.count
    assert (first.count or 0) > 10


def test_a_draft_lives_and_is_deleted(sim: Simulator, client: Client) -> None:
    """Made, found, changed, and gone."""
    made = client.posts.create(
        [account_of(client)],
        summary="Hello",
        status="draft",
        media=[PostMedia(url="https://example.com/a.png", type="image/png")],
        tags=["tag-1"],
    )
    assert made.id
    assert (made.status, made.created_by, made.tags) == ("draft", sim.user_id, ["tag-1"])
    found = client.posts.edit(made.id, summary="Hello again")
    assert client.posts.get(made.id) == found
    assert (found.summary, found.media[0].type) == ("Hello again", "image")
    assert client.posts.delete(made.id) == made.id
    with pytest.raises(BadRequestError, match="Post not found"):
        client.posts.get(made.id)


def test_many_are_deleted_at_once(client: Client) -> None:
    """Those that there are; the number comes back."""
    ids = [str(client.posts.create([account_of(client)], status="draft").id) for _ in range(3)]
    assert client.posts.bulk_delete([*ids, "nobody"]) == 3


def test_what_the_service_does_not_say_is_none() -> None:
    """The documents leave the results of a bulk delete open."""
    client = Stub(answer("{ message: 'Posts deleted', deletedCount: 10 }", 201)).client()
    assert client.posts.bulk_delete(["p1"]) is None


def test_the_list_is_asked_for_in_texts() -> None:
    """Numbers and truth values as texts, and the accounts as one."""
    service = Stub(answer({"posts": []}, 201))
    service.client().posts.list(*PERIOD, accounts=["a", "b"], skip=20, limit=50)
    assert json.loads(service.request.content) == {
        "type": "all", "accounts": "a,b", "skip": "20", "limit": "50", "includeUsers": "true",
        "fromDate": "2026-01-01T00:00:00.000Z", "toDate": "2026-02-01T00:00:00.000Z",
    }  # fmt: skip


def test_a_post_is_sent_with_what_was_given_and_no_more() -> None:
    """But for the user and the media, which the service wants in practice."""
    service = Stub(answer({"post": {"_id": "p1"}}, 201))
    assert service.client().posts.create(["a1"], status="scheduled", schedule_date=NOW).id == "p1"
    assert json.loads(service.request.content) == {
        "accountIds": ["a1"], "type": "post", "media": [], "userId": USER, "status": "scheduled",
        "scheduleDate": "2026-01-05T09:00:00.000Z",
    }  # fmt: skip


def test_what_only_v3_knows_is_refused_by_older_versions(sim: Simulator) -> None:
    """The error names the property."""
    with (
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, api_version="2021-07-28"
        ) as client,
        pytest.raises(ValidationError, match="property applyWatermark should not exist"),
    ):
        client.posts.create([account_of(client)], status="draft", apply_watermark=True)


@pytest.mark.parametrize("lag", [0, 1])
def test_a_post_that_is_published_is_looked_up(
    sim: Simulator, lag: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The API returns no post then; one that is not listed yet has no id, and was created."""
    sim.levers.post_lag = lag
    with (
        caplog.at_level(logging.WARNING, "ghl_notebook"),
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, clock=lambda: sim.now
        ) as client,
    ):
        account = next(a for a in client.accounts.list().accounts if not a.is_expired)
        made = client.posts.create([str(account.id)], summary=f"Now {lag}")
        listed = client.posts.list(SINCE, UNTIL, limit=100).posts
    (found,) = (post for post in listed if post.summary == f"Now {lag}")
    assert made.id == (None if lag else found.id)
    assert made.status == ("in_progress" if lag else "published")
    assert ("does not list it yet" in caplog.text) is bool(lag)


def test_a_failed_look_up_is_no_failed_post(caplog: pytest.LogCaptureFixture) -> None:
    """The post was created."""
    lost = httpx.Response(401, json={"message": "The token is not authorized for this scope."})
    service = Stub(answer(None, 201), lost)
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        made = service.client().posts.create(["a1"], summary="x")
    assert (made.id, made.status, made.summary) == (None, "in_progress", "x")
    assert "the post was created" in caplog.text


def test_one_of_several_alike_is_the_latest(sim: Simulator) -> None:
    """The same text may have been published before."""
    with ghl.demo() as client:
        account = next(a for a in client.accounts.list().accounts if not a.is_expired)
        first = client.posts.create([str(account.id)], summary="Twice")
        client.simulator.pass_time(timedelta(minutes=1))
        second = client.posts.create([str(account.id)], summary="Twice")
    assert len({first.id, second.id, None}) == 3


@pytest.mark.parametrize("tags", ["", []])
def test_no_tags_may_come_as_a_text(tags: object) -> None:
    """The live service was seen to send an empty text where a list should be."""
    client = Stub(answer({"post": {"_id": "p1", "tags": tags}})).client()
    assert client.posts.get("p1").tags == []


def test_what_is_unknown_is_kept_at_every_depth() -> None:
    """A post, its media and its details keep fields that are in no document."""
    wire = {"new": 1, "media": [{"url": "u", "new": 2}], "gmbPostDetails": {"new": 3}}
    post = Stub(answer({"post": wire})).client().posts.get("p1")
    assert post.extra == {"new": 1}
    assert post.media[0].extra == {"new": 2}
    assert post.gmb_post_details is not None
    assert post.gmb_post_details.extra == {"new": 3}


def test_a_number_may_come_as_a_text() -> None:
    """The count of a list, for instance."""
    client = Stub(answer({"posts": [], "count": "12"}, 201)).client()
    assert client.posts.list(*PERIOD).count == 12


def test_a_new_post_may_be_missing_for_a_moment(sim: Simulator, client: Client) -> None:
    """The list follows what is made."""
    sim.levers.post_lag = 1
    made = client.posts.create([account_of(client)], status="draft")
    lists = [client.posts.list(SINCE, UNTIL, type="draft", limit=100) for _ in range(2)]
    assert [made.id in [post.id for post in page.posts] for page in lists] == [False, True]


def test_a_post_fails_where_its_account_is_gone() -> None:
    """It cannot be published there any more."""
    with ghl.demo() as client:
        lasting = [a for a in client.accounts.list().accounts if not (a.is_expired or a.deleted)][
            :2
        ]
        plan = {"status": "scheduled", "schedule_date": NOW + timedelta(days=1)}
        kept, lost = (client.posts.create([str(one.id)], **plan).id for one in lasting)  # type: ignore[arg-type]
        client.accounts.delete(str(lasting[1].id))
        client.simulator.pass_time(timedelta(days=2))
        assert client.posts.get(str(kept)).status == "published"
        assert client.posts.get(str(lost)).status == "failed"
