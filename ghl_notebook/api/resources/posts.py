"""Posts: list, make, change, and delete them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import (
    FacebookDetails,
    GoogleDetails,
    InstagramDetails,
    LinkedInDetails,
    OgTags,
    PinterestDetails,
    Post,
    PostApproval,
    PostMedia,
    PostPage,
    TikTokDetails,
    YouTubeDetails,
    check_filter,
)
from ghl_notebook.transport import API_V3

_POSTS = "/social-media-posting/{locationId}/posts"
_POST = _POSTS + "/{postId}"
_READ, _WRITE = "socialplanner/post.readonly", "socialplanner/post.write"


class Posts(Resource[Mode]):
    """Posts of a sub-account: planned, published, failed, and deleted."""

    @operation("POST", _POSTS + "/list", scope=_READ, changes=False)
    async def list(
        self,
        call: Call,
        from_date: datetime | str,
        to_date: datetime | str,
        *,
        type: str = "all",
        accounts: Iterable[str] | None = None,
        skip: int = 0,
        limit: int = 10,
        include_users: bool = True,
        post_type: str | None = None,
    ) -> PostPage:
        """List posts of a period.

        Parameters
        ----------
        from_date, to_date : datetime or str
            The period, with a time zone.
        type : str, default "all"
            The status of the posts: ``"recent"``, ``"all"``, ``"scheduled"``, ``"draft"``,
            ``"failed"``, ``"in_review"``, ``"published"``, ``"in_progress"``, ``"deleted"``, in v3
            also ``"pending"``.
        accounts : iterable of str, optional
            Return only posts of these accounts: `Account.id` values.
        skip, limit : int
            The part of the list, whose length is `PostPage.count`.
        include_users : bool, default True
            Include `Post.user`.
        post_type : str, optional
            Return only ``"post"``, ``"story"``, or ``"reel"``.

        Returns
        -------
        PostPage
            The posts. A new post can take a moment to appear.
        """
        wanted = check_filter("accounts", accounts)
        return await call.page(
            PostPage.from_wire,
            required={"posts": list},
            # The API requires texts here, and the accounts as a single text.
            accounts=None if wanted is None else ",".join(wanted),
            skip=str(skip),
            limit=str(limit),
            include_users=str(include_users).lower(),
        )

    @operation("POST", _POSTS, scope=_WRITE)
    async def create(
        self,
        call: Call,
        account_ids: Iterable[str],
        *,
        type: str = "post",
        summary: str | None = None,
        media: Iterable[PostMedia | Mapping[str, Any]] = (),
        status: str | None = None,
        schedule_date: datetime | str | None = None,
        tags: Iterable[str] | None = None,
        category_id: str | None = None,
        user_id: str | None = None,
        created_by: str | None = None,
        follow_up_comment: str | None = None,
        og_tags_details: OgTags | Mapping[str, Any] | None = None,
        post_approval_details: PostApproval | Mapping[str, Any] | None = None,
        schedule_time_updated: bool | None = None,
        selected_best_time: datetime | str | None = None,
        apply_watermark: bool | None = None,
        tiktok_post_details: TikTokDetails | Mapping[str, Any] | None = None,
        gmb_post_details: GoogleDetails | Mapping[str, Any] | None = None,
        linkedin_post_details: LinkedInDetails | Mapping[str, Any] | None = None,
        pinterest_post_details: PinterestDetails | Mapping[str, Any] | None = None,
        facebook_post_details: FacebookDetails | Mapping[str, Any] | None = None,
        instagram_post_details: InstagramDetails | Mapping[str, Any] | None = None,
        youtube_post_details: YouTubeDetails | Mapping[str, Any] | None = None,
    ) -> Post:
        """Make a post: a draft, a planned post, or a post that is published immediately.

        Parameters
        ----------
        account_ids : iterable of str
            The accounts to post on: `Account.id` values.
        type : str, default "post"
            ``"post"``, ``"story"``, or ``"reel"``.
        summary : str, optional
            The text.
        media : iterable of PostMedia or Mapping
            The pictures and videos.
        status : str, optional
            ``"draft"``, ``"scheduled"``, or ``"in_review"``; by default, the post is published now.
        schedule_date : datetime or str, optional
            When to publish a ``"scheduled"`` post, with a time zone; only with a `status`.
        tags : iterable of str, optional
            Ids from `tags`.
        category_id : str, optional
            Id from `categories`.
        user_id : str, optional
            The owner of the post; by default, the client's user.
        created_by : str, optional
            The user who made the post.
        follow_up_comment : str, optional
            A comment to post when the post is published.
        og_tags_details : OgTags or Mapping, optional
            The preview of a link.
        post_approval_details : PostApproval or Mapping, optional
            The user who has to approve the post.
        schedule_time_updated : bool, optional
            Whether the planned time was changed.
        selected_best_time : datetime or str, optional
            The proposed time that was chosen (version v3).
        apply_watermark : bool, optional
            Whether to put a watermark on the pictures (version v3).
        tiktok_post_details, gmb_post_details : optional
            Details for TikTok and Google.
        linkedin_post_details, pinterest_post_details, facebook_post_details, \
