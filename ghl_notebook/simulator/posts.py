"""The operations on posts: kept, listed, published when they are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from .audience import so_far
from .bodies import Body, page
from .faults import refuse
from .planner_records import Post
from .planners import Planner
from .records import User
from .routes import Add
from .state import stamp
from .wire import Answer, Call, World, enveloped

_PLATFORMS = ("tiktok", "gmb", "linkedin", "pinterest", "facebook", "instagram", "youtube")
_DETAILS = [f"{platform}PostDetails" for platform in _PLATFORMS]
_LIST = Body(
    "type:text accounts:text skip:text! limit:text! fromDate:text! toDate:text!"
    " includeUsers:text! postType:text"
)
_OLD = (
    "summary:text media:objects status:text scheduleDate:text createdBy:text followUpComment:text"
    " ogTagsDetails:object postApprovalDetails:object scheduleTimeUpdated:boolean tags:texts"
    " categoryId:text tiktokPostDetails:object gmbPostDetails:object"
)
_NEW = "selectedBestTime:text applyWatermark:boolean " + " ".join(
    f"{name}:object" for name in _DETAILS[2:]
)
# The documents want no media; the live service does, if only an empty list.
_CREATE = Body(f"accountIds:texts! type:text! userId:text! {_OLD} media:objects!", _NEW)
_EDIT = Body(
    f"accountIds:texts type:text! userId:text {_OLD}",
    f"accountIds:texts! userId:text! {_NEW}",
)
_BULK = Body("postIds:texts!")
_TYPES = ("post", "story", "reel")
_STATUSES = (
    "in_progress", "draft", "failed", "published", "scheduled", "in_review", "notification_sent",
    "deleted", "pending",
)  # fmt: skip
_STATES = (
    "recent", "all", "scheduled", "draft", "failed", "in_review", "published", "in_progress",
    "pending", "deleted",
)  # fmt: skip
#: What is kept elsewhere than in a post's content.
_APART = ("accountIds", "userId", "createdBy", "status", "scheduleDate", "categoryId")
#: What an answer shows of the content.
_SHOWN = ("summary", "media", "type", "ogTagsDetails", "postApprovalDetails", *_DETAILS)


class PostOperations:
    """What the routes of posts lead to.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def add_to(self, add: Add) -> None:
        """Add the routes."""
        read, write = "socialplanner/post.readonly", "socialplanner/post.write"
        posts = "/social-media-posting/{locationId}/posts"
        add("POST", f"{posts}/list", read, self.list)
        add("POST", f"{posts}/bulk-delete", write, self.bulk_delete)
        add("POST", posts, write, self.create)
        add("GET", f"{posts}/{{id}}", read, self.get)
        add("PUT", f"{posts}/{{id}}", write, self.edit)
        add("DELETE", f"{posts}/{{id}}", write, self.delete)

    def list(self, call: Call) -> Answer:
        """POST …/posts/list: newest first, those of a period."""
        body = _LIST.read(call)
        wanted = body.get("type", "all")
        if wanted not in _STATES:
            raise refuse(422, [f"type must be one of the following values: {', '.join(_STATES)}"])
        since, until = instant("fromDate", body), instant("toDate", body)
        accounts = {part.strip() for part in body.get("accounts", "").split(",")} - {""}
        found = [
            post
            for post in self._planner(call).posts.values()
            if since <= post.moment <= until
            and _is_wanted(post, wanted)
            and (not accounts or accounts & set(post.account_ids))
            and body.get("postType") in (None, post.content["type"])
            and not self._lags(post)
        ]
        found.sort(key=lambda post: post.moment, reverse=True)
        users = body["includeUsers"] == "true"
        rows = [*self._rows(call, found[page(body)], with_user=users)]
        return enveloped(201, "Fetched Posts", {"posts": rows, "count": len(found)})

    def _lags(self, post: Post) -> bool:
        post.lag -= 1
        return post.lag >= 0

    def create(self, call: Call) -> Answer:
        """POST …/posts: a draft, a planned one, or one that is published at once."""
        post = self.made(call.params["locationId"], _CREATE.read(call))
        post.lag = self._world.levers.post_lag
        return enveloped(201, "Created Post", {"post": self._shown(call, post)})

    def made(self, location_id: str, body: dict[str, Any], source: str = "composer") -> Post:
        """Keep a post of what was sent."""
        _check_words(body)
        state = self._world.state
        accounts = [state.account(one, location_id) for one in body["accountIds"]]
        if not accounts or any(one is None or one.deleted for one in accounts):
            raise refuse(400, "Account not found")
        schedule = instant("scheduleDate", body) if body.get("scheduleDate") else None
        status = body.get("status") or ("scheduled" if schedule else "in_progress")
        if status == "scheduled" and schedule is None:
            raise refuse(422, ["scheduleDate should not be empty"])
        now, first = state.clock(), accounts[0]
        assert first is not None
        post = Post(
            id=state.hex_id("post"),
            location_id=location_id,
            status=status,
            source=source,
            account_ids=[*body["accountIds"]],
            platform=first.page.platform,
            created_by=body.get("createdBy") or body["userId"],
            created_at=now,
            updated_at=now,
            content={key: value for key, value in body.items() if key not in _APART},
            schedule=schedule,
            category_id=body.get("categoryId"),
        )
        self._world.planners.to_change(location_id).posts[post.id] = post
        return post

    def get(self, call: Call) -> Answer:
        """GET …/posts/{id}."""
        return enveloped(200, "Fetched Post", {"post": self._shown(call, self._post(call))})

    def edit(self, call: Call) -> Answer:
        """PUT …/posts/{id}: what is sent is changed, the rest stays."""
        body, post = _EDIT.read(call), self._post(call, to_change=True)
        _check_words(body)
        if body.get("scheduleDate"):
            post.schedule = instant("scheduleDate", body)
        post.status = body.get("status") or post.status
        post.account_ids = body.get("accountIds") or post.account_ids
        post.category_id = body.get("categoryId") or post.category_id
        post.content |= {key: value for key, value in body.items() if key not in _APART}
        post.updated_at = self._world.state.clock()
        return enveloped(200, "Updated Post")

    def delete(self, call: Call) -> Answer:
        """DELETE …/posts/{id}: it is listed among the deleted ones from then on."""
        post = self._post(call, to_change=True)
        self._delete(post)
        return enveloped(200, "Deleted Post", {"postId": post.id})

    def bulk_delete(self, call: Call) -> Answer:
        """POST …/posts/bulk-delete: those that there are."""
        wanted = _BULK.read(call)["postIds"]
        posts = self._world.planners.to_change(call.params["locationId"]).posts
        found = [posts[one] for one in wanted if one in posts and posts[one].status != "deleted"]
        for post in found:
            self._delete(post)
        message = "Posts deleted successfully"
        results = {"message": message, "deletedCount": len(found)}
        return enveloped(201, message, results)

    def _delete(self, post: Post) -> None:
        post.status, post.updated_at = "deleted", self._world.state.clock()

    def _planner(self, call: Call) -> Planner:
        return self._world.planners.of(call.params["locationId"])

    def _post(self, call: Call, *, to_change: bool = False) -> Post:
        planners = self._world.planners
        planner = (planners.to_change if to_change else planners.of)(call.params["locationId"])
        post = planner.posts.get(call.params["id"])
        if post is None or post.status == "deleted":
            raise refuse(400, "Post not found")
        return post

    def _shown(self, call: Call, post: Post) -> dict[str, Any]:
        return next(self._rows(call, [post], with_user=True))

    def _rows(
        self, call: Call, posts: Iterable[Post], *, with_user: bool
    ) -> Iterator[dict[str, Any]]:
        is_v3 = call.headers["version"] == "v3"
        comments = self._planner(call).comment_counts if is_v3 else Counter()
        for post in posts:
            row = shown(self._world, post, is_v3=is_v3, with_user=with_user)
            if is_v3 and post.status == "published":
                row["insights"] = self._insights(post) | {"comment": comments[post.id]}
            yield row

    def _insights(self, post: Post) -> dict[str, int]:
        """Return what a post has brought about so far, on all of its accounts."""
        state = self._world.state
        today = state.clock().date()
        each = [so_far(state.seed, post, account_id, today) for account_id in post.account_ids]
        return {key: sum(one[f"{key}s"] for one in each) for key in ("like", "share")}


