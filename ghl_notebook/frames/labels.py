"""Categories and tags of posts as DataFrames."""

from __future__ import annotations

from ghl_notebook.models import CategoryPage, TagPage

from .columns import Column
from .layout import FrameLayout

CATEGORY_LAYOUT = FrameLayout(
    "categories",
    {
        "id": Column("string", "The category"),
        "name": Column("string", "Its name"),
        "primary_color": Column("string", "For instance ``#004EEB``"),
        "secondary_color": Column("string", "The background color"),
        "location_id": Column("string", "The sub-account"),
        "created_by": Column("string", "The user who created it"),
        "deleted": Column("boolean", "Whether the API marks it as deleted"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
    },
    CategoryPage,
)
CATEGORIES = CATEGORY_LAYOUT.schema

TAG_LAYOUT = FrameLayout(
    "tags",
    {
        "id": Column("string", "The values of the column ``tags`` of `fetch_posts`"),
        "tag": Column("string", "Its name"),
        "location_id": Column("string", "The sub-account"),
        "created_by": Column("string", "The user who created it"),
        "deleted": Column("boolean", "Whether the API marks it as deleted"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
    },
    TagPage,
)
TAGS = TAG_LAYOUT.schema
