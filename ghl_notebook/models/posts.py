"""Posts of the Social Planner, and the further fields of each platform."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from .record import Record

PostStatus = Literal[
    "deleted",
    "draft",
    "failed",
    "in_progress",
    "in_review",
    "notification_sent",
    "pending",
    "published",
    "scheduled",
]
"""Statuses of a post."""

PostFilter = Literal[
    "all",
    "recent",
    "scheduled",
    "draft",
    "failed",
    "in_review",
    "published",
    "in_progress",
    "pending",
    "deleted",
]
"""Statuses by which posts are listed."""

PostType = Literal["post", "reel", "story"]
"""Types of a post."""


class PostMedia(Record, kw_only=True):
    """A picture or video of a post. Set `url` and `type`, for instance ``image/jpeg``."""

    url: str | None = None
    type: str | None = None
    caption: str | None = None
    alt_text: str | None = None
    thumbnail: str | None = None
    default_thumb: str | None = None
    id: str | None = None
    original_url: str | None = None
    watermarked_url: str | None = None
    optimized_url: str | None = None
    optimized_type: str | None = None
    is_modified: bool | None = None


class OgTags(Record, kw_only=True):
    """The preview of a link."""

    meta_image: str | None = None
    meta_link: str | None = None
    og_title: str | None = None
    og_description: str | None = None


class PostUser(Record, kw_only=True):
    """The user who created or approves a post."""

    id: str | None = None
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    profile_photo: str | None = None
    phone: str | None = None
    email: str | None = None


class PostApproval(Record, kw_only=True):
    """The approval of a post.

    `approval_status` is ``pending``, ``approved``, ``rejected`` or ``not_required``. Only the API
    sets `approver_user`.
    """

    approver: str | None = None
    requester_note: str | None = None
    approver_note: str | None = None
    approval_status: str | None = None
    approver_user: PostUser | None = None


class TikTokDetails(Record, kw_only=True):
    """Fields of TikTok. `privacy_level` is for instance ``PUBLIC_TO_EVERYONE``."""

    privacy_level: str | None = None
    promote_other_brand: bool | None = None
    enable_comment: bool | None = None
    enable_duet: bool | None = None
    enable_stitch: bool | None = None
    video_disclosure: bool | None = None
    promote_your_brand: bool | None = None


class GoogleDetails(Record, kw_only=True):
    """Fields of a Google Business Profile.

    `gmb_event_type` is ``STANDARD``, ``EVENT`` or ``OFFER``. `start_date` and `end_date` contain a
    date and a time, in the API's format.
    """

    gmb_event_type: str | None = None
    title: str | None = None
    offer_title: str | None = None
    start_date: dict[str, Any] | None = None
    end_date: dict[str, Any] | None = None
    terms_conditions: str | None = None
    url: str | None = None
    coupon_code: str | None = None
    redeem_online_url: str | None = None
    action_type: str | None = None


class LinkedInDetails(Record, kw_only=True):
    """Fields of LinkedIn (API version v3)."""

    pdf_title: str | None = None
    post_as_pdf: bool | None = None
    poll: dict[str, Any] | None = None


class PinterestDetails(Record, kw_only=True):
    """Fields of Pinterest (API version v3)."""

    title: str | None = None
    link: str | None = None
    board_ids: dict[str, str] | None = None
    pinterest_boards: list[dict[str, Any]] | None = None
    shortened_links: list[str] | None = None


class FacebookDetails(Record, kw_only=True):
    """Fields of Facebook (API version v3). `type` is ``post``, ``story`` or ``reel``."""

    type: str | None = None
    text_format_preset_id: str | None = None


class InstagramDetails(Record, kw_only=True):
    """Fields of Instagram (API version v3). `type` is ``post``, ``story`` or ``reel``."""

    type: str | None = None
    collaborators: dict[str, list[str]] | None = None
    show_on_feed: bool | None = None
    publish_via_push_notification: bool | None = None
    publisher_note: str | None = None


class YouTubeDetails(Record, kw_only=True):
    """Fields of YouTube (API version v3). `type` is ``video`` or ``short``."""

    title: str | None = None
    privacy_level: str | None = None
    type: str | None = None


class PostInsights(Record, kw_only=True):
    """The engagement of a post so far (API version v3)."""

    like: int | None = None
    share: int | None = None
    comment: int | None = None


class PostDetails(Record, kw_only=True):
    """A post's fields for each platform, its preview, and its approval."""

    og_tags_details: OgTags | None = None
    post_approval_details: PostApproval | None = None
    tiktok_post_details: TikTokDetails | None = None
    gmb_post_details: GoogleDetails | None = None
    linkedin_post_details: LinkedInDetails | None = None
    pinterest_post_details: PinterestDetails | None = None
    facebook_post_details: FacebookDetails | None = None
    instagram_post_details: InstagramDetails | None = None
    youtube_post_details: YouTubeDetails | None = None


class Post(PostDetails, kw_only=True):
    """A post: scheduled, published, failed, or deleted.

    `display_date` is when it was or will be published; `post_id` is its id on the platform;
    `parent_post_id` is the post of several accounts that it belongs to. The API may report the
    `platform` of a post that was created by the API as ``google``, also on another platform.
    """

    id: str | None = msgspec.field(default=None, name="_id")
    status: str | None = None
    type: str | None = None
    platform: str | None = None
    summary: str | None = None
    display_date: datetime | None = None
    published_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    source: str | None = None
    location_id: str | None = None
    account_id: str | None = None
    account_ids: list[str] = msgspec.field(default_factory=list)
    tags: list[str] = msgspec.field(default_factory=list)
    """Ids. An empty list may arrive as text, which is then in `extra`."""
    media: list[PostMedia] = msgspec.field(default_factory=list)
    error: str | None = None
    post_id: str | None = None
    parent_post_id: str | None = None
    created_by: str | None = None
    thumbnail: str | None = None
    media_optimization: bool | None = None
    insights: PostInsights | None = None
    user: PostUser | None = None
    bluesky_post_details: dict[str, Any] | None = None


class PostPage(Record, kw_only=True):
    """Some posts, and the total count."""

    posts: list[Post] = msgspec.field(default_factory=list)
    count: int | None = None
