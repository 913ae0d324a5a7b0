"""Posts: list, make, change, and delete them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.api.post_edit import check_edited, complete_post, mime_media
from ghl_notebook.errors import ArgumentError, GHLError
from ghl_notebook.models import (
    FacebookDetails,
    GoogleDetails,
    InstagramDetails,
    LinkedInDetails,
    OgTags,
    PinterestDetails,
    Post,
    PostApproval,
    PostFilter,
    PostMedia,
    PostPage,
    PostType,
    TikTokDetails,
    YouTubeDetails,
    check_filter,
    read_choice,
    wire_datetime,
)
from ghl_notebook.transport import API_V3

_POSTS = "/social-media-posting/{locationId}/posts"
_POST = _POSTS + "/{postId}"
_READ, _WRITE = "socialplanner/post.readonly", "socialplanner/post.write"
_AT_ONCE: Final = (None, "published", "in_progress")
_AROUND: Final = timedelta(minutes=10)
_LOG: Final = logging.getLogger("ghl_notebook.api")


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
        if post_type is not None:
            post_type = read_choice("post_type", post_type, get_args(PostType))
        return await call.page(
            PostPage.from_wire,
            required={"posts": list},
            type=read_choice("type", type, get_args(PostFilter)),
            post_type=post_type,
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
            The post that GoHighLevel stored, with its id. The API does not return a post that is
            published immediately, so it is looked up in the list of posts. If the list does not
            show it yet, `Post.id` is None, and a warning is logged: the post was created all the
            same.
        """
        if schedule_date is not None and status is None:
            raise ArgumentError(
                "A post without a status is published at once, whatever its schedule_date.",
                'Pass status="scheduled".',
            )
        is_now = status in _AT_ONCE
        began = self.context.clock()
        results = await call(
            required={"post": dict},
            or_nothing=is_now,
            media=mime_media(media),
            user_id=user_id or await call.user_id(),
        )
        if results is not None:
            return Post.from_wire(results["post"])
        return await self._published(
            Post(status="in_progress", type=type, summary=summary, account_ids=[*account_ids]),
            began,
        )

    async def _published(self, post: Post, began: datetime) -> Post:
        """Look a post up that was published: the API does not return it."""
        call = Call(self.context, Posts.list.endpoint, "posts.list", {})
        try:
            results = await call(
                required={"posts": list},
                from_date=wire_datetime("from_date", began - _AROUND),
                to_date=wire_datetime("to_date", self.context.clock() + _AROUND),
                type="all",
                accounts=",".join(post.account_ids),
                skip="0",
                limit="100",
                include_users="false",
            )
        except GHLError as error:
            _LOG.warning("posts.create: the post was created; its id is unknown: %s", error)
            return post
        found = [one for one in PostPage.from_wire(results).posts if _is_same(one, post)]
        if found:
            return max(found, key=lambda one: (one.parent_post_id is None, _created(one)))
        _LOG.warning(
            "posts.create: the post was created, but GoHighLevel does not list it yet; its id is "
            "None"
        )
        return post

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
        type: str | None = None,
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
    ) -> Post:
        """Change a post, and leave the rest of it as it is.

        The API replaces a post by what is sent: a scheduled post without its date would become a
        draft. The post is therefore read first (``GET``), sent completely with your changes, and
        read again. A follow-up comment and a category are not in the API's answer: pass them again
        to keep them.

        Parameters
        ----------
        post_id : str
            `Post.id`.
        user_id : str, optional
            The owner of the post; by default, the user who created it.
        schedule_time_updated : bool, optional
            Whether the planned time was changed; by default True, which keeps the schedule.
        media : iterable of PostMedia or Mapping, optional
            All pictures and videos; an empty list removes them. Thumbnails are not sent: the API
            rejects them.
        type, account_ids, summary, status, schedule_date, tags, category_id, created_by, \
follow_up_comment, og_tags_details, post_approval_details, selected_best_time, apply_watermark, \
tiktok_post_details, gmb_post_details, linkedin_post_details, pinterest_post_details, \
facebook_post_details, instagram_post_details, youtube_post_details
            As for `create`. To remove the schedule of a post, pass ``status="draft"``.

        Returns
        -------
        Post
            The post after the change.

        Raises
        ------
        ArgumentError
            If the post is published, so that the API does not change it any more.
        UnexpectedAnswerError
            If a part of the post cannot be read, or the post is not as it was sent; the error says
            what the post is now.
        """
        read = Call(self.context, Posts.get.endpoint, "posts.get", {"post_id": post_id})
        before = Post.from_wire((await read(required={"post": dict}))["post"])
        sent = complete_post(
            before,
            {**call.given, "post_id": None},
            user_id=before.created_by or await call.user_id(),
            is_v3=call.version == API_V3,
            what=f"GET {_POST}",
        )
        await call(**sent)
        try:
            after = Post.from_wire((await read(required={"post": dict}))["post"])
        except GHLError as error:
            error.advise("The post was changed, but could not be read again: call posts.get().")
            raise
        check_edited(sent, after, f"PUT {_POST}")
        return after

    @operation("DELETE", _POST, scope=_WRITE)
    async def delete(self, call: Call, post_id: str) -> str:
        """Delete a post from GoHighLevel.

        Nothing is removed on the platform: a published post stays there, and GoHighLevel may still
        list it. A post of one account that belongs to a post of several (`Post.parent_post_id`)
        comes back unless you delete that one.

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
        """Delete many posts from GoHighLevel; see `delete`.

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


def _is_same(listed: Post, post: Post) -> bool:
    accounts = {*listed.account_ids, listed.account_id}
    is_its_text = (listed.summary or "").strip() == (post.summary or "").strip()
    return is_its_text and listed.type in (None, post.type) and bool(accounts & {*post.account_ids})


def _created(post: Post) -> datetime:
    return post.created_at or post.display_date or datetime.min.replace(tzinfo=UTC)
