"""Comments on posts as a DataFrame."""

from __future__ import annotations

from ghl_notebook.models import CommentAttachment

from .accounts import PLATFORM
from .layout import FrameLayout, counted, nested
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

COMMENT_LAYOUT = FrameLayout(
    COMMENTS,
    {
        "author_id": nested("author", "id"),
        "author_name": nested("author", "name"),
        "attachment_count": counted("attachments", CommentAttachment()),
    },
)
