"""The records of the simulated Social Planner: posts, labels, comments, imports and queues."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Post:
    """A post: planned, published, failed or deleted."""

    id: str
    location_id: str
    status: str
    source: str
    account_ids: list[str]
    platform: str
    created_by: str
    created_at: datetime
    updated_at: datetime
    #: Stored and returned as it was sent: text, media, tags, and the platforms' details.
    content: dict[str, Any]
    schedule: datetime | None = None
    published_at: datetime | None = None
    category_id: str | None = None
    #: From how many more lists the post is absent.
    lag: int = 0
    is_from_api: bool = False
    #: The post of several accounts that a post of one account belongs to.
    parent_id: str | None = None
    #: Factor for the number of people who see the post.
    appeal: float = 1.0
    #: Why it failed.
    error: str = ""

    @property
    def moment(self) -> datetime:
        """The time of publishing, past or planned; for a draft, of its creation."""
        return self.published_at or self.schedule or self.created_at


@dataclass(frozen=True, slots=True)
class Label:
    """A category or a tag; a tag has no colors."""

    id: str
    location_id: str
    name: str
    created_by: str
    created_at: datetime
    primary_color: str = ""
    secondary_color: str = ""


@dataclass(slots=True)
class Comment:
    """A comment on a post, or a reply, whose parent is a comment."""

    id: str
    post_id: str
    parent_id: str
    platform: str
    origin_id: str
    author: str
    content: str
    published_at: datetime
    likes: int = 0
    liked: bool = False
    is_read: bool = False
    attachments: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class CsvRow:
    """A row of an import; ``fault`` is the reason why it cannot be planned."""

    id: str
    summary: str
    schedule: str
    media: list[str]
    link: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file, with its path."""

    path: str
    name: str
    size: int
    rows: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file of the media library; of its content, the checksum (SHA-256) is stored."""

    id: str
    name: str
    url: str
    media_type: str
    size: int
    sha256: str
    parent_id: str
    created_at: datetime


@dataclass(slots=True)
class CsvImport:
    """The import of a file of posts."""

    id: str
    upload: Upload
    status: str
    account_ids: list[str]
    rows: dict[str, CsvRow]
    created_by: str
    approver: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class QueueItem:
    """An item of a queue; ``changes`` override the content of its post."""

    id: str
    order: float
    post: Post
    created_at: datetime
    changes: dict[str, Any] = field(default_factory=dict)
    variations: list[dict[str, Any]] = field(default_factory=list)
    primary_image: str = ""
    #: In an edit session: the item that it is a copy of.
    original_id: str | None = None


@dataclass(slots=True)
class EditSession:
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
    #: All posts that were ever in the queue: a removed post is not added again.
    seen: set[str] = field(default_factory=set)
    session: EditSession | None = None
    skips: list[datetime] = field(default_factory=list)
    #: The next post of an active queue: order of its item, id, and time.
    order: float | None = None
    post_id: str | None = None
    last: datetime | None = None

    def in_order(self, items: dict[str, QueueItem]) -> list[QueueItem]:
        """Return items in the order of publishing, from the next one around to it again."""
        rows = sorted(items.values(), key=lambda item: item.order)
        if self.order is None:
            return rows
        turn = self.order
        return [*(i for i in rows if i.order >= turn), *(i for i in rows if i.order < turn)]


def copied(items: dict[str, QueueItem]) -> dict[str, QueueItem]:
    """Return copies of items that can be changed independently."""
    return {
        one.id: replace(one, changes={**one.changes}, variations=[*one.variations])
        for one in items.values()
    }


@dataclass(slots=True)
class Planner:
    """All planned and published content of one sub-account."""

    location_id: str
    posts: dict[str, Post] = field(default_factory=dict)
    categories: dict[str, Label] = field(default_factory=dict)
    tags: dict[str, Label] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    imports: dict[str, CsvImport] = field(default_factory=dict)
    media: dict[str, MediaFile] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    #: An unchanged planner can be forgotten and generated again.
    is_changed: bool = False

    @property
    def live_queues(self) -> list[Queue]:
        """The queues that are not deleted."""
        return [queue for queue in self.queues.values() if queue.status != "deleted"]

    @property
    def comment_counts(self) -> Counter[str]:
        """The number of comments of each post, including replies."""
        return Counter(comment.post_id for comment in self.comments.values())
