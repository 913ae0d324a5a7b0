"""The operations on queues and on their next posts."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from .bodies import Body, page
from .categories import category
from .context import SimContext
from .faults import known, refuse
from .planner_records import Planner, Queue, QueueItem
from .post_rows import shown
from .post_rules import read_datetime
from .queue_plan import TIMEZONE, add_published, between, content_of, plan_due
from .request import SimRequest, SimResponse, require
from .routes import Operations, route
from .state import stamp

_SLOTS = "timeSlots:objects enableFuturePosts:boolean prioritizeNewContent:boolean"
_CREATE = Body(f"locationId:text! categoryId:text! userId:text! {_SLOTS} timeSlots:objects!")
_UPDATE = Body(
    f"locationId:text! skipLegacyWatermark:boolean status:text skipDateTime:text {_SLOTS}"
)
_LIST = Body("locationId:text! skip:number limit:number")
_CALENDAR = Body(
    "locationId:text! startDate:text! endDate:text! categoryIds:texts accountIds:texts"
)
_STATES = ("active", "paused", "deleted")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_READ = "socialplanner/category.readonly"
_WRITE = "socialplanner/category.write"
_QUEUES = "/social-media-posting/category/queues"


class QueueOperations(Operations):
    """The operations on queues; `QueueItemOperations` has the ones on items."""

    @route("GET", f"{_QUEUES}/available-categories", _READ, v3_only=True)
    def categories(self, request: SimRequest) -> SimResponse:
        """List the categories, each with its queue."""
        planner = planner_of(self._context, request)
        text = request.query.get("q", "").casefold()
        found = [one for one in planner.categories.values() if text in one.name.casefold()]
        rows = []
        for one in found[page(request.query)]:
            queue = next((q for q in planner.live_queues if q.category_id == one.id), None)
            row = category(one) | {"status": "available"}
            row["publishedPostsCount"] = _published(planner, one.id)
            if queue is not None:
                row["status"] = "draft" if queue.status == "draft" else "in_queue"
                row["queueDetails"] = {
                    "queueId": queue.id,
                    "prioritizeNewContent": queue.newest_first,
                    "enableFuturePosts": queue.takes_new,
                }
            rows.append(row)
        return wrapped(200, "Fetched Categories", categories=rows, meta={"count": str(len(found))})

    @route("POST", _QUEUES, _WRITE, v3_only=True)
    def create(self, request: SimRequest) -> SimResponse:
        """Create a draft with all published posts of the category."""
        body, state = _CREATE.read(request), self._state
        planner = planner_of(self._context, request, body)
        if body["categoryId"] not in planner.categories:
            raise refuse(400, "Category not found")
        if any(queue.category_id == body["categoryId"] for queue in planner.live_queues):
            raise refuse(400, "The category has a queue already")
        now = state.clock()
        queue = Queue(
            id=state.hex_id("queue"), location_id=planner.location_id,
            category_id=body["categoryId"], status="draft", slots=self._slots(body["timeSlots"]),
            takes_new=body.get("enableFuturePosts", True),
            newest_first=body.get("prioritizeNewContent", False), created_by=body["userId"],
            created_at=now, updated_at=now,
        )  # fmt: skip
        add_published(queue, planner, self._state)
        planner.queues[queue.id] = queue
        planner.is_changed = True
        row = self._shown(queue)
        for key in ("currentOrder", "currentPostId"):
            row.pop(key)
        return wrapped(201, "Created Queue", queue=row | {"totalPosts": 0})

    def _slots(self, slots: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for slot in slots:
            if slot.get("dayOfWeek") not in range(7) or not _TIME.fullmatch(str(slot.get("time"))):
                raise refuse(422, ["timeSlots must have a dayOfWeek of 0 to 6 and a time HH:mm"])
        hex_id = self._state.hex_id
        return [
            {"_id": hex_id("slot"), "dayOfWeek": s["dayOfWeek"], "time": s["time"]} for s in slots
        ]

    @route("POST", f"{_QUEUES}/list", _READ, v3_only=True)
    def list(self, request: SimRequest) -> SimResponse:
        """List the queues, each with its category."""
        body = _LIST.read(request)
        planner = planner_of(self._context, request, body)
        found = planner.live_queues
        rows = [self._with_category(one, planner) for one in found[page(body)]]
        return wrapped(201, "Fetched Queues", queues=rows, meta={"count": str(len(found))})

    @route("GET", f"{_QUEUES}/{{queueId}}", _READ, v3_only=True)
    def get(self, request: SimRequest) -> SimResponse:
        """Return a queue with its category."""
        planner = planner_of(self._context, request)
        queue = queue_of(planner, request)
        return wrapped(200, "Fetched Queue", queue=self._with_category(queue, planner))

    @route("PUT", f"{_QUEUES}/{{queueId}}", _WRITE, v3_only=True)
    def update(self, request: SimRequest) -> SimResponse:
        """Start, pause or delete a queue, or change its times."""
        body = _UPDATE.read(request)
        planner = planner_of(self._context, request, body)
        queue = queue_of(planner, request)
        if body.get("status") not in (None, *_STATES):
            values = ", ".join(_STATES)
            raise refuse(422, [f"status must be one of the following values: {values}"])
        if body.get("skipDateTime"):
            queue.skips.append(read_datetime("skipDateTime", body))
        if "timeSlots" in body:
            queue.slots = self._slots(body["timeSlots"])
        queue.takes_new = body.get("enableFuturePosts", queue.takes_new)
        queue.newest_first = body.get("prioritizeNewContent", queue.newest_first)
        if body.keys() & {"status", "skipDateTime", "timeSlots"}:
            set_status(queue, planner, body.get("status") or queue.status, self._context)
        queue.updated_at = self._state.clock()
        return wrapped(200, "Updated Queue", queue=self._shown(queue, with_ids=False))

    @route("POST", f"{_QUEUES}/list/calendar", _READ, v3_only=True)
    def calendar(self, request: SimRequest) -> SimResponse:
        """List the posts that active queues publish in a period."""
        body = _CALENDAR.read(request)
        planner = planner_of(self._context, request, body)
        since, until = read_datetime("startDate", body), read_datetime("endDate", body)
        rows = [
            calendar_row(self._context, planner, queue, item, moment)
            for queue in planner.live_queues
            if queue.status == "active"
            and queue.category_id in (body.get("categoryIds") or [queue.category_id])
            for item, moment in between(queue, queue.items, self._state.clock(), since, until)
            if set(item.post.account_ids) & set(body.get("accountIds") or item.post.account_ids)
        ]
        return calendar(rows)

    @route("DELETE", f"{_QUEUES}/{{postId}}/active-post", _WRITE, v3_only=True)
    def delete_post(self, request: SimRequest) -> SimResponse:
        """Delete the next post of a queue; the post after it is planned instead."""
        planner = planner_of(self._context, request)
        queue = next(
            (q for q in planner.live_queues if q.post_id == request.params["postId"]), None
        )
        if queue is None or queue.status != "active":
            raise refuse(400, "Active post not found")
        planner.posts[request.params["postId"]].status = "deleted"
        plan_due(queue, planner, self._state)
        return wrapped(200, "Deleted the active post")

    def _shown(self, queue: Queue, *, with_ids: bool = True) -> dict[str, Any]:
        drop = () if with_ids else ("_id",)
        return {
            "_id": queue.id,
            "locationId": queue.location_id,
            "categoryId": queue.category_id,
            "timeSlots": [{k: v for k, v in s.items() if k not in drop} for s in queue.slots],
            "enableFuturePosts": queue.takes_new,
            "prioritizeNewContent": queue.newest_first,
            "currentOrder": queue.order or 0,
            "status": queue.status,
            "startDate": stamp(queue.created_at),
            "skipDateTime": [stamp(moment) for moment in queue.skips],
            "currentPostId": queue.post_id,
            "totalPosts": len(queue.items),
            "lastScheduledTime": stamp(queue.last) if queue.last else None,
            "createdBy": queue.created_by,
            "createdAt": stamp(queue.created_at),
            "updatedAt": stamp(queue.updated_at),
        }

    def _with_category(self, queue: Queue, planner: Planner) -> dict[str, Any]:
        row = self._shown(queue, with_ids=False)
        return row | {"category": category(planner.categories[queue.category_id])}


def wrapped(status: int, message: str, **results: Any) -> SimResponse:
    """Return a response in the envelope of queues, with the message in ``results``."""
    body = {"success": True, "statusCode": status, "results": {"message": message, **results}}
    return SimResponse(status, body)


def planner_of(
    context: SimContext, request: SimRequest, body: dict[str, Any] | None = None
) -> Planner:
    """Return the planner of the sub-account in query or body; refuse one of another token."""
    if body is None:
        require(request, "locationId")
    location = (body or request.query)["locationId"]
    token = context.state.token_of(request.bearer)
    if token is None or token.location_id != location:
        raise known("wrong_location")
    return context.planners.of(location)


def queue_of(planner: Planner, request: SimRequest) -> Queue:
    """Return the queue in the path."""
    queue = planner.queues.get(request.params["queueId"])
    if queue is None or queue.status == "deleted":
        raise refuse(400, "Queue not found")
    return queue


def set_status(queue: Queue, planner: Planner, status: str, context: SimContext) -> None:
    """Set the status of a queue, and plan its next post again."""
    planned = planner.posts.get(queue.post_id or "")
    if planned is not None and planned.status == "scheduled":
        planned.status = "deleted"
        queue.order = None
    queue.status, queue.post_id, queue.last = status, None, None
    plan_due(queue, planner, context.state)


def calendar(rows: list[dict[str, Any]]) -> SimResponse:
    """Return a calendar, the earliest post first."""
    rows = sorted(rows, key=lambda row: row["scheduledDateTime"])
    return wrapped(201, "Fetched Calendar", scheduledPosts=rows, total=len(rows), timezone=TIMEZONE)


def calendar_row(
    context: SimContext, planner: Planner, queue: Queue, item: QueueItem, moment: datetime
) -> dict[str, Any]:
    """Return the post that a queue publishes at a time."""
    return {
        "scheduledDateTime": stamp(moment),
        "post": post_of(context, item),
        "queueItemId": item.id,
        "queueId": queue.id,
        "order": item.order,
        "variations": item.variations,
        "primaryImage": item.primary_image,
        "errors": [],
        "category": category(planner.categories[queue.category_id]),
        "currentVariation": 0,
        "timezone": TIMEZONE,
    }


def post_of(context: SimContext, item: QueueItem) -> dict[str, Any]:
    """Return the post of an item, with the item's changes."""
    row = shown(context, item.post, is_v3=True)
    content = content_of(item)
    return row | {key: content[key] for key in ("summary", "media", "type") if key in content}


def _published(planner: Planner, category_id: str) -> int:
    return sum(
        post.category_id == category_id and post.status == "published"
        for post in planner.posts.values()
    )
