"""The operations on queues: made, changed, started, looked at, and their next posts."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from .bodies import Body, page
from .categories import category
from .faults import known, refuse
from .planners import Planner
from .posts import instant, shown
from .queue_plan import TIMEZONE, between, content_of, go_on, join
from .queue_records import Queue, QueueItem
from .routes import Add
from .state import stamp
from .wire import Answer, Call, World, require

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
#: Between two items, so that others fit in.


class QueueOperations:
    """What the routes of queues lead to; `QueueItemOperations` has those of their items.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def add_to(self, add: Add) -> None:
        """Add the routes, all of them v3's."""
        read, write = "socialplanner/category.readonly", "socialplanner/category.write"
        queues = "/social-media-posting/category/queues"
        add("GET", f"{queues}/available-categories", read, self.categories, v3_only=True)
        add("POST", f"{queues}/list/calendar", read, self.calendar, v3_only=True)
        add("POST", f"{queues}/list", read, self.list, v3_only=True)
        add("POST", queues, write, self.create, v3_only=True)
        add("GET", f"{queues}/{{queueId}}", read, self.get, v3_only=True)
        add("PUT", f"{queues}/{{queueId}}", write, self.update, v3_only=True)
        add("DELETE", f"{queues}/{{postId}}/active-post", write, self.delete_post, v3_only=True)

    def categories(self, call: Call) -> Answer:
        """GET …/available-categories: each with the queue that it has."""
        planner = planner_of(self._world, call)
        text = call.query.get("q", "").casefold()
        found = [one for one in planner.categories.values() if text in one.name.casefold()]
        rows = []
        for one in found[page(call.query)]:
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

    def create(self, call: Call) -> Answer:
        """POST …/queues: a draft with all that the category has published."""
        body, state = _CREATE.read(call), self._world.state
        planner = planner_of(self._world, call, body)
        if body["categoryId"] not in planner.categories:
            raise refuse(400, "Category not found")
        if any(queue.category_id == body["categoryId"] for queue in planner.live_queues):
            raise refuse(400, "The category has a queue already")
        now = state.clock()
        queue = Queue(
            id=state.hex_id("queue"),
            location_id=planner.location_id,
            category_id=body["categoryId"],
            status="draft",
            slots=self._slots(body["timeSlots"]),
            takes_new=body.get("enableFuturePosts", True),
            newest_first=body.get("prioritizeNewContent", False),
            created_by=body["userId"],
            created_at=now,
            updated_at=now,
        )
        join(queue, planner, self._world.state)
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
        hex_id = self._world.state.hex_id
        return [
            {"_id": hex_id("slot"), "dayOfWeek": s["dayOfWeek"], "time": s["time"]} for s in slots
        ]

    def list(self, call: Call) -> Answer:
        """POST …/queues/list: each with its category."""
        body = _LIST.read(call)
        planner = planner_of(self._world, call, body)
        found = planner.live_queues
        rows = [self._with_category(one, planner) for one in found[page(body)]]
        return wrapped(201, "Fetched Queues", queues=rows, meta={"count": str(len(found))})

    def get(self, call: Call) -> Answer:
        """GET …/queues/{queueId}."""
        planner = planner_of(self._world, call)
        queue = queue_of(planner, call)
        return wrapped(200, "Fetched Queue", queue=self._with_category(queue, planner))

    def update(self, call: Call) -> Answer:
        """PUT …/queues/{queueId}: started, paused, deleted, or at other times."""
        body = _UPDATE.read(call)
        planner = planner_of(self._world, call, body)
        queue = queue_of(planner, call)
        if body.get("status") not in (None, *_STATES):
            values = ", ".join(_STATES)
            raise refuse(422, [f"status must be one of the following values: {values}"])
        if body.get("skipDateTime"):
            queue.skips.append(instant("skipDateTime", body))
        if "timeSlots" in body:
            queue.slots = self._slots(body["timeSlots"])
        queue.takes_new = body.get("enableFuturePosts", queue.takes_new)
        queue.newest_first = body.get("prioritizeNewContent", queue.newest_first)
        if body.keys() & {"status", "skipDateTime", "timeSlots"}:
            plan_anew(queue, planner, body.get("status") or queue.status, self._world)
        queue.updated_at = self._world.state.clock()
        return wrapped(200, "Updated Queue", queue=self._shown(queue, with_ids=False))

    def calendar(self, call: Call) -> Answer:
        """POST …/queues/list/calendar: what active queues publish in a period."""
        body = _CALENDAR.read(call)
        planner = planner_of(self._world, call, body)
        since, until = instant("startDate", body), instant("endDate", body)
        rows = [
            calendar_row(self._world, planner, queue, item, moment)
            for queue in planner.live_queues
            if queue.status == "active"
            and queue.category_id in (body.get("categoryIds") or [queue.category_id])
            for item, moment in between(queue, queue.items, self._world.state.clock(), since, until)
            if set(item.post.account_ids) & set(body.get("accountIds") or item.post.account_ids)
        ]
        return calendar(rows)

    def delete_post(self, call: Call) -> Answer:
        """DELETE …/queues/{postId}/active-post: the one after it is planned."""
        planner = planner_of(self._world, call)
        queue = next((q for q in planner.live_queues if q.post_id == call.params["postId"]), None)
        if queue is None or queue.status != "active":
            raise refuse(400, "Active post not found")
        planner.posts[call.params["postId"]].status = "deleted"
        go_on(queue, planner, self._world.state)
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


