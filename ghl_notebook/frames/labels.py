"""Categories and tags of posts as DataFrames."""

from __future__ import annotations

from ghl_notebook.models import CategoryPage, TagPage

from .columns import Column
from .layout import FrameLayout

CATEGORY_LAYOUT = FrameLayout(
    "categories",
    {
        "name": Column("string", "Its name"),
        "primary_color": Column("string", "For instance ``#004EEB``"),
        "secondary_color": Column("string", "The background color"),
        "deleted": Column("boolean", "Whether the API marks it as deleted"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
        "id": Column("string", "The category"),
        "created_by": Column("string", "The user who created it"),
        "location_id": Column("string", "The sub-account"),
    },
    CategoryPage,
)
CATEGORIES = CATEGORY_LAYOUT.schema

TAG_LAYOUT = FrameLayout(
    "tags",
    {
        "tag": Column("string", "Its name"),
        "deleted": Column("boolean", "Whether the API marks it as deleted"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
        "id": Column("string", "The values of the column ``tag_ids`` of `fetch_posts`"),
        "created_by": Column("string", "The user who created it"),
        "location_id": Column("string", "The sub-account"),
    },
    TagPage,
)
TAGS = TAG_LAYOUT.schema
