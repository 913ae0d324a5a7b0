"""The plan of a queue: its weekly times, and the post that it publishes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any

from .planner_records import Planner, Post, Queue, QueueItem
from .state import State, stamp

TIMEZONE = "UTC"
#: Distance between the orders of two items.
STEP = 1000.0
#: Weeks to look ahead: the search for a time must end, even if all times are skipped.
_MAX_WEEKS = 60

ItemSlot = tuple[QueueItem, datetime | None, bool]
"""An item, the time at which it is published, and whether that time is skipped."""


def moments(queue: Queue, after: datetime) -> Iterator[datetime]:
    """Yield the publishing times of a queue, the earliest first."""
    sunday = (after - timedelta(days=(after.weekday() + 1) % 7)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    week = sorted(_offset(slot["dayOfWeek"], slot["time"]) for slot in queue.slots)
    for number in range(_MAX_WEEKS):
        for offset in week:
            moment = sunday + timedelta(weeks=number) + offset
            if moment > after:
                yield moment


def _offset(day: int, time: str) -> timedelta:
    hours, _, minutes = time.partition(":")
    return timedelta(days=day, hours=int(hours), minutes=int(minutes))


def add_published(queue: Queue, planner: Planner, state: State) -> None:
    """Add the published posts of its category to a queue, each once."""
    for post in planner.posts.values():
        is_its = post.category_id == queue.category_id and post.source != "category-queue"
        if is_its and post.status == "published" and post.id not in queue.seen:
            orders = [item.order for item in queue.items.values()]
            order = min(orders) - STEP if queue.newest_first and orders else None
            made = QueueItem(
                id=state.hex_id("queue-item"),
                order=max(orders, default=0.0) + STEP if order is None else order,
                post=post,
                created_at=state.clock(),
            )
            queue.items[made.id] = made
            queue.seen.add(post.id)


def plan_due(queue: Queue, planner: Planner, state: State) -> None:
    """Plan the next post of an active queue, and all posts that were due before."""
    while queue.status == "active":
        post = planner.posts.get(queue.post_id or "")
        if post is not None and post.status == "scheduled":
            return
        if not _plan(queue, planner, state):
            return


def _plan(queue: Queue, planner: Planner, state: State) -> bool:
    """Plan the post after the last one; return whether there is a post to plan."""
    rows = queue.in_order(queue.items)
    if queue.order is not None and rows and rows[0].order == queue.order:
        rows = [*rows[1:], rows[0]]
    now = state.clock()
    for number, moment in enumerate(moments(queue, queue.last or now)):
        if not rows:
            break
        item = rows[number % len(rows)]
        queue.order, queue.last = item.order, moment
        if moment in queue.skips:
            continue
        post = Post(
            id=state.hex_id("post"), location_id=queue.location_id,
            status="published" if moment <= now else "scheduled", source="category-queue",
            account_ids=[*item.post.account_ids], platform=item.post.platform,
            created_by=queue.created_by, created_at=now, updated_at=now, content=content_of(item),
            schedule=moment, published_at=moment if moment <= now else None,
            category_id=queue.category_id,
        )  # fmt: skip
        planner.posts[post.id] = post
        queue.post_id = post.id
        return True
    return False


def content_of(item: QueueItem) -> dict[str, Any]:
    """Return the content that an item publishes."""
    content = {**item.post.content, **item.changes}
    if item.variations:
        content["summary"] = item.variations[0].get("content", content.get("summary"))
    return content


def slots_of(
    queue: Queue, items: dict[str, QueueItem], now: datetime, *, draft: bool
) -> list[ItemSlot]:
    """Return the time of each item; the items of an inactive queue have no time.

    Parameters
    ----------
    draft : bool
        Treat the queue as active.
    """
    rows = queue.in_order(items)
    if queue.status != "active" and not draft:
        return [(item, None, False) for item in rows]
    # A queue without times still has items.
    times = chain(_times(queue, now), repeat(None))
    return [(i, t, t in queue.skips) for i, t in zip(rows, times, strict=False)]


def _times(queue: Queue, now: datetime) -> Iterator[datetime]:
    if queue.status == "active" and queue.last is not None and queue.post_id is not None:
        yield queue.last
        yield from moments(queue, queue.last)
    else:
        yield from moments(queue, now)


def between(
    queue: Queue, items: dict[str, QueueItem], now: datetime, since: datetime, until: datetime
) -> Iterator[tuple[QueueItem, datetime]]:
    """Yield the items that a queue publishes in a period; after the last, the first follows."""
    rows = queue.in_order(items)
    for number, moment in enumerate(_times(queue, now) if rows else ()):
        if moment > until:
            return
        if moment >= since and moment not in queue.skips:
            yield rows[number % len(rows)], moment


def slot_row(slot: ItemSlot) -> dict[str, Any]:
    """Return the JSON of a slot."""
    item, moment, skipped = slot
    when = None if moment is None else stamp(moment)
    return {"itemId": item.id, "scheduledDateTime": when, "isSkipped": skipped}
