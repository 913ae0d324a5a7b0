"""Posts as DataFrames."""

from __future__ import annotations

from typing import get_args

from ghl_notebook.models import PostPage, PostStatus, PostType

from .accounts import PLATFORM
from .columns import Column, count_records, lists_of, texts_or_none
from .layout import FrameLayout
from .schema import CategoryType

POST_STATUS = CategoryType(get_args(PostStatus))
POST_TYPE = CategoryType(get_args(PostType))

POST_LAYOUT = FrameLayout(
    "posts",
    {
        "account": Column("string", "Name of its account", names_of="account_id"),
        "platform": Column(PLATFORM, "Platform of the account, for instance ``instagram``"),
        "status": Column(POST_STATUS, "Publishing status"),
        "type": Column(POST_TYPE, "``post``, ``story`` or ``reel``"),
        "display_date": Column("timestamp", "When it was or will be published (UTC)"),
        "published_at": Column("timestamp", "When it was published (UTC)"),
        "summary": Column("string", "Text"),
        "tags": Column("list", "Names of its tags", names_of="tag_ids"),
        "author": Column("string", "Name of the user who created it", names_of="created_by"),
        "error": Column("string", "Why it failed", convert=texts_or_none),
        "like_count": Column("integer", "Likes so far; NA if not reported", "insights.like"),
        "comment_count": Column(
            "integer", "Comments so far; NA if not reported", "insights.comment"
        ),
        "share_count": Column("integer", "Shares so far; NA if not reported", "insights.share"),
        "media_count": Column(
            "integer",
            "Pictures and videos; may be too low for a scheduled carousel",
            "media.url",
            convert=count_records,
        ),
        "approval_status": Column(
            "string",
            "``pending``, ``approved``, ``rejected``, ``not_required``",
            "post_approval_details.approval_status",
        ),
        "source": Column("string", "Where it was created, for instance ``composer``"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
        "id": Column("string", "The post"),
        "account_id": Column("string", "The account: ``id`` of `fetch_accounts`"),
        "account_ids": Column("list", "All its accounts", convert=lists_of),
        "tag_ids": Column("list", "Its tags: ``id`` of `fetch_tags`", "tags", convert=lists_of),
        "created_by": Column("string", "The user who created it: ``id`` of `fetch_users`"),
        "post_id": Column("string", "Its id on the platform"),
        "parent_post_id": Column("string", "The post of several accounts that it belongs to"),
        "location_id": Column("string", "The sub-account"),
    },
    PostPage,
)
POSTS = POST_LAYOUT.schema
