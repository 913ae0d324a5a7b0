"""Comments on posts as a DataFrame."""

from __future__ import annotations

from ghl_notebook.models import Comment, CommentAttachment

from .accounts import PLATFORM
from .records import Form
from .schema import Schema

COMMENTS: Schema = {
    "id": "string",
    "platform": PLATFORM,
    "content": "string",
    "author_id": "string",
    "author_name": "string",
    "published_at": "timestamp",
    "post_id": "string",
    "origin_id": "string",
    "like_count": "integer",
    "reply_count": "integer",
    "share_count": "integer",
    "attachment_count": "integer",
    "is_read": "boolean",
    "is_edited": "boolean",
    "is_deleted": "boolean",
    "platform_comment_id": "string",
    "preview_link": "string",
    "location_id": "string",
    "created_at": "timestamp",
    "updated_at": "timestamp",
}


_NO_ATTACHMENT = CommentAttachment()
"""A null among the attachments."""


def _author_id(comment: Comment) -> str | None:
    return None if comment.author is None else comment.author.id


def _author_name(comment: Comment) -> str | None:
    return None if comment.author is None else comment.author.name


def _attachment_count(comment: Comment) -> int:
    return len(comment.attachments) - comment.attachments.count(_NO_ATTACHMENT)


COMMENT_FORM = Form(
    COMMENTS,
    {
        "author_id": _author_id,
        "author_name": _author_name,
        "attachment_count": _attachment_count,
    },
)
