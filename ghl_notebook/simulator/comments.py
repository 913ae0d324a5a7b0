"""The operations on comments: listed, created, liked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .bodies import Body, page
from .faults import not_found, refuse
from .planner_comments import PLATFORMS
from .planner_records import Comment, Planner
from .post_rules import read_datetime
from .request import SimRequest, SimResponse, enveloped, require
from .routes import Operations, route
from .state import stamp

_LIKED = ("facebook", "linkedin", "community", "tiktok", "bluesky")
_LIST = Body(
    "fromDate:text toDate:text originIds:texts! sortBy:text search:text skip:number limit:number"
    " parentId:text"
)
_CREATE = Body(
    "parentId:text! isParentThread:boolean! content:text! attachments:objects mentions:objects"
    " notifyAllGroupMembers:boolean"
)
_MAX_COMMENTS_PER_PAGE = 100
# The documents name no scope for comments.
_COMMENTS = "/social-media-posting/comments/{platform}"


class CommentOperations(Operations):
    """The operations on comments."""

    @route("POST", f"{_COMMENTS}/list", None, v3_only=True)
    def list(self, request: SimRequest) -> SimResponse:
        """List the comments of a post, the replies to a comment, or all of some accounts."""
        planner, body = self._checked(request, PLATFORMS), _LIST.read(request)
        if ("fromDate" in body) is not ("toDate" in body):
            raise refuse(422, ["fromDate and toDate are required together"])
        if not 1 <= body.get("limit", 10) <= _MAX_COMMENTS_PER_PAGE:
            raise refuse(422, [f"limit must not be greater than {_MAX_COMMENTS_PER_PAGE}"])
        since, until = (
            read_datetime(key, body) if key in body else None for key in ("fromDate", "toDate")
        )
        found = [
            one
            for one in planner.comments.values()
            if one.platform == request.params["platform"]
            and one.origin_id in body["originIds"]
            and _is_below(one, body.get("parentId"))
            and body.get("search", "").casefold() in one.content.casefold()
            and _is_within(one.published_at, since, until)
        ]
        by_likes = body.get("sortBy") == "top"
        found.sort(key=lambda c: c.likes if by_likes else c.published_at.timestamp(), reverse=True)
        chosen = page(body)
        meta = {
            "total": len(found),
            "totalUnread": sum(not one.is_read for one in found),
            "skip": chosen.start,
            "limit": chosen.stop - chosen.start,
            "hasMore": chosen.stop < len(found),
        }
        rows = [_shown(one, planner) for one in found[chosen]]
        return enveloped(201, "Fetched Comments", {"comments": rows, "meta": meta})

    @route("POST", _COMMENTS, None, v3_only=True)
    def create(self, request: SimRequest) -> SimResponse:
        """Create a comment on a post, or a reply."""
        planner, body = self._checked(request, PLATFORMS), _CREATE.read(request)
        state = self._state
        parent = planner.comments.get(body["parentId"])
        post = planner.posts.get(parent.post_id if parent else body["parentId"])
        if post is None or body["isParentThread"] is (parent is not None):
            raise refuse(400, "Parent not found")
        account = state.account(post.account_ids[0], planner.location_id)
        made = Comment(
            id=state.hex_id("comment"), post_id=post.id, parent_id=body["parentId"],
            platform=request.params["platform"],
            origin_id=account.page.origin_id if account else "", author="The team",
            content=body["content"], published_at=state.clock(), is_read=True,
            attachments=[*body.get("attachments", ())],
        )  # fmt: skip
        planner.comments[made.id] = made
        planner.is_changed = True
        return enveloped(201, "Created Comment", _shown(made, planner))

    @route("POST", f"{_COMMENTS}/{{id}}/like", None, v3_only=True)
    def like(self, request: SimRequest) -> SimResponse:
        """Like a comment; a second like changes nothing."""
        self._comment(request).liked = True
        return enveloped(201, "Liked Comment")

    @route("DELETE", f"{_COMMENTS}/{{id}}/like", None, v3_only=True)
    def unlike(self, request: SimRequest) -> SimResponse:
        """Remove the like of a comment."""
        self._comment(request).liked = False
        return enveloped(200, "Unliked Comment")

    def _checked(self, request: SimRequest, platforms: tuple[str, ...]) -> Planner:
        if request.params["platform"] not in platforms:
            raise not_found(request.method, request.path)
        require(request, "locationId")
        return self._context.planners.of(request.query["locationId"])

    def _comment(self, request: SimRequest) -> Comment:
        planner = self._checked(request, _LIKED)
        found = planner.comments.get(request.params["id"])
        if found is None:
            raise refuse(400, "Comment not found")
        planner.is_changed = True
        return found


def _is_below(comment: Comment, parent_id: str | None) -> bool:
    return comment.parent_id == (comment.post_id if parent_id is None else parent_id)


def _is_within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return since is None or until is None or since <= moment <= until


def _shown(comment: Comment, planner: Planner) -> dict[str, Any]:
    likes = comment.likes + comment.liked
    replies = sum(one.parent_id == comment.id for one in planner.comments.values())
    is_reply = comment.parent_id != comment.post_id
    return {
        "_id": comment.id,
        "platform": comment.platform,
        "platformCommentId": f"{comment.origin_id}_{int(comment.id[:12], 16)}",
        "postId": comment.post_id,
        "originId": comment.origin_id,
        "isParentThread": not is_reply,
        "isPost": False,
        "content": comment.content,
        "attachments": comment.attachments,
        "author": {"id": str(int(comment.id[:8], 16)), "name": comment.author},
        "level": 2 if is_reply else 1,
        "likeCount": likes,
        "reactionCount": likes,
        "replyCount": replies,
        "shareCount": 0,
        "repostCount": 0,
        "quoteCount": 0,
        "isRead": comment.is_read,
        "isDeleted": False,
        "isEdited": False,
        "publishedAt": stamp(comment.published_at),
        "createdAt": stamp(comment.published_at),
        "updatedAt": stamp(comment.published_at),
    }
