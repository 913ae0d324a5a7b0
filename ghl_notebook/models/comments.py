"""Comments on posts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from .record import Record

CommentPlatform = Literal[
    "facebook",
    "linkedin",
    "community",
    "tiktok",
    "bluesky",
    "instagram",
    "youtube",
    "threads",
]
"""Platforms whose comments the API has."""


class CommentAuthor(Record, kw_only=True):
    """The author of a comment."""

    id: str | None = None
    name: str | None = None
    profile_pic: str | None = None


class CommentAttachment(Record, kw_only=True):
    """A picture in a comment. To send one, set `url` and `type` (``image``)."""

    url: str | None = None
    type: str | None = None
    thumbnail: str | None = None
    video_url: str | None = None


class Mention(Record, kw_only=True):
    """A person mentioned in a comment: the position in its text, and the person's id."""

    name: str | None = None
    id: str | None = None
    offset: int | None = None
    length: int | None = None
    slug: str | None = None


class Comment(Record, kw_only=True):
    """A comment on a post, or a reply to one.

    `level` is 1 for a comment and 2 for a reply; `post_id` is a `Post.id`, `origin_id` an
    `Account.origin_id`.
    """

    id: str | None = msgspec.field(default=None, name="_id")
    platform: str | None = None
    content: str | None = None
    author: CommentAuthor | None = None
    published_at: datetime | None = None
    post_id: str | None = None
    origin_id: str | None = None
    level: int | None = None
    like_count: int | None = None
    reaction_count: int | None = None
    reply_count: int | None = None
    share_count: int | None = None
    repost_count: int | None = None
    quote_count: int | None = None
    is_read: bool | None = None
    is_deleted: bool | None = None
    is_edited: bool | None = None
    is_parent_thread: bool | None = None
    is_post: bool | None = None
    attachments: list[CommentAttachment] = msgspec.field(default_factory=list)
    platform_comment_id: str | None = None
    platform_parent_id: str | None = None
    platform_post_id: str | None = None
    preview_link: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class CommentsMeta(Record, kw_only=True):
    """The total count of comments, and the range of this page."""

    total: int | None = None
    total_unread: int | None = None
    skip: int | None = None
    limit: int | None = None
    has_more: bool | None = None


class CommentPage(Record, kw_only=True):
    """Some comments, and the total count."""

    comments: list[Comment] = msgspec.field(default_factory=list)
    meta: CommentsMeta | None = None
