"""The operations on a queue's items, live or in an edit session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .bodies import Body, page
from .faults import refuse
from .planner_records import Post
from .planners import Planner
from .posts import instant
from .queue_plan import STEP, TIMEZONE, between, content_of, slot, slots_of
from .queue_records import Queue, QueueItem, Session, copied
from .queues import calendar, calendar_row, plan_anew, planner_of, post_of, queue_of, wrapped
from .routes import Add
from .state import stamp
from .wire import Answer, Call, World

_ITEMS = Body(
    "locationId:text! sessionId:text skip:number limit:number errorFilter:boolean itemId:text"
)
_SLOTS = Body("locationId:text! sessionId:text skip:number limit:number")
_CONTENT = "modifiedPostPayload:object variations:objects primaryImage:text"
_CREATE = Body(f"locationId:text! sessionId:text order:place directToQueue:boolean {_CONTENT}")
_UPDATE = Body(f"locationId:text! sessionId:text newOrder:place {_CONTENT}")
_RESET = Body("locationId:text! sessionId:text")
_CLONE = Body("locationId:text! sessionId:text! order:number!")
_START = Body("locationId:text!")
_END = Body("locationId:text! sessionId:text! keepInDraft:boolean")
_CALENDAR = Body("locationId:text! sessionId:text! startDate:text! endDate:text! accountIds:texts")


class QueueItemOperations:
    """What the routes of a queue's items and of its edit sessions lead to.

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
        queue = "/social-media-posting/category/queues/{queueId}"
        item = f"{queue}/items/{{itemId}}"
        add("POST", f"{queue}/items", read, self.items, v3_only=True)
        add("POST", f"{queue}/slots", read, self.slots, v3_only=True)
        add("POST", f"{queue}/create/item", write, self.create, v3_only=True)
        add("PUT", item, write, self.update, v3_only=True)
        add("DELETE", item, write, self.delete, v3_only=True)
        add("PUT", f"{item}/reset", write, self.reset, v3_only=True)
        add("POST", f"{item}/clone", write, self.clone, v3_only=True)
        add("POST", f"{queue}/edit/start", write, self.start, v3_only=True)
        add("POST", f"{queue}/edit/save", write, self.save, v3_only=True)
        add("POST", f"{queue}/edit/discard", write, self.discard, v3_only=True)
        add("POST", f"{queue}/edit/calendar", read, self.calendar, v3_only=True)

    def start(self, call: Call) -> Answer:
        """POST …/edit/start: a copy of the items; one that there is goes on."""
        queue = queue_of(planner_of(self._world, call, _START.read(call)), call)
        if queue.session is None:
            items = {
                made.id: made
                for one in copied(queue.items).values()
                for made in [replace(one, id=self._id(), original_id=one.id)]
            }
            queue.session = Session(self._world.state.hex_id("session"), queue.id, items)
        session = queue.session
        return wrapped(
            201, "Started Edit Session", sessionId=session.id, itemCount=len(session.items)
        )

    def save(self, call: Call) -> Answer:
        """POST …/edit/save: the copies take the place of the items, and a draft is activated."""
        body, planner, queue = self._at(call, _END)
        edited = [
            replace(one, id=one.original_id or one.id, original_id=None)
            for one in _items(queue, body).values()
        ]
        before = queue.items
        queue.items, queue.session = {one.id: one for one in edited}, None
        changed = [one for one in edited if one != before.get(one.id)]
        gone = before.keys() - queue.items.keys()
        stays = queue.status != "draft" or body.get("keepInDraft", False)
        plan_anew(queue, planner, queue.status if stays else "active", self._world)
        return wrapped(
            200,
            "Saved Edit Session",
            updatedSlots=self._told(queue),
            totalPostsChanged=len(changed) + len(gone),
        )

    def discard(self, call: Call) -> Answer:
        """POST …/edit/discard: the copies are forgotten."""
        body, _, queue = self._at(call, _END)
        _items(queue, body)
        queue.session = None
        return wrapped(200, "Discarded Edit Session")

    def calendar(self, call: Call) -> Answer:
        """POST …/edit/calendar: what would be published if the copies were saved."""
        body, planner, queue = self._at(call, _CALENDAR)
        items, now = _items(queue, body), self._world.state.clock()
        since, until = instant("startDate", body), instant("endDate", body)
        rows = [
            calendar_row(self._world, planner, queue, item, moment)
            | {"isDraft": True, "originalItemId": item.original_id}
            for item, moment in between(queue, items, now, since, until)
            if set(item.post.account_ids) & set(body.get("accountIds") or item.post.account_ids)
        ]
        return calendar(rows)

    def items(self, call: Call) -> Answer:
        """POST …/items: in the order in which they are published."""
        body, _, queue = self._at(call, _ITEMS)
        draft = "sessionId" in body
        rows = slots_of(queue, _items(queue, body), self._world.state.clock(), draft=draft)
        rows = [] if body.get("errorFilter") else rows
        chosen = page(body)
        if "itemId" in body:
            shown_ids = [item.id for item, *_ in rows]
            if body["itemId"] not in shown_ids:
                raise refuse(400, "Queue item not found")
            middle = shown_ids.index(body["itemId"])
            size = chosen.stop - chosen.start
            chosen = slice(max(0, middle - size // 2), max(0, middle - size // 2) + size)
        shown = [self._shown(told[0]) | _timed(slot(told)) for told in rows[chosen]]
        meta = {
            "count": str(len(rows)),
            "skip": chosen.start,
            "limit": chosen.stop - chosen.start,
        }
        return wrapped(201, "Fetched Queue Items", items=shown, meta=meta)

    def slots(self, call: Call) -> Answer:
        """POST …/slots: when each item is published."""
        body, _, queue = self._at(call, _SLOTS)
        draft = "sessionId" in body
        rows = slots_of(queue, _items(queue, body), self._world.state.clock(), draft=draft)
        chosen = page(body, 20)
        return wrapped(
            201,
            "Fetched Slots",
            slots=[slot(told) for told in rows[chosen]],
            total=len(rows),
            skip=chosen.start,
            limit=chosen.stop - chosen.start,
            timezone=TIMEZONE,
        )

    def create(self, call: Call) -> Answer:
        """POST …/create/item: in an edit session, or directly."""
        body, planner, queue = self._at(call, _CREATE)
        directly = body.get("directToQueue", False)
        if "sessionId" not in body and not directly and queue.status != "draft":
            raise refuse(400, "Pass a sessionId, or directToQueue")
        items = _items(queue, body)
        place = ("top" if queue.newest_first else "bottom") if directly else body.get("order")
        payload = body.get("modifiedPostPayload", {})
        now = self._world.state.clock()
        every = self._world.state.accounts_of(planner.location_id)
        wanted = payload.get("accountIds", [one.id for one in every])
        if not isinstance(wanted, list):
            raise refuse(422, ["modifiedPostPayload.accountIds must be an array"])
        accounts = [one for one in every if one.id in wanted]
        if not accounts:
            raise refuse(400, "Account not found")
        post = Post(
            id=self._world.state.hex_id("post"),
            location_id=planner.location_id,
            status="draft",
            source="category-queue",
            account_ids=[one.id for one in accounts],
            platform=accounts[0].page.platform,
            created_by=payload.get("userId", queue.created_by),
            created_at=now,
            updated_at=now,
            content={"type": "post", "summary": "", "media": [], **payload},
            category_id=queue.category_id,
        )
        item = QueueItem(self._id(), _place(queue, items, place), post, now)
        self._change(item, {k: v for k, v in body.items() if k != "modifiedPostPayload"})
        items[item.id] = item
        return wrapped(201, "Created Queue Item", queueItem=self._made(queue, item))

    def update(self, call: Call) -> Answer:
        """PUT …/items/{itemId}: changed, or moved."""
        body, _, queue = self._at(call, _UPDATE)
        item = _one(queue, body, call.params["itemId"])
        self._change(item, body)
        if "newOrder" in body:
            others = {k: v for k, v in _items(queue, body).items() if v is not item}
            item.order = _place(queue, others, body["newOrder"])
        return wrapped(
            200,
            "Updated Queue Item",
            queueItem=self._made(queue, item),
            updatedSlots=self._told(queue, body),
            totalPostsChanged=1,
        )

    def delete(self, call: Call) -> Answer:
        """DELETE …/items/{itemId}."""
        queue = queue_of(planner_of(self._world, call), call)
        item = _one(queue, call.query, call.params["itemId"])
        del _items(queue, call.query)[item.id]
        told = self._told(queue, call.query)
        return wrapped(200, "Deleted Queue Item", updatedSlots=told, totalPostsChanged=1)

    def reset(self, call: Call) -> Answer:
        """PUT …/items/{itemId}/reset: as it was made."""
        body, _, queue = self._at(call, _RESET)
        item = _one(queue, body, call.params["itemId"])
        item.changes, item.variations, item.primary_image = {}, [], ""
        told = {"scheduledDateTime": None, "isSkipped": False}
        row = self._shown(item) | _timed(told) | {"currentVariation": 0}
        return wrapped(200, "Reset Queue Item", queueItem=row)

    def clone(self, call: Call) -> Answer:
        """POST …/items/{itemId}/clone: a copy, in an edit session."""
        body, _, queue = self._at(call, _CLONE)
        one = _one(queue, body, call.params["itemId"])
        (copy,) = copied({one.id: one}).values()
        copy = replace(copy, id=self._id(), order=body["order"], original_id=None)
        _items(queue, body)[copy.id] = copy
        return wrapped(201, "Cloned Queue Item", queueItem=self._made(queue, copy))

    def _at(self, call: Call, rules: Body) -> tuple[dict[str, Any], Planner, Queue]:
        body = rules.read(call)
        planner = planner_of(self._world, call, body)
        return body, planner, queue_of(planner, call)

    def _id(self) -> str:
        return self._world.state.hex_id("queue-item")

    def _change(self, item: QueueItem, body: dict[str, Any]) -> None:
        item.changes |= body.get("modifiedPostPayload", {})
        item.primary_image = body.get("primaryImage", item.primary_image)
        if "variations" in body:
            hex_id = self._world.state.hex_id
            item.variations = [{**one, "_id": hex_id("variation")} for one in body["variations"]]

    def _told(self, queue: Queue, body: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        draft = "sessionId" in (body or {})
        items = _items(queue, body or {})
        return [slot(s) for s in slots_of(queue, items, self._world.state.clock(), draft=draft)]

    def _shown(self, item: QueueItem) -> dict[str, Any]:
        return {
            "_id": item.id,
            "order": item.order,
            "variations": item.variations,
            "primaryImage": item.primary_image,
            "postId": item.post.id,
            "post": post_of(self._world, item),
            "errors": [],
        }

    def _made(self, queue: Queue, item: QueueItem) -> dict[str, Any]:
        payload = post_of(self._world, item)
        payload.pop("platform")
        return {
            "_id": item.id,
            "order": item.order,
            "variations": item.variations,
            "primaryImage": item.primary_image,
            "lastScheduledTime": None,
            "queueId": queue.id,
            "postId": item.post.id,
            "modifiedPostPayload": payload | {"summary": content_of(item).get("summary", "")},
            "errors": [],
            "currentVariation": 0,
            "createdAt": stamp(item.created_at),
            "updatedAt": stamp(item.created_at),
            "deleted": False,
            "locationId": queue.location_id,
        }


def _items(queue: Queue, body: dict[str, Any]) -> dict[str, QueueItem]:
    """Return the items of the session that is named, or of the queue itself."""
    if "sessionId" not in body:
        return queue.items
    if queue.session is None or queue.session.id != body["sessionId"]:
        raise refuse(400, "Edit session not found")
    return queue.session.items


def _one(queue: Queue, body: dict[str, Any], item_id: str) -> QueueItem:
    item = _items(queue, body).get(item_id)
    if item is None:
        raise refuse(400, "Queue item not found")
    return item


def _place(queue: Queue, items: dict[str, QueueItem], wanted: float | str | None) -> float:
    """Return the order of a place; top and bottom are those of the round that is going on."""
    if isinstance(wanted, int | float):
        return float(wanted)
    if wanted not in (None, "top", "bottom"):
        raise refuse(422, ["order must be a number, top or bottom"])
    orders = [item.order for item in queue.in_order(items)]
    if not orders:
        return STEP
    if wanted == "top" and queue.order is None:
        return orders[0] - STEP
    # The first one is planned already: the top is the place after it, the bottom that before it.
    before, after = orders[:2] if wanted == "top" and orders[1:] else (orders[-1], orders[0])
    return (before + after) / 2 if after > before else before + STEP


def _timed(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "scheduledDateTime": told["scheduledDateTime"],
        "scheduledVariationIndex": 0,
        "isSkipped": told["isSkipped"],
    }
