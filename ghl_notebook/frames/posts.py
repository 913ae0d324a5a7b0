"""Posts as DataFrames."""

from __future__ import annotations

from ghl_notebook.models import Post, PostMedia

from .accounts import PLATFORM
from .records import Form
from .schema import Category, Schema

POST_STATUS = Category(
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
POST_TYPE = Category(("post", "reel", "story"))

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


_NO_MEDIUM = PostMedia()
"""A null among the media."""


def joined(values: list[str]) -> str | None:
    """Return texts as one; None where there is none, as where the service says nothing."""
    return ", ".join(values) or None


def _account_ids(post: Post) -> str | None:
    return joined(post.account_ids)


def _tags(post: Post) -> str | None:
    return joined(post.tags)


def _media_count(post: Post) -> int:
    return len(post.media) - post.media.count(_NO_MEDIUM)


def _error(post: Post) -> str | None:
    return post.error or None  # where nothing went wrong, an empty text


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


POST_FORM = Form(
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
