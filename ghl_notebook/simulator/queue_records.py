"""What the simulator keeps about queues: their items, and sessions that edit a copy of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .planner_records import Post


@dataclass(slots=True)
class QueueItem:
    """A place in a queue; ``changes`` are laid over the content of its post."""

    id: str
    order: float
    post: Post
    created_at: datetime
    changes: dict[str, Any] = field(default_factory=dict)
    variations: list[dict[str, Any]] = field(default_factory=list)
    primary_image: str = ""
    #: Of an edit session: the item that it was copied from.
    original_id: str | None = None


@dataclass(slots=True)
class Session:
    """An edit session: a copy of the items of a queue."""

    id: str
    queue_id: str
    items: dict[str, QueueItem]


@dataclass(slots=True)
class Queue:
    """A queue of a category."""

    id: str
    location_id: str
    category_id: str
    status: str
    slots: list[dict[str, Any]]
    takes_new: bool
    newest_first: bool
    created_by: str
    created_at: datetime
    updated_at: datetime
    items: dict[str, QueueItem] = field(default_factory=dict)
    #: Posts that are in it, or were: one that was taken out does not come back.
    seen: set[str] = field(default_factory=set)
    session: Session | None = None
    skips: list[datetime] = field(default_factory=list)
    #: What is published next, where it is active: the item's place, the post and its moment.
    order: float | None = None
    post_id: str | None = None
    last: datetime | None = None

    def in_order(self, items: dict[str, QueueItem]) -> list[QueueItem]:
        """Return items as they are published: from the one whose turn it is, and around."""
        rows = sorted(items.values(), key=lambda item: item.order)
        if self.order is None:
            return rows
        turn = self.order
        return [*(i for i in rows if i.order >= turn), *(i for i in rows if i.order < turn)]


def copied(items: dict[str, QueueItem]) -> dict[str, QueueItem]:
    """Return items that may be changed without changing these."""
    return {
        one.id: replace(one, changes={**one.changes}, variations=[*one.variations])
        for one in items.values()
    }
