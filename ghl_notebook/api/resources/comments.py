"""Comments on posts: list, write, and like them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, get_args

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import (
    Comment,
    CommentAttachment,
    CommentPage,
    CommentPlatform,
    Mention,
    read_platforms,
)

_COMMENTS = "/social-media-posting/comments/{platform}"
_LIKE = _COMMENTS + "/{commentId}/like"
_LIKED = ("facebook", "linkedin", "community", "tiktok", "bluesky")
COMMENTED = get_args(CommentPlatform)


class Comments(Resource[Mode]):
    """Comments on a sub-account's posts, and replies to them (version v3)."""

    @operation(
        "POST",
        _COMMENTS + "/list",
        scope=None,
        changes=False,
        location="query",
    )
    async def list(
        self,
        call: Call,
        platform: str,
        origin_ids: Iterable[str],
        *,
        parent_id: str | None = None,
        from_date: datetime | str | None = None,
        to_date: datetime | str | None = None,
        sort_by: str = "latest",
        search: str | None = None,
        skip: int = 0,
        limit: int = 10,
    ) -> CommentPage:
        """List comments on a platform.

        Parameters
        ----------
        platform : str
            ``"facebook"``, ``"instagram"``, ``"linkedin"``, ``"community"``, ``"tiktok"``,
            ``"bluesky"``, ``"youtube"``, or ``"threads"``.
        origin_ids : iterable of str
            The accounts: `Account.origin_id` values.
        parent_id : str, optional
            Return only comments on this post (`Post.id`), or replies to this comment
            (`Comment.id`). By default, all comments except replies.
        from_date, to_date : datetime or str, optional
            The period of publishing, with a time zone. Pass both or neither.
        sort_by : str, default "latest"
            The order: ``"latest"`` or ``"top"``.
        search : str, optional
            Return only comments that contain this text.
        skip, limit : int
            The part of the list, whose length is `CommentsMeta.total`; 100 at most.

        Returns
        -------
        CommentPage
            The chosen comments.
        """
        if (from_date is None) is not (to_date is None):
            raise ArgumentError("from_date and to_date go together.", "Pass both, or neither.")
        return await call.page(
            CommentPage.from_wire,
            required={"comments": list},
            platform=_known(platform, COMMENTED),
        )

    @operation("POST", _COMMENTS, scope=None, location="query")
    async def create(
        self,
        call: Call,
        platform: str,
        parent_id: str,
        content: str,
        *,
        is_parent_thread: bool = True,
        attachments: Iterable[CommentAttachment | Mapping[str, Any]] | None = None,
        mentions: Iterable[Mention | Mapping[str, Any]] | None = None,
        notify_all_group_members: bool | None = None,
    ) -> Comment:
        """Write a comment on a post, or a reply.

        Parameters
        ----------
        platform : str
            As for `list`.
        parent_id : str
            `Post.id` of a post, or `Comment.id` of the comment to reply to.
        content : str
            The text; its maximum length depends on the platform.
        is_parent_thread : bool, default True
            Whether `parent_id` is a post.
        attachments : iterable of CommentAttachment or Mapping, optional
            A single picture, on Facebook only.
        mentions : iterable of Mention or Mapping, optional
            The users that the text names, on Facebook, LinkedIn, and Community.
        notify_all_group_members : bool, optional
            Notify all members of a Community group.

        Returns
        -------
        Comment
            The comment that GoHighLevel stored.
        """
        results = await call(required={"_id": str}, platform=_known(platform, COMMENTED))
        return Comment.from_wire(results)

    @operation("POST", _LIKE, scope=None, location="query")
    async def like(self, call: Call, platform: str, comment_id: str) -> None:
        """Like a comment or a reply.

        Parameters
        ----------
        platform : str
            ``"facebook"``, ``"linkedin"``, ``"community"``, ``"tiktok"``, or ``"bluesky"``.
        comment_id : str
            `Comment.id`.
        """
        await call(platform=_known(platform, _LIKED))

    @operation("DELETE", _LIKE, scope=None, location="query")
    async def unlike(self, call: Call, platform: str, comment_id: str) -> None:
        """Remove a like.

        Parameters
        ----------
        platform, comment_id
            As for `like`.
        """
        await call(platform=_known(platform, _LIKED))


def _known(platform: str, those: tuple[str, ...]) -> str:
    return (read_platforms(platform, those) or [platform])[0]