def shown(world: World, post: Post, *, is_v3: bool, with_user: bool = False) -> dict[str, Any]:
    """Return one post."""
    tags = post.content.get("tags") or []
    row: dict[str, Any] = {
        "_id": post.id,
        "source": post.source,
        "locationId": post.location_id,
        "platform": post.platform,
        "displayDate": stamp(post.moment),
        "createdAt": stamp(post.created_at),
        "updatedAt": stamp(post.updated_at),
        "accountId": post.account_ids[0],
        "accountIds": [*post.account_ids],
        "error": "The connection has expired" if post.status == "failed" else "",
        "status": post.status,
        "createdBy": post.created_by,
        # Seen to be a text when there are none.
        "tags": tags or ("" if world.levers.empty_tags == "text" else []),
    }
    row |= {
        key: post.content[key]
        for key in _SHOWN
        if key in post.content and (is_v3 or key not in _DETAILS[2:])
    }
    if post.published_at is not None:
        row |= {"publishedAt": stamp(post.published_at), "postId": str(int(post.id, 16))[:15]}
    user = next((u for u in world.state.users if u.id == post.created_by), None)
    if with_user and user is not None:
        row["user"] = _user(user)
    return row


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "title": "",
        "firstName": user.first_name,
        "lastName": user.last_name,
        "profilePhoto": "",
        "phone": "",
        "email": user.email,
    }


def _check_words(body: dict[str, Any]) -> None:
    for key, words in (("type", _TYPES), ("status", _STATUSES)):
        if body.get(key, words[0]) not in words:
            raise refuse(422, [f"{key} must be one of the following values: {', '.join(words)}"])


def _is_wanted(post: Post, wanted: str) -> bool:
    if wanted == "all":
        return post.status != "deleted"
    return post.status == ("published" if wanted == "recent" else wanted)


def instant(key: str, body: dict[str, Any]) -> datetime:
    """Return an instant of a body.

    Raises
    ------
    RefusedError
        Where it is none.
    """
    try:
        moment = datetime.fromisoformat(str(body.get(key)))
    except ValueError:
        raise refuse(422, [f"{key} must be a valid ISO 8601 date string"]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