def wrapped(status: int, message: str, **results: Any) -> Answer:
    """Return an answer in the envelope of queues, which has the message in its results."""
    body = {"success": True, "statusCode": status, "results": {"message": message, **results}}
    return Answer(status, body)


def planner_of(world: World, call: Call, body: dict[str, Any] | None = None) -> Planner:
    """Return the planner of the sub-account that is named in the query or in the body.

    Raises
    ------
    RefusedError
        Where it is none, or not the token's.
    """
    if body is None:
        require(call, "locationId")
    location = (body or call.query)["locationId"]
    token = world.state.token_of(call.bearer)
    if token is None or token.location_id != location:
        raise known("wrong_location")
    return world.planners.of(location)


def queue_of(planner: Planner, call: Call) -> Queue:
    """Return the queue that the path names."""
    queue = planner.queues.get(call.params["queueId"])
    if queue is None or queue.status == "deleted":
        raise refuse(400, "Queue not found")
    return queue


def plan_anew(queue: Queue, planner: Planner, status: str, world: World) -> None:
    """Set what a queue is, and plan its next post by what it has become."""
    planned = planner.posts.get(queue.post_id or "")
    if planned is not None and planned.status == "scheduled":
        planned.status = "deleted"
        queue.order = None
    queue.status, queue.post_id, queue.last = status, None, None
    go_on(queue, planner, world.state)


def calendar(rows: list[dict[str, Any]]) -> Answer:
    """Return a calendar, the next post first."""
    rows = sorted(rows, key=lambda row: row["scheduledDateTime"])
    return wrapped(201, "Fetched Calendar", scheduledPosts=rows, total=len(rows), timezone=TIMEZONE)


def calendar_row(
    world: World, planner: Planner, queue: Queue, item: QueueItem, moment: datetime
) -> dict[str, Any]:
    """Return what a queue publishes at one time."""
    return {
        "scheduledDateTime": stamp(moment),
        "post": post_of(world, item),
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


def post_of(world: World, item: QueueItem) -> dict[str, Any]:
    """Return the post of an item, with the changes that were made to it."""
    row = shown(world, item.post, is_v3=True)
    content = content_of(item)
    return row | {key: content[key] for key in ("summary", "media", "type") if key in content}


def _published(planner: Planner, category_id: str) -> int:
    return sum(
        post.category_id == category_id and post.status == "published"
        for post in planner.posts.values()
    )
