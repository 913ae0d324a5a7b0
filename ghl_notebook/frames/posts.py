"""Posts as DataFrames."""

from __future__ import annotations

from typing import get_args

from ghl_notebook.models import Post, PostMedia, PostStatus, PostType

from .accounts import PLATFORM
from .layout import FrameLayout, counted, joined, nested
from .schema import CategoryType, Schema

POST_STATUS = CategoryType(get_args(PostStatus))
POST_TYPE = CategoryType(get_args(PostType))

POSTS: Schema = {
    "id": "string",
    "status": POST_STATUS,
    "type": POST_TYPE,
    "platform": PLATFORM,
    "display_date": "timestamp",
    "published_at": "timestamp",
    "summary": "string",
    "account_id": "string",
    "account_ids": "string",
    "tags": "string",
    "media_count": "integer",
    "error": "string",
    "post_id": "string",
    "parent_post_id": "string",
    "like_count": "integer",
    "comment_count": "integer",
    "share_count": "integer",
    "approval_status": "string",
    "source": "string",
    "created_by": "string",
    "location_id": "string",
    "created_at": "timestamp",
    "updated_at": "timestamp",
}


def _error(post: Post) -> str | None:
    return post.error or None  # empty text means no error


POST_LAYOUT = FrameLayout(
    POSTS,
    {
        "account_ids": joined("account_ids"),
        "tags": joined("tags"),
        "media_count": counted("media", PostMedia()),
        "error": _error,
        "like_count": nested("insights", "like"),
        "comment_count": nested("insights", "comment"),
        "share_count": nested("insights", "share"),
        "approval_status": nested("post_approval_details", "approval_status"),
    },
)
