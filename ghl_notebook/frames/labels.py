"""Categories and tags of posts as DataFrames."""

from __future__ import annotations

from .layout import FrameLayout
from .schema import Schema

CATEGORIES: Schema = {
    "id": "string",
    "name": "string",
    "primary_color": "string",
    "secondary_color": "string",
    "location_id": "string",
    "created_by": "string",
    "deleted": "boolean",
    "created_at": "timestamp",
    "updated_at": "timestamp",
}

TAGS: Schema = {
    "id": "string",
    "tag": "string",
    "location_id": "string",
    "created_by": "string",
    "deleted": "boolean",
    "created_at": "timestamp",
    "updated_at": "timestamp",
}

CATEGORY_LAYOUT = FrameLayout(CATEGORIES)
TAG_LAYOUT = FrameLayout(TAGS)
