"""Posts as DataFrames."""

from __future__ import annotations

from ghl_notebook.models import Post

from .accounts import PLATFORM
from .layout import FrameLayout
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


def joined(values: list[str]) -> str | None:
    """Return texts joined by commas; None if there are none, as if the API returned nothing."""
    return ", ".join(values) or None


def _account_ids(post: Post) -> str | None:
    return joined(post.account_ids)


def _tags(post: Post) -> str | None:
    return joined(post.tags)


def _media_count(post: Post) -> int:
    return len(post.media)


def _error(post: Post) -> str | None:
    return post.error or None  # empty text means no error


def _likes(post: Post) -> int | None:
    return None if post.insights is None else post.insights.like


def _comments(post: Post) -> int | None:
    return None if post.insights is None else post.insights.comment


def _shares(post: Post) -> int | None:
    return None if post.insights is None else post.insights.share


def _approval_status(post: Post) -> str | None:
    return (
        None if post.post_approval_details is None else post.post_approval_details.approval_status
    )


POST_LAYOUT = FrameLayout(
    POSTS,
    {
        "account_ids": _account_ids,
        "tags": _tags,
        "media_count": _media_count,
        "error": _error,
        "like_count": _likes,
        "comment_count": _comments,
        "share_count": _shares,
        "approval_status": _approval_status,
    },
)