instagram_post_details, youtube_post_details : optional
            Details for the other platforms (version v3).

        Returns
        -------
        Post
            The post that GoHighLevel stored, with its id.
        """
        if schedule_date is not None and status is None:
            raise ArgumentError(
                "A post without a status is published at once, whatever its schedule_date.",
                'Pass status="scheduled".',
            )
        results = await call(required={"post": dict}, user_id=user_id or await call.user_id())
        return Post.from_wire(results["post"])

    @operation("GET", _POST, scope=_READ)
    async def get(self, call: Call, post_id: str) -> Post:
        """Return one post.

        Parameters
        ----------
        post_id : str
            `Post.id`.

        Returns
        -------
        Post
            The post in its current state.
        """
        return Post.from_wire((await call(required={"post": dict}))["post"])

    @operation("PUT", _POST, scope=_WRITE)
    async def edit(
        self,
        call: Call,
        post_id: str,
        *,
        type: str,
        account_ids: Iterable[str] | None = None,
        summary: str | None = None,
        media: Iterable[PostMedia | Mapping[str, Any]] | None = None,
        status: str | None = None,
        schedule_date: datetime | str | None = None,
        tags: Iterable[str] | None = None,
        category_id: str | None = None,
        user_id: str | None = None,
        created_by: str | None = None,
        follow_up_comment: str | None = None,
        og_tags_details: OgTags | Mapping[str, Any] | None = None,
        post_approval_details: PostApproval | Mapping[str, Any] | None = None,
        schedule_time_updated: bool | None = None,
        selected_best_time: datetime | str | None = None,
        apply_watermark: bool | None = None,
        tiktok_post_details: TikTokDetails | Mapping[str, Any] | None = None,
        gmb_post_details: GoogleDetails | Mapping[str, Any] | None = None,
        linkedin_post_details: LinkedInDetails | Mapping[str, Any] | None = None,
        pinterest_post_details: PinterestDetails | Mapping[str, Any] | None = None,
        facebook_post_details: FacebookDetails | Mapping[str, Any] | None = None,
        instagram_post_details: InstagramDetails | Mapping[str, Any] | None = None,
        youtube_post_details: YouTubeDetails | Mapping[str, Any] | None = None,
    ) -> None:
        """Change a post.

        Parameters
        ----------
        post_id : str
            `Post.id`.
        type : str
            As for `create`. The API requires it for every change: pass the post's type, or a new
            type.
        account_ids : iterable of str, optional
            The accounts to post on; v3 requires them for every change.
        user_id : str, optional
            The owner of the post. v3 requires it; there, the default is the client's user.
        summary, media, status, schedule_date, tags, category_id, created_by, \
follow_up_comment, og_tags_details, post_approval_details, schedule_time_updated, \
selected_best_time, apply_watermark, tiktok_post_details, gmb_post_details, \
linkedin_post_details, pinterest_post_details, facebook_post_details, \
instagram_post_details, youtube_post_details
            As for `create`.
        """
        if user_id is None and call.api_version == API_V3:
            user_id = await call.user_id()
        await call(user_id=user_id)

    @operation("DELETE", _POST, scope=_WRITE)
    async def delete(self, call: Call, post_id: str) -> str:
        """Delete a post.

        Parameters
        ----------
        post_id : str
            `Post.id`.

        Returns
        -------
        str
            The id of the deleted post.
        """
        results = await call()
        told = results.get("postId") if isinstance(results, Mapping) else None
        return told if isinstance(told, str) else post_id

    @operation("POST", _POSTS + "/bulk-delete", scope=_WRITE)
    async def bulk_delete(self, call: Call, post_ids: Iterable[str]) -> int | None:
        """Delete many posts.

        Parameters
        ----------
        post_ids : iterable of str
            `Post.id` values.

        Returns
        -------
        int or None
            The number of deleted posts, if the API returns it.
        """
        results = await call()
        told = str(results.get("deletedCount")) if isinstance(results, Mapping) else ""
        return int(told) if told.isascii() and told.isdecimal() else None
