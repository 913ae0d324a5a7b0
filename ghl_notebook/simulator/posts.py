"""The operations on posts: created, listed, edited and deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from .bodies import Body, page
from .context import SimContext
from .engagement import total_until
from .faults import refuse
from .planner_records import Post
from .records import User
from .request import SimRequest, SimResponse, enveloped
from .routes import Operations, route
from .state import stamp

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
# The documents do not require media; the live service does, if only an empty list.
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
#: Keys that are not stored in the content of a post.
_APART = ("accountIds", "userId", "createdBy", "status", "scheduleDate", "categoryId")
#: Keys of the content that a response contains.
_SHOWN = ("summary", "media", "type", "ogTagsDetails", "postApprovalDetails", *_DETAILS)
_READ = "socialplanner/post.readonly"
_WRITE = "socialplanner/post.write"
_POSTS = "/social-media-posting/{locationId}/posts"


class PostOperations(Operations):
    """The operations on posts."""

    @route("POST", f"{_POSTS}/list", _READ)
    def list(self, request: SimRequest) -> SimResponse:
        """List the posts of a period, the newest first."""
        body = _LIST.read(request)
        wanted = body.get("type", "all")
        if wanted not in _STATES:
            raise refuse(422, [f"type must be one of the following values: {', '.join(_STATES)}"])
        since, until = read_datetime("fromDate", body), read_datetime("toDate", body)
        accounts = {part.strip() for part in body.get("accounts", "").split(",")} - {""}
        found = [
            post
            for post in self._planner(request).posts.values()
            if since <= post.moment <= until
            and _is_wanted(post, wanted)
            and (not accounts or accounts & set(post.account_ids))
            and body.get("postType") in (None, post.content["type"])
            and not self._lags(post)
        ]
        found.sort(key=lambda post: post.moment, reverse=True)
        users = body["includeUsers"] == "true"
        rows = [*self._rows(request, found[page(body)], with_user=users)]
        return enveloped(201, "Fetched Posts", {"posts": rows, "count": len(found)})

    def _lags(self, post: Post) -> bool:
        post.lag -= 1
        return post.lag >= 0

    @route("POST", _POSTS, _WRITE)
    def create(self, request: SimRequest) -> SimResponse:
        """Create a draft, a planned post, or a post to publish immediately."""
        post = self.add(request.params["locationId"], _CREATE.read(request))
        post.lag = self._levers.post_lag
        return enveloped(201, "Created Post", {"post": self._shown(request, post)})

    def add(self, location_id: str, body: dict[str, Any], source: str = "composer") -> Post:
        """Store the post that a body describes."""
        _check_words(body)
        state = self._state
        accounts = [state.account(one, location_id) for one in body["accountIds"]]
        if not accounts or any(one is None or one.deleted for one in accounts):
            raise refuse(400, "Account not found")
        schedule = read_datetime("scheduleDate", body) if body.get("scheduleDate") else None
        status = body.get("status") or ("scheduled" if schedule else "in_progress")
        if status == "scheduled" and schedule is None:
            raise refuse(422, ["scheduleDate should not be empty"])
        now, first = state.clock(), accounts[0]
        assert first is not None
        post = Post(
            id=state.hex_id("post"), location_id=location_id, status=status, source=source,
            account_ids=[*body["accountIds"]], platform=first.page.platform,
            created_by=body.get("createdBy") or body["userId"], created_at=now, updated_at=now,
            content={key: value for key, value in body.items() if key not in _APART},
            schedule=schedule, category_id=body.get("categoryId"),
        )  # fmt: skip
        self._context.planners.to_change(location_id).posts[post.id] = post
        return post

    @route("GET", f"{_POSTS}/{{id}}", _READ)
    def get(self, request: SimRequest) -> SimResponse:
        """Return a post."""
        return enveloped(200, "Fetched Post", {"post": self._shown(request, self._post(request))})

    @route("PUT", f"{_POSTS}/{{id}}", _WRITE)
    def edit(self, request: SimRequest) -> SimResponse:
        """Change the sent fields of a post."""
        body, post = _EDIT.read(request), self._post(request, to_change=True)
        _check_words(body)
        if body.get("scheduleDate"):
            post.schedule = read_datetime("scheduleDate", body)
        post.status = body.get("status") or post.status
        post.account_ids = body.get("accountIds") or post.account_ids
        post.category_id = body.get("categoryId") or post.category_id
        post.content |= {key: value for key, value in body.items() if key not in _APART}
        post.updated_at = self._state.clock()
        return enveloped(200, "Updated Post")

    @route("DELETE", f"{_POSTS}/{{id}}", _WRITE)
    def delete(self, request: SimRequest) -> SimResponse:
        """Delete a post, which the list of deleted posts then contains."""
        post = self._post(request, to_change=True)
        self._delete(post)
        return enveloped(200, "Deleted Post", {"postId": post.id})

    @route("POST", f"{_POSTS}/bulk-delete", _WRITE)
    def bulk_delete(self, request: SimRequest) -> SimResponse:
        """Delete several posts, and ignore unknown ids."""
        wanted = _BULK.read(request)["postIds"]
        posts = self._context.planners.to_change(request.params["locationId"]).posts
        found = [posts[one] for one in wanted if one in posts and posts[one].status != "deleted"]
        for post in found:
            self._delete(post)
        message = "Posts deleted successfully"
        results = {"message": message, "deletedCount": len(found)}
        return enveloped(201, message, results)

    def _delete(self, post: Post) -> None:
        post.status, post.updated_at = "deleted", self._state.clock()

    def _post(self, request: SimRequest, *, to_change: bool = False) -> Post:
        planners = self._context.planners
        planner = (planners.to_change if to_change else planners.of)(request.params["locationId"])
        post = planner.posts.get(request.params["id"])
        if post is None or post.status == "deleted":
            raise refuse(400, "Post not found")
        return post

    def _shown(self, request: SimRequest, post: Post) -> dict[str, Any]:
        return next(self._rows(request, [post], with_user=True))

    def _rows(
        self, request: SimRequest, posts: Iterable[Post], *, with_user: bool
    ) -> Iterator[dict[str, Any]]:
        is_v3 = request.is_v3
        comments = self._planner(request).comment_counts if is_v3 else Counter()
        for post in posts:
            row = shown(self._context, post, is_v3=is_v3, with_user=with_user)
            if is_v3 and post.status == "published":
                row["insights"] = self._insights(post) | {"comment": comments[post.id]}
            yield row

    def _insights(self, post: Post) -> dict[str, int]:
        """Return the engagement of a post so far, on all of its accounts."""
        state = self._state
        today = state.clock().date()
        each = [total_until(state.seed, post, account_id, today) for account_id in post.account_ids]
        return {key: sum(one[f"{key}s"] for one in each) for key in ("like", "share")}


def shown(
    context: SimContext, post: Post, *, is_v3: bool, with_user: bool = False
) -> dict[str, Any]:
    """Return the JSON of a post."""
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
        # The live service was seen to send a string if there are no tags.
        "tags": tags or ("" if context.levers.empty_tags == "text" else []),
    }
    row |= {
        key: post.content[key]
        for key in _SHOWN
        if key in post.content and (is_v3 or key not in _DETAILS[2:])
    }
    if post.published_at is not None:
        row |= {"publishedAt": stamp(post.published_at), "postId": str(int(post.id, 16))[:15]}
    user = next((u for u in context.state.users if u.id == post.created_by), None)
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


def read_datetime(key: str, body: dict[str, Any]) -> datetime:
    """Return a datetime of a body; refuse any other value with 422."""
    try:
        moment = datetime.fromisoformat(str(body.get(key)))
    except ValueError:
        raise refuse(422, [f"{key} must be a valid ISO 8601 date string"]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
