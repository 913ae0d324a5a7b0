"""Posts as DataFrames."""

from __future__ import annotations

from ghl_notebook.models import Post

from .accounts import PLATFORM
from .layout import FrameLayout, counted, joined, nested
from .schema import CategoryType, Schema

POST_STATUS = CategoryType(
    (
        "deleted",
        "draft",
        "failed",
        "in_progress",
        "in_review",
        "notification_sent",
        "pending",
        "published",
        "scheduled",
    )
)
POST_TYPE = CategoryType(("post", "reel", "story"))

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
        "media_count": counted("media"),
        "error": _error,
        "like_count": nested("insights", "like"),
        "comment_count": nested("insights", "comment"),
        "share_count": nested("insights", "share"),
        "approval_status": nested("post_approval_details", "approval_status"),
    },
)
