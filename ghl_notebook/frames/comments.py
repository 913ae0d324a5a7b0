"""Comments on posts as a DataFrame."""

from __future__ import annotations

from ghl_notebook.models import CommentPage

from .accounts import PLATFORM
from .columns import Column, count_records
from .layout import FrameLayout

COMMENT_LAYOUT = FrameLayout(
    "comments",
    {
        "account": Column("string", "Name of the account", names_of="origin_id"),
        "platform": Column(PLATFORM, "For instance ``facebook``"),
        "content": Column("string", "Text"),
        "author_name": Column("string", "The author's name", "author.name"),
        "published_at": Column("timestamp", "When it was published (UTC)"),
        "like_count": Column("integer", "Likes"),
        "reply_count": Column("integer", "Replies"),
        "share_count": Column("integer", "Shares"),
        "attachment_count": Column("integer", "Pictures", "attachments.url", convert=count_records),
        "is_read": Column("boolean", "Whether a user has read it"),
        "is_edited": Column("boolean", "Whether the author has changed it"),
        "is_deleted": Column("boolean", "Whether it was deleted"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
        "preview_link": Column("string", "URL of the comment"),
        "id": Column("string", "The comment"),
        "author_id": Column("string", "The author's id on the platform", "author.id"),
        "post_id": Column("string", "The post: ``id`` of `fetch_posts`"),
        "origin_id": Column("string", "The account: ``origin_id`` of `fetch_accounts`"),
        "platform_comment_id": Column("string", "Its id on the platform"),
        "location_id": Column("string", "The sub-account"),
    },
    CommentPage,
)
COMMENTS = COMMENT_LAYOUT.schema
