"""The operations on posts: created, listed, edited and deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from .bodies import Body, page
from .engagement import total_until
from .faults import refuse
from .planner_records import Post
from .post_rows import DETAILS, per_account, shown
from .post_rules import check_media, check_rules, check_words, read_datetime
from .records import Account
from .request import SimRequest, SimResponse, enveloped
from .routes import Operations, route

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
    f"{name}:object" for name in DETAILS[2:]
)
# The documents do not require media; the live service does, if only an empty list.
_CREATE = Body(f"accountIds:texts! type:text! userId:text! {_OLD} media:objects!", _NEW)
_EDIT = Body(
    f"accountIds:texts type:text! userId:text {_OLD}",
    f"accountIds:texts! userId:text! {_NEW}",
)
#: Statuses of posts that can no longer be edited.
_FINAL = ("published", "in_progress", "pending", "notification_sent")
_BULK = Body("postIds:texts!")
_STATES = (
    "recent", "all", "scheduled", "draft", "failed", "in_review", "published", "in_progress",
    "pending", "deleted",
)  # fmt: skip
#: Keys that are not stored in the content of a post.
_APART = ("accountIds", "userId", "createdBy", "status", "scheduleDate", "categoryId")
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
        if self._levers.post_per_account:
            found = [
                one
                for post in found
                for one in (per_account(post) if post.account_ids[1:] else [post])
                if not accounts or accounts & set(one.account_ids)
            ]
        most = self._levers.listed_media
        if most is not None:
            found = [_cut(post, most) if post.status == "scheduled" else post for post in found]
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
        body, location_id = _CREATE.read(request), request.params["locationId"]
        if self._levers.statusless_post == "published" and not body.get("status"):
            body.pop("scheduleDate", None)
        check_words(body)
        status, _ = self._plan_of(body)
        check_media(self._context, body, status)
        check_rules(self._context, location_id, body, status, self._state.clock())
        post = self.add(location_id, body)
        post.lag, post.is_from_api = self._levers.post_lag, True
        if status == "in_progress" and self._levers.publish_answer == "empty":
            return enveloped(201, "Created Post")
        return enveloped(201, "Created Post", {"post": self._shown(request, post)})

    def add(self, location_id: str, body: dict[str, Any], source: str = "composer") -> Post:
        """Store the post that a body describes."""
        check_words(body)
        state = self._state
        first = self._check_accounts(location_id, body)
        status, schedule = self._plan_of(body)
        now = state.clock()
        post = Post(
            id=state.hex_id("post"), location_id=location_id, status=status, source=source,
            account_ids=[*body["accountIds"]], platform=first.page.platform,
            created_by=body.get("createdBy") or body["userId"], created_at=now, updated_at=now,
            content={key: value for key, value in body.items() if key not in _APART},
            schedule=schedule, category_id=body.get("categoryId"),
        )  # fmt: skip
        self._context.planners.to_change(location_id).posts[post.id] = post
        return post

    def _check_accounts(self, location_id: str, body: dict[str, Any]) -> Account:
        """Return the first account of a body; refuse a body with an unknown one."""
        accounts = [self._state.account(one, location_id) for one in body["accountIds"]]
        found = [one for one in accounts if one is not None and not one.deleted]
        if not found or len(found) != len(accounts):
            raise refuse(400, "Account not found")
        return found[0]

    def _plan_of(
        self, body: dict[str, Any], without: str = "in_progress"
    ) -> tuple[str, datetime | None]:
        """Return status and date of a body, with the status of one that has neither."""
        schedule = read_datetime("scheduleDate", body) if body.get("scheduleDate") else None
        status = body.get("status") or ("scheduled" if schedule else without)
        if status in ("scheduled", "in_review") and schedule is None:
            raise refuse(422, ["scheduleDate should not be empty"])
        if status in ("in_progress", "published"):
            return "in_progress", None
        return status, schedule

    @route("GET", f"{_POSTS}/{{id}}", _READ)
    def get(self, request: SimRequest) -> SimResponse:
        """Return a post."""
        return enveloped(200, "Fetched Post", {"post": self._shown(request, self._post(request))})

    @route("PUT", f"{_POSTS}/{{id}}", _WRITE)
    def edit(self, request: SimRequest) -> SimResponse:
        """Replace a post by what is sent, or change only that."""
        body, post = _EDIT.read(request), self._post(request, to_change=True)
        check_words(body)
        if post.status in _FINAL:
            raise refuse(400, "Published posts cannot be edited")
        levers, sent = self._levers, {k: v for k, v in body.items() if k not in _APART}
        if levers.edit == "changes":
            planned = {} if post.schedule is None else {"scheduleDate": post.schedule.isoformat()}
            before = {"status": post.status, "accountIds": post.account_ids, **planned}
            body = {**before, "categoryId": post.category_id, **body}
            sent = post.content | sent
        without = "draft" if levers.unscheduled == "draft" else "in_progress"
        status, schedule = self._plan_of(body, without)
        body["accountIds"] = body.get("accountIds") or post.account_ids
        check_media(self._context, sent, status)
        check_rules(self._context, post.location_id, body | sent, status, self._state.clock())
        first = self._check_accounts(post.location_id, body)
        post.status, post.schedule, post.content = status, schedule, sent
        post.account_ids, post.platform = [*body["accountIds"]], first.page.platform
        post.category_id = body.get("categoryId")
        post.updated_at = self._state.clock()
        if status == "in_progress":
            post.schedule = post.updated_at
        return enveloped(200, "Updated Post")

    @route("DELETE", f"{_POSTS}/{{id}}", _WRITE)
    def delete(self, request: SimRequest) -> SimResponse:
        """Delete a post, which the list of deleted posts then contains."""
        post = self._post(request, to_change=True)
        # Posts of single accounts come back as long as their parent is there.
        is_kept = post.status == "published" and self._levers.deleted_published == "kept"
        if not is_kept and post.parent_id is None:
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
        key = request.params["id"]
        post = planner.posts.get(key)
        if post is None and self._levers.post_per_account:
            parts = (one for whole in planner.posts.values() for one in per_account(whole))
            post = next((one for one in parts if one.id == key), None)
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


def _is_wanted(post: Post, wanted: str) -> bool:
    if wanted == "all":
        return post.status != "deleted"
    return post.status == ("published" if wanted == "recent" else wanted)


def _cut(post: Post, most: int) -> Post:
    """Return a post as a list shows it that has no more media."""
    media = post.content.get("media") or []
    return replace(post, content={**post.content, "media": media[:most]})
