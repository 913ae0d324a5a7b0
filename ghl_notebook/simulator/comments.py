"""The operations on comments: listed, written, liked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .bodies import Body, page
from .faults import not_found, refuse
from .planner_comments import PLATFORMS
from .planner_records import Comment
from .planners import Planner
from .posts import instant
from .routes import Add
from .state import stamp
from .wire import Answer, Call, World, enveloped, require

_LIKED = ("facebook", "linkedin", "community", "tiktok", "bluesky")
_LIST = Body(
    "fromDate:text toDate:text originIds:texts! sortBy:text search:text skip:number limit:number"
    " parentId:text"
)
_CREATE = Body(
    "parentId:text! isParentThread:boolean! content:text! attachments:objects mentions:objects"
    " notifyAllGroupMembers:boolean"
)
_MOST = 100


class CommentOperations:
    """What the routes of comments lead to.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def add_to(self, add: Add) -> None:
        """Add the routes; the documents name no scope."""
        comments = "/social-media-posting/comments/{platform}"
        add("POST", f"{comments}/list", None, self.list, v3_only=True)
        add("POST", comments, None, self.create, v3_only=True)
        add("POST", f"{comments}/{{id}}/like", None, self.like, v3_only=True)
        add("DELETE", f"{comments}/{{id}}/like", None, self.unlike, v3_only=True)

    def list(self, call: Call) -> Answer:
        """POST …/comments/{platform}/list: of a post, of a comment, or all of the accounts."""
        planner, body = self._planner(call, PLATFORMS), _LIST.read(call)
        if ("fromDate" in body) is not ("toDate" in body):
            raise refuse(422, ["fromDate and toDate are required together"])
        if not 1 <= body.get("limit", 10) <= _MOST:
            raise refuse(422, [f"limit must not be greater than {_MOST}"])
        since, until = (
            instant(key, body) if key in body else None for key in ("fromDate", "toDate")
        )
        found = [
            one
            for one in planner.comments.values()
            if one.platform == call.params["platform"]
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

    def create(self, call: Call) -> Answer:
        """POST …/comments/{platform}: on a post, or as a reply."""
        planner, body, state = self._planner(call, PLATFORMS), _CREATE.read(call), self._world.state
        parent = planner.comments.get(body["parentId"])
        post = planner.posts.get(parent.post_id if parent else body["parentId"])
        if post is None or body["isParentThread"] is (parent is not None):
            raise refuse(400, "Parent not found")
        account = state.account(post.account_ids[0], planner.location_id)
        made = Comment(
            id=state.hex_id("comment"),
            post_id=post.id,
            parent_id=body["parentId"],
            platform=call.params["platform"],
            origin_id=account.page.origin_id if account else "",
            author="The team",
            content=body["content"],
            published_at=state.clock(),
            is_read=True,
            attachments=[*body.get("attachments", ())],
        )
        planner.comments[made.id] = made
        planner.is_changed = True
        return enveloped(201, "Created Comment", _shown(made, planner))

    def like(self, call: Call) -> Answer:
        """POST …/comments/{platform}/{id}/like: liked twice is liked once."""
        self._comment(call).liked = True
        return enveloped(201, "Liked Comment")

    def unlike(self, call: Call) -> Answer:
        """DELETE …/comments/{platform}/{id}/like."""
        self._comment(call).liked = False
        return enveloped(200, "Unliked Comment")

    def _planner(self, call: Call, platforms: tuple[str, ...]) -> Planner:
        if call.params["platform"] not in platforms:
            raise not_found(call.method, call.path)
        require(call, "locationId")
        return self._world.planners.of(call.query["locationId"])

    def _comment(self, call: Call) -> Comment:
        planner = self._planner(call, _LIKED)
        found = planner.comments.get(call.params["id"])
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
