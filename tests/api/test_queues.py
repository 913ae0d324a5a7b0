"""`client.queues` and `client.queue_items`, against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ghl_notebook import Client
from ghl_notebook.errors import BadRequestError
from ghl_notebook.models import Queue, QueuePost, TimeSlot, Variation
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub, answer

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday
THURSDAY = datetime(2026, 1, 8, 17, 30, tzinfo=UTC)
SLOTS = [TimeSlot(day_of_week=1, time="09:00"), TimeSlot(day_of_week=4, time="17:30")]


@pytest.fixture
def now() -> list[datetime]:
    """The simulator's time, which a test may change."""
    return [NOW]


@pytest.fixture
def client(now: list[datetime]) -> Iterator[Client]:
    """A client of v3, of a simulator of its own."""
    with (
        Simulator(clock=lambda: now[0]) as sim,
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, api_version="v3"
        ) as client,
    ):
        yield client


@pytest.fixture
def queue(client: Client) -> Queue:
    """A draft of the first category."""
    category, *_ = client.categories.list().categories
    return client.queues.create(str(category.id), SLOTS)


def ids(client: Client, queue: Queue, session_id: str | None = None) -> list[str]:
    """Return the ids of a queue's items, in their order."""
    page = client.queue_items.list(str(queue.id), session_id=session_id, limit=100)
    return [str(item.id) for item in page.items]


def test_a_queue_begins_as_a_draft(client: Client, queue: Queue) -> None:
    """It has the category's published posts; nothing is planned."""
    assert queue.id
    page = client.queue_items.list(queue.id, limit=3)
    assert page.meta is not None
    assert (len(page.items), page.meta.limit) == (3, 3)
    assert {item.scheduled_date_time for item in page.items} == {None}
    assert page.items[0].post is not None
    found = client.queues.get(queue.id)
    assert (found.status, found.total_posts) == ("draft", page.meta.count)
    assert found.time_slots == SLOTS
    assert found.category is not None
    assert found.category.name == "Behind the scenes"


def test_categories_say_whether_they_have_a_queue(client: Client, queue: Queue) -> None:
    """A draft first, in the queue once it is active."""
    page = client.queues.available_categories()
    assert [one.status for one in page.categories] == ["draft", "available", "available"]
    assert page.meta is not None
    assert page.meta.count == 3
    client.queues.update(str(queue.id), status="active")
    first, *_ = client.queues.available_categories(q="behind").categories
    assert first.status == "in_queue"
    assert first.queue_details is not None
    assert first.queue_details.queue_id == queue.id
    listed = client.queues.list()
    assert [one.id for one in listed.queues] == [queue.id]


def test_an_active_queue_plans_its_next_post(client: Client, queue: Queue) -> None:
    """At the next of its times; the others follow, week by week."""
    active = client.queues.update(str(queue.id), status="active")
    assert (active.status, active.last_scheduled_time) == ("active", THURSDAY)
    planned = client.posts.get(str(active.current_post_id))
    assert (planned.status, planned.display_date) == ("scheduled", THURSDAY)
    slots = client.queue_items.slots(str(queue.id), limit=3)
    assert [slot.scheduled_date_time for slot in slots.slots] == [
        THURSDAY,
        NOW + timedelta(weeks=1),
        THURSDAY + timedelta(weeks=1),
    ]
    found = client.queues.calendar(NOW, NOW + timedelta(days=8))
    assert [one.scheduled_date_time for one in found.scheduled_posts] == [
        THURSDAY,
        NOW + timedelta(weeks=1),
    ]


def test_time_goes_on_and_posts_are_published(
    client: Client, queue: Queue, now: list[datetime]
) -> None:
    """The planned one is published, and the next one is planned."""
    active = client.queues.update(str(queue.id), status="active")
    now[0] += timedelta(days=4)
    later = client.queues.get(str(queue.id))
    assert client.posts.get(str(active.current_post_id)).status == "published"
    assert later.last_scheduled_time == NOW + timedelta(weeks=1)
    assert later.current_order != active.current_order


def test_what_a_queue_has_published_is_there_whoever_asks_first(
    client: Client, queue: Queue, now: list[datetime]
) -> None:
    """It goes on by itself: nobody has to look at it for that."""
    client.queues.update(str(queue.id), status="active")
    now[0] += timedelta(weeks=4)
    period = (NOW, now[0])
    first = [post.id for post in client.posts.list(*period, type="published", limit=50).posts]
    client.queues.get(str(queue.id))
    again = [post.id for post in client.posts.list(*period, type="published", limit=50).posts]
    assert len(first) >= 8
    assert first == again


def test_the_next_post_is_deleted_and_the_one_after_it_comes(client: Client, queue: Queue) -> None:
    """At the time after it."""
    active = client.queues.update(str(queue.id), status="active")
    client.queues.delete_active_post(str(active.current_post_id))
    later = client.queues.get(str(queue.id))
    assert later.current_post_id != active.current_post_id
    assert later.last_scheduled_time == NOW + timedelta(weeks=1)
    with pytest.raises(BadRequestError, match="Active post not found"):
        client.queues.delete_active_post(str(active.current_post_id))


def test_a_time_is_left_out(client: Client, queue: Queue) -> None:
    """Nothing is published then."""
    active = client.queues.update(str(queue.id), status="active", skip_date_time=THURSDAY)
    assert active.skip_date_time == [THURSDAY]
    assert active.last_scheduled_time == NOW + timedelta(weeks=1)


