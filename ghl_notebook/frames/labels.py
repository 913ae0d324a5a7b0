"""What posts are ordered by, as DataFrames: categories and tags."""

from __future__ import annotations

from .records import Form
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

CATEGORY_FORM = Form(CATEGORIES)
TAG_FORM = Form(TAGS)
