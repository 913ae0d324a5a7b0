"""Categories and tags of posts."""

from __future__ import annotations

from datetime import datetime

import msgspec

from .record import Record


class Category(Record, kw_only=True):
    """A category of posts, with its two colors."""

    id: str | None = msgspec.field(default=None, name="_id")
    name: str | None = None
    primary_color: str | None = None
    secondary_color: str | None = None
    location_id: str | None = None
    created_by: str | None = None
    deleted: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class CategoryPage(Record, kw_only=True):
    """Some categories, and the total count."""

    categories: list[Category] = msgspec.field(default_factory=list)
    count: int | None = None


class Tag(Record, kw_only=True):
    """A tag of posts; `tag` is its name."""

    id: str | None = msgspec.field(default=None, name="_id")
    tag: str | None = None
    location_id: str | None = None
    created_by: str | None = None
    deleted: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class TagPage(Record, kw_only=True):
    """Some tags, and the total count."""

    tags: list[Tag] = msgspec.field(default_factory=list)
    count: int | None = None