def test_a_paused_queue_plans_nothing(client: Client, queue: Queue) -> None:
    """And a deleted one is gone."""
    active = client.queues.update(str(queue.id), status="active")
    client.queues.update(str(queue.id), status="paused")
    with pytest.raises(BadRequestError, match="Post not found"):
        client.posts.get(str(active.current_post_id))
    assert client.queues.calendar(NOW, NOW + timedelta(days=30)).total == 0
    client.queues.update(str(queue.id), status="deleted")
    assert client.queues.list().queues == []


def test_an_edit_is_a_draft_until_it_is_saved(client: Client, queue: Queue) -> None:
    """Deleted, copied, changed and moved: the queue has it all at once."""
    before = ids(client, queue)
    session = client.queues.start_edit(str(queue.id))
    assert session.session_id
    assert session.item_count == len(before)
    one, two, three, *_ = ids(client, queue, session.session_id)
    given = {"session_id": session.session_id}
    client.queue_items.delete(str(queue.id), one, **given)
    copy = client.queue_items.clone(str(queue.id), two, **given, order=2500)
    moved = client.queue_items.update(
        str(queue.id), three, **given, new_order="top",
        modified_post_payload=QueuePost(summary="Changed"),
    )  # fmt: skip
    assert moved.queue_item is not None
    assert moved.queue_item.modified_post_payload is not None
    assert moved.queue_item.modified_post_payload.summary == "Changed"
    assert ids(client, queue) == before
    draft = ids(client, queue, session.session_id)
    assert draft[:3] == [three, two, copy.id]
    saved = client.queues.save_edit(str(queue.id), session.session_id)
    assert saved.total_posts_changed == 3
    assert client.queues.get(str(queue.id)).status == "active"
    after = ids(client, queue)
    assert after[:3] == [before[2], before[1], copy.id]
    assert before[0] not in after
    assert [slot.item_id for slot in saved.updated_slots] == after


def test_an_edit_is_shown_before_it_is_saved(client: Client, queue: Queue) -> None:
    """In a calendar of its own, with the items that were there as their origin."""
    session = client.queues.start_edit(str(queue.id))
    assert session.session_id
    found = client.queues.edit_calendar(
        str(queue.id), session.session_id, NOW, NOW + timedelta(days=8)
    )
    assert [one.scheduled_date_time for one in found.scheduled_posts] == [
        THURSDAY,
        NOW + timedelta(weeks=1),
    ]
    assert [one.original_item_id for one in found.scheduled_posts] == ids(client, queue)[:2]
    assert found.scheduled_posts[0].is_draft
    slots = client.queue_items.slots(str(queue.id), session_id=session.session_id, limit=1)
    assert slots.slots[0].scheduled_date_time == THURSDAY


def test_an_edit_goes_on_and_is_forgotten(client: Client, queue: Queue) -> None:
    """Starting again goes on; discarding ends it."""
    session = client.queues.start_edit(str(queue.id))
    assert session.session_id
    assert client.queues.start_edit(str(queue.id)).session_id == session.session_id
    client.queues.discard_edit(str(queue.id), session.session_id)
    with pytest.raises(BadRequestError, match="Edit session not found"):
        client.queue_items.list(str(queue.id), session_id=session.session_id)


def test_an_item_is_added_directly_and_reset(client: Client, queue: Queue) -> None:
    """With other texts, which are taken back."""
    made = client.queue_items.create(
        str(queue.id),
        modified_post_payload={"summary": "New"},
        variations=[Variation(content="Other"), {"content": "Third"}],
        direct_to_queue=True,
    )
    assert made.id == ids(client, queue)[-1]
    assert [one.content for one in made.variations] == ["Other", "Third"]
    reset = client.queue_items.reset(str(queue.id), str(made.id))
    assert reset.variations == []
    assert reset.post is not None
    assert reset.post.summary == "New"


def test_an_item_is_found_in_the_middle(client: Client, queue: Queue) -> None:
    """Of a page around it."""
    every = ids(client, queue)
    page = client.queue_items.list(str(queue.id), item_id=every[4], limit=3)
    assert [item.id for item in page.items] == every[3:6]


def test_new_posts_of_the_category_join(client: Client, queue: Queue) -> None:
    """Once they are published; one that was taken out does not come back."""
    account = str(client.accounts.list().accounts[0].id)
    before = ids(client, queue)
    client.posts.create([account], summary="Joins", category_id=queue.category_id)
    client.posts.list("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
    joined = [one for one in ids(client, queue) if one not in before]
    assert len(joined) == 1
    client.queue_items.delete(str(queue.id), joined[0])
    assert ids(client, queue) == before


def test_what_is_odd_breaks_nothing() -> None:
    """Numbers as texts, an instant that is none, and fields that nobody knows."""
    wire = {
        "_id": "q1", "totalPosts": "3", "lastScheduledTime": "soon", "skipDateTime": "never",
        "timeSlots": [{"dayOfWeek": "1", "time": "09:00", "new": 1}], "category": None, "new": 2,
    }  # fmt: skip
    results = {"queues": [wire], "meta": {"count": "1"}}
    page = Stub(answer(results, 201)).client(api_version="v3").queues.list()
    (queue,) = page.queues
    assert (queue.total_posts, queue.last_scheduled_time, queue.category) == (3, None, None)
    assert queue.time_slots == [TimeSlot(day_of_week=1, time="09:00", extra={"new": 1})]
    assert queue.extra == {"lastScheduledTime": "soon", "skipDateTime": "never", "new": 2}
