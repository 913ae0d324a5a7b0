"""Queues: posts of a category, published again and again at set times of the week."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from .categories import Category
from .posts import OgTags, Post, PostDetails, PostMedia
from .record import Record


class TimeSlot(Record, kw_only=True):
    """A time of the week: `day_of_week` 0 to 6, `time` for instance ``09:00``."""

    day_of_week: int | None = None
    time: str | None = None


class Queue(Record, kw_only=True):
    """A queue of a category. `status` is ``draft``, ``active`` or ``paused``.

    `current_post_id` is the `Post.id` of the next post.
    """

    id: str | None = msgspec.field(default=None, name="_id")
    status: str | None = None
    category_id: str | None = None
    category: Category | None = None
    time_slots: list[TimeSlot] = msgspec.field(default_factory=list)
    total_posts: int | None = None
    current_order: float | None = None
    current_post_id: str | None = None
    last_scheduled_time: datetime | None = None
    skip_date_time: list[datetime] = msgspec.field(default_factory=list)
    enable_future_posts: bool | None = None
    prioritize_new_content: bool | None = None
    start_date: datetime | None = None
    location_id: str | None = None
    created_by: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class QueueMeta(Record, kw_only=True):
    """The total count (text on the wire), and the range of this page."""

    count: int | None = None
    skip: int | None = None
    limit: int | None = None


class QueuePage(Record, kw_only=True):
    """Some queues, and the total count."""

    queues: list[Queue] = msgspec.field(default_factory=list)
    meta: QueueMeta | None = None


class QueueDetails(Record, kw_only=True):
    """The queue of a category."""

    queue_id: str | None = None
    prioritize_new_content: bool | None = None
    enable_future_posts: bool | None = None


class QueueCategory(Category, kw_only=True):
    """A category, and whether it has a queue: ``available``, ``in_queue`` or ``draft``."""

    status: str | None = None
    published_posts_count: int | None = None
    queue_details: QueueDetails | None = None


class QueueCategoryPage(Record, kw_only=True):
    """Some categories, and the total count."""

    categories: list[QueueCategory] = msgspec.field(default_factory=list)
    meta: QueueMeta | None = None


class Variation(Record, kw_only=True):
    """An alternative text of an item; the texts take turns."""

    id: str | None = msgspec.field(default=None, name="_id")
    content: str | None = None
    mentions: list[dict[str, Any]] | None = None
    og_tags: OgTags | None = None


class QueuePost(PostDetails, kw_only=True):
    """The contents of an item: its own post, or changes to the post that it was created from."""

    account_ids: list[str] | None = None
    type: str | None = None
    summary: str | None = None
    media: list[PostMedia] | None = None
    status: str | None = None
    schedule_date: str | None = None
    selected_best_time: str | None = None
    tags: list[str] | None = None
    category_id: str | None = None
    user_id: str | None = None
    created_by: str | None = None
    location_id: str | None = None
    follow_up_comment: str | None = None
    schedule_time_updated: bool | None = None
    apply_watermark: bool | None = None


class QueueItem(Record, kw_only=True):
    """A position in a queue, and its post.

    `scheduled_date_time` is None while the queue is not active.
    """

    id: str | None = msgspec.field(default=None, name="_id")
    order: float | None = None
    post_id: str | None = None
    post: Post | None = None
    modified_post_payload: Post | None = None
    variations: list[Variation] = msgspec.field(default_factory=list)
    current_variation: int | None = None
    scheduled_variation_index: int | None = None
    primary_image: str | None = None
    errors: list[str] = msgspec.field(default_factory=list)
    scheduled_date_time: datetime | None = None
    last_scheduled_time: datetime | None = None
    is_skipped: bool | None = None
    queue_id: str | None = None
    parent_post_id: str | None = None
    location_id: str | None = None
    deleted: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class QueueItemPage(Record, kw_only=True):
    """Some items, and the total count."""

    items: list[QueueItem] = msgspec.field(default_factory=list)
    meta: QueueMeta | None = None


class QueueSlot(Record, kw_only=True):
    """When an item is published; `is_skipped` means not at this time."""

    item_id: str | None = None
    scheduled_date_time: datetime | None = None
    is_skipped: bool | None = None


class QueueSlotPage(Record, kw_only=True):
    """Some slots, and the total count."""

    slots: list[QueueSlot] = msgspec.field(default_factory=list)
    total: int | None = None
    skip: int | None = None
    limit: int | None = None
    timezone: str | None = None


class QueueChange(Record, kw_only=True):
    """The effects of a change: the item itself, if there is one, and the slots of others."""

    message: str | None = None
    queue_item: QueueItem | None = None
    updated_slots: list[QueueSlot] = msgspec.field(default_factory=list)
    total_posts_changed: int | None = None


class EditSession(Record, kw_only=True):
    """An edit session: a draft copy of a queue's items."""

    session_id: str | None = None
    item_count: int | None = None
    message: str | None = None


class QueueScheduledPost(Record, kw_only=True):
    """A post that a queue will publish. In an edit session, `is_draft` is true."""

    scheduled_date_time: datetime | None = None
    post: Post | None = None
    queue_id: str | None = None
    queue_item_id: str | None = None
    original_item_id: str | None = None
    order: float | None = None
    category: Category | None = None
    variations: list[Variation] = msgspec.field(default_factory=list)
    current_variation: int | None = None
    primary_image: str | None = None
    errors: list[str] = msgspec.field(default_factory=list)
    timezone: str | None = None
    is_draft: bool | None = None


class QueueCalendar(Record, kw_only=True):
    """The posts that queues will publish in a period."""

    scheduled_posts: list[QueueScheduledPost] = msgspec.field(default_factory=list)
    total: int | None = None
    timezone: str | None = None
