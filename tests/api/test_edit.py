"""`client.posts.edit` on a service whose PUT replaces the whole post: nothing of it is lost."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ghl_notebook import AsyncClient
from ghl_notebook.errors import ArgumentError, UnexpectedAnswerError, ValidationError
from ghl_notebook.models import Post, PostMedia
from ghl_notebook.simulator import Simulator
from tests.api.in_process import InProcess
from tests.api.stub import Stub, answer
from tests.folding import folded

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=20)
MEDIA = [
    {"url": "https://example.com/a.jpg", "type": "image/jpeg", "caption": "A"},
    {"url": "https://example.com/b.mp4", "type": "video/mp4"},
]


@pytest.fixture
def service() -> InProcess:
    """A simulator without a server."""
    return InProcess(Simulator())


async def account_of(client: AsyncClient) -> str:
    """Return an account that can post."""
    accounts = (await client.accounts.list()).accounts
    return str(next(one.id for one in accounts if not (one.deleted or one.is_expired)))


async def scheduled(client: AsyncClient, **more: Any) -> str:
    """Schedule a post with two media, and return its id."""
    plan = {"summary": "Hello", "media": MEDIA, "status": "scheduled", "schedule_date": LATER}
    made = await client.posts.create([await account_of(client)], **{**plan, **more})
    return str(made.id)


async def test_a_changed_text_leaves_the_schedule_and_the_media(service: InProcess) -> None:
    """The three requests of an edit: the post is read, sent completely, and read again."""
    async with service.client() as client:
        post_id = await scheduled(client, tags=["tag-1"])
        del service.sent[:]
        post = await client.posts.edit(post_id, summary="Hello again")
    assert [one.method for one in service.sent] == ["GET", "PUT", "GET"]
    assert (post.summary, post.status, post.display_date) == ("Hello again", "scheduled", LATER)
    assert [one.url for one in post.media] == [one["url"] for one in MEDIA]
    assert post.tags == ["tag-1"]
    sent = json.loads(service.sent[1].body)
    assert sent["media"] == MEDIA
    assert sent["scheduleTimeUpdated"] is True
    assert sent["scheduleDate"] == "2026-01-25T09:00:00.000Z"
    assert sent["userId"] == service.sim.user_id


async def test_a_schedule_ends_when_the_caller_says_so(service: InProcess) -> None:
    """By the status of a draft, and begins again with a date."""
    async with service.client() as client:
        post_id = await scheduled(client)
        assert (await client.posts.edit(post_id, status="draft")).status == "draft"
        later = LATER + timedelta(days=1)
        post = await client.posts.edit(post_id, status="scheduled", schedule_date=later)
    assert (post.status, post.display_date, len(post.media)) == ("scheduled", later, 2)


async def test_a_published_post_is_refused_before_anything_is_sent(service: InProcess) -> None:
    """It was only read."""
    async with service.client() as client:
        page = await client.posts.list(NOW - timedelta(days=9), NOW, type="published", limit=1)
        del service.sent[:]
        with pytest.raises(ArgumentError, match="The post is published"):
            await client.posts.edit(str(page.posts[0].id), summary="Too late")
    assert [one.method for one in service.sent] == ["GET"]


@pytest.mark.parametrize("lever", ["draft", "published"])
async def test_a_put_of_some_fields_loses_the_others(service: InProcess, lever: str) -> None:
    """The simulated service replaces the post, as the live one was seen to do."""
    service.sim.levers.unscheduled = lever  # type: ignore[assignment]
    async with service.client() as client:
        post_id = await scheduled(client)
        bodies = {"type": "post", "summary": "x", "userId": "u", "accountIds": []}
        post = await client.posts.get(post_id)
        bodies["accountIds"] = post.account_ids
        await client._sender.call(
            "PUT",
            "/social-media-posting/{locationId}/posts/{id}",
            path={"locationId": client.location_id, "id": post_id},
            body=bodies,
        )
        now = await client.posts.get(post_id)
    assert (now.status, now.media) == (lever, [])


@folded(
    "media",
    [
        [{"url": "https://x.test/a.png", "type": "image"}],
        [{"url": "https://x.test/a.png", "type": "image/png", "thumbnail": "https://x.test/t"}],
    ],
)
async def test_what_a_get_returns_cannot_be_sent_back(media: Any) -> None:
    """Neither words in place of MIME types, nor thumbnails; a draft is not checked."""
    service = InProcess(Simulator())
    async with service.client() as client:
        post = await client.posts.get(await scheduled(client))
        assert [one.type for one in post.media] == ["image", "video"]
        assert all(one.thumbnail for one in post.media)
        raw = {
            "accountIds": post.account_ids, "type": "post", "userId": "u", "media": media,
            "status": "scheduled", "scheduleDate": LATER.isoformat(),
        }  # fmt: skip
        path = {"locationId": client.location_id, "id": str(post.id)}
        template = "/social-media-posting/{locationId}/posts/{id}"
        with pytest.raises(ValidationError, match=r"media\.0\."):
            await client._sender.call("PUT", template, path=path, body=raw)
        draft = {**raw, "status": "draft"}
        await client._sender.call("PUT", template, path=path, body=draft)


TYPES = [
    ({"url": "https://x.test/a.png?x=1", "type": "image"}, "image/png"),
    ({"url": "https://x.test/a", "type": "image"}, "image/jpeg"),
    ({"url": "https://x.test/a.mov", "type": "video"}, "video/quicktime"),
    ({"url": "https://x.test/a", "type": "VIDEO"}, "video/mp4"),
    ({"url": "https://x.test/a.gif"}, "image/gif"),
    ({"url": "https://x.test/a.jpg", "type": "video"}, "video/mp4"),
    ({"url": "https://x.test/a.jpg", "type": "image/webp"}, "image/webp"),
]


@folded(("media", "mime"), TYPES)
async def test_media_get_mime_types(media: dict[str, str], mime: str) -> None:
    """By their addresses, else by the word; what is one already stays."""
    stub = Stub(answer({"post": {"_id": "p1"}}, 201))
    async with stub.async_client() as client:
        await client.posts.create(["a1"], media=[media], status="draft")
    assert json.loads(stub.request.content)["media"] == [{**media, "type": mime}]


POST = {
    "_id": "p1", "status": "scheduled", "type": "post", "summary": "x", "accountIds": ["a1"],
    "displayDate": "2026-01-25T09:00:00.000Z", "createdAt": "2026-01-05T09:00:00.000Z",
    "media": [{"url": "https://x.test/a.jpg", "type": "image"}], "createdBy": "u1",
}  # fmt: skip


@folded(
    ("field", "value"),
    [
        ("media", "none"), ("media", {"url": "u"}), ("media", [{}]), ("media", [17]),
        ("summary", ["x"]), ("accountIds", "a1"), ("status", None), ("status", {}), ("type", None),
        ("tags", "vip, new"), ("gmbPostDetails", {"title": {"x": 1}}), ("displayDate", "soon"),
    ],
)  # fmt: skip
async def test_a_part_that_cannot_be_read_is_not_lost(field: str, value: Any) -> None:
    """Nothing is sent, and the error names it."""
    stub = Stub(answer({"post": {**POST, field: value}}))
    async with stub.async_client() as client:
        with pytest.raises((UnexpectedAnswerError, ArgumentError)):
            await client.posts.edit("p1", follow_up_comment="x")
    assert [one.method for one in stub.requests] == ["GET"]


@folded(
    ("now", "says"),
    [
        ({"status": "draft"}, "its status is draft, not scheduled"),
        ({"status": "published"}, "its status is published, not scheduled"),
        ({"displayDate": "2026-01-26T09:00:00.000Z"}, "its date is 2026-01-26"),
        ({"media": []}, "it has 0 of 1 media"),
        ({"media": [{"url": "https://x.test/b.jpg"}]}, "its media have other addresses"),
        ({"summary": "y"}, "its text has 1 of 3 characters"),
        ({"accountIds": ["a2"]}, "it is on other accounts"),
    ],
)
async def test_a_post_that_is_not_as_it_was_sent_is_an_error(now: Any, says: str) -> None:
    """The error says what the post is now."""
    after = {**POST, "summary": "new", **now}
    stub = Stub(answer({"post": POST}), answer(), answer({"post": after}))
    async with stub.async_client() as client:
        with pytest.raises(UnexpectedAnswerError) as caught:
            await client.posts.edit("p1", summary="new")
    assert says in str(caught.value)


async def test_a_post_that_is_published_now_is_in_progress(service: InProcess) -> None:
    """What was asked for has begun."""
    async with service.client() as client:
        post = await client.posts.edit(await scheduled(client), status="published")
    assert post.status == "published"
    assert len(post.media) == 2


async def edited(seed: int, edits: int) -> None:
    """Edit posts at random, and compare each with what it is meant to be."""
    rng = random.Random(seed)
    service = InProcess(Simulator())
    levers = service.sim.levers
    async with service.client() as client:
        accounts = [
            str(one.id)
            for one in (await client.accounts.list()).accounts
            if not (one.deleted or one.is_expired)
        ]
        planner = service.sim._context.planners.to_change(client.location_id)
        planner.posts = {k: v for k, v in planner.posts.items() if v.status == "published"}
        planner.posts = dict([*planner.posts.items()][:3])
        published = [*planner.posts]
        meant: dict[str, dict[str, Any]] = {}
        for number in range(12):
            plan = _drawn(rng, accounts, f"first {number}") | {"type": "post"}
            meant[str((await client.posts.create(**plan)).id)] = plan
        for number in range(edits):
            levers.unscheduled = rng.choice(["draft", "published"])
            levers.shown_media = rng.choice(["words", "words", "sent"])
            levers.empty_tags = rng.choice(["list", "text"])
            if number % 50 == 0:
                with pytest.raises(ArgumentError):
                    await client.posts.edit(rng.choice(published), summary="x")
            post_id = rng.choice([*meant])
            plan = _drawn(rng, accounts, f"text {number}")
            names = rng.sample([*plan], rng.randint(1, len(plan)))
            changes = {name: plan[name] for name in names}
            if changes.get("status") == "scheduled" or "schedule_date" in changes:
                changes |= {"status": "scheduled", "schedule_date": LATER + _minutes(rng)}
            if "media" in changes and rng.random() < 0.5:  # as a user adds one to what is there
                had = (await client.posts.get(post_id)).media
                changes["media"] = [*had, PostMedia(**plan["media"][0])] if plan["media"] else had
            now = await client.posts.edit(post_id, **changes)
            meant[post_id] |= changes
            _compare(now, planner.posts[post_id], meant[post_id])
    assert meant.keys() | {*published} == planner.posts.keys()
    assert {planner.posts[one].status for one in meant} <= {"draft", "scheduled"}


def _minutes(rng: random.Random) -> timedelta:
    return timedelta(minutes=rng.randint(0, 20_000))


def _drawn(rng: random.Random, accounts: list[str], text: str) -> dict[str, Any]:
    media = [
        {"url": f"https://example.com/{rng.random()}{end}", "type": kind, "caption": text}
        for end, kind in rng.choices(
            [(".jpg", "image/jpeg"), (".png", "image/png"), (".mp4", "video/mp4")],
            k=rng.randint(0, 5),
        )
    ]
    status = rng.choice(["draft", "scheduled"])
    date = {"schedule_date": LATER + _minutes(rng)} if status == "scheduled" else {}
    return {
        "summary": rng.choice([text, f"{text} 😀", ""]), "media": media, "status": status,
        "tags": rng.sample(["t1", "t2", "t3"], rng.randint(0, 2)),
        "account_ids": rng.sample(accounts, rng.randint(1, 2)), **date,
    }  # fmt: skip


def _compare(now: Post, stored: Any, meant: dict[str, Any]) -> None:
    wire = [one if isinstance(one, dict) else {"url": one.url, "caption": one.caption}
            for one in meant["media"]]  # fmt: skip
    kept = stored.content["media"]
    assert [(one["url"], one.get("caption")) for one in kept] == [
        (one["url"], one.get("caption")) for one in wire
    ]
    assert all("/" in one["type"] and "thumbnail" not in one for one in kept)
    assert stored.content["summary"] == meant["summary"] == (now.summary or "")
    assert stored.content.get("tags", []) == meant["tags"]
    assert stored.account_ids == meant["account_ids"]
    assert stored.status == meant["status"] == now.status
    if meant["status"] == "scheduled":
        assert stored.schedule == meant["schedule_date"] == now.display_date


async def test_no_post_is_lost_by_random_edits() -> None:
    """None is published by accident, and no media are lost."""
    await edited(seed=1, edits=40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
async def test_no_post_is_lost_by_ten_thousand_random_edits(seed: int) -> None:
    """A thousand for each seed."""
    await edited(seed=100 + seed, edits=1000)
