"""The operations on the items of a queue, directly or in an edit session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .bodies import Body, page
from .faults import refuse
from .planner_records import EditSession, Planner, Post, Queue, QueueItem, copied
from .post_rules import read_datetime
from .queue_plan import STEP, TIMEZONE, ItemSlot, between, content_of, slot_row, slots_of
from .queues import calendar, calendar_row, planner_of, post_of, queue_of, set_status, wrapped
from .request import SimRequest, SimResponse
from .routes import Operations, route
from .state import stamp

_ITEMS = Body(
    "locationId:text! sessionId:text skip:number limit:number errorFilter:boolean itemId:text"
)
_SLOTS = Body("locationId:text! sessionId:text skip:number limit:number")
_CONTENT = "modifiedPostPayload:object variations:objects primaryImage:text"
_CREATE = Body(f"locationId:text! sessionId:text order:position directToQueue:boolean {_CONTENT}")
_UPDATE = Body(f"locationId:text! sessionId:text newOrder:position {_CONTENT}")
_RESET = Body("locationId:text! sessionId:text")
_CLONE = Body("locationId:text! sessionId:text! order:number!")
_START = Body("locationId:text!")
_END = Body("locationId:text! sessionId:text! keepInDraft:boolean")
_CALENDAR = Body("locationId:text! sessionId:text! startDate:text! endDate:text! accountIds:texts")
_READ = "socialplanner/category.readonly"
_WRITE = "socialplanner/category.write"
_QUEUE = "/social-media-posting/category/queues/{queueId}"
_ITEM = f"{_QUEUE}/items/{{itemId}}"


class QueueItemOperations(Operations):
    """The operations on the items of a queue, and on its edit sessions."""

    @route("POST", f"{_QUEUE}/edit/start", _WRITE, v3_only=True)
    def start(self, request: SimRequest) -> SimResponse:
        """Start an edit session with copies of the items, or return the one in progress."""
        queue = queue_of(planner_of(self._context, request, _START.read(request)), request)
        if queue.session is None:
            items = {
                made.id: made
                for one in copied(queue.items).values()
                for made in [replace(one, id=self._id(), original_id=one.id)]
            }
            queue.session = EditSession(self._state.hex_id("session"), queue.id, items)
        session = queue.session
        return wrapped(
            201, "Started Edit Session", sessionId=session.id, itemCount=len(session.items)
        )

    @route("POST", f"{_QUEUE}/edit/save", _WRITE, v3_only=True)
    def save(self, request: SimRequest) -> SimResponse:
        """Replace the items by the copies of the session, and activate a draft."""
        body, planner, queue = self._at(request, _END)
        edited = [
            replace(one, id=one.original_id or one.id, original_id=None)
            for one in _items(queue, body).values()
        ]
        before = queue.items
        queue.items, queue.session = {one.id: one for one in edited}, None
        changed = [one for one in edited if one != before.get(one.id)]
        gone = before.keys() - queue.items.keys()
        stays = queue.status != "draft" or body.get("keepInDraft", False)
        set_status(queue, planner, queue.status if stays else "active", self._context)
        return wrapped(
            200,
            "Saved Edit Session",
            updatedSlots=self._slot_rows(queue),
            totalPostsChanged=len(changed) + len(gone),
        )

    @route("POST", f"{_QUEUE}/edit/discard", _WRITE, v3_only=True)
    def discard(self, request: SimRequest) -> SimResponse:
        """Discard the copies of the session."""
        body, _, queue = self._at(request, _END)
        _items(queue, body)
        queue.session = None
        return wrapped(200, "Discarded Edit Session")

    @route("POST", f"{_QUEUE}/edit/calendar", _READ, v3_only=True)
    def calendar(self, request: SimRequest) -> SimResponse:
        """List the posts of a period as they would be after a save."""
        body, planner, queue = self._at(request, _CALENDAR)
        items, now = _items(queue, body), self._state.clock()
        since, until = read_datetime("startDate", body), read_datetime("endDate", body)
        rows = [
            calendar_row(self._context, planner, queue, item, moment)
            | {"isDraft": True, "originalItemId": item.original_id}
            for item, moment in between(queue, items, now, since, until)
            if set(item.post.account_ids) & set(body.get("accountIds") or item.post.account_ids)
        ]
        return calendar(rows)

    @route("POST", f"{_QUEUE}/items", _READ, v3_only=True)
    def items(self, request: SimRequest) -> SimResponse:
        """List the items in the order of publishing."""
        body, _, queue = self._at(request, _ITEMS)
        rows = [] if body.get("errorFilter") else self._slots(queue, body)
        chosen = page(body)
        if "itemId" in body:
            shown_ids = [item.id for item, *_ in rows]
            if body["itemId"] not in shown_ids:
                raise refuse(400, "Queue item not found")
            middle = shown_ids.index(body["itemId"])
            size = chosen.stop - chosen.start
            chosen = slice(max(0, middle - size // 2), max(0, middle - size // 2) + size)
        shown = [self._shown(slot[0]) | _timed(slot_row(slot)) for slot in rows[chosen]]
        meta = {
            "count": str(len(rows)),
            "skip": chosen.start,
            "limit": chosen.stop - chosen.start,
        }
        return wrapped(201, "Fetched Queue Items", items=shown, meta=meta)

    @route("POST", f"{_QUEUE}/slots", _READ, v3_only=True)
    def slots(self, request: SimRequest) -> SimResponse:
        """List the publishing time of each item."""
        body, _, queue = self._at(request, _SLOTS)
        rows = self._slots(queue, body)
        chosen = page(body, 20)
        return wrapped(
            201,
            "Fetched Slots",
            slots=[slot_row(slot) for slot in rows[chosen]],
            total=len(rows),
            skip=chosen.start,
            limit=chosen.stop - chosen.start,
            timezone=TIMEZONE,
        )

    @route("POST", f"{_QUEUE}/create/item", _WRITE, v3_only=True)
    def create(self, request: SimRequest) -> SimResponse:
        """Create an item, in an edit session or directly."""
        body, planner, queue = self._at(request, _CREATE)
        directly = body.get("directToQueue", False)
        if "sessionId" not in body and not directly and queue.status != "draft":
            raise refuse(400, "Pass a sessionId, or directToQueue")
        items = _items(queue, body)
        position = ("top" if queue.newest_first else "bottom") if directly else body.get("order")
        payload = body.get("modifiedPostPayload", {})
        now = self._state.clock()
        every = self._state.accounts_of(planner.location_id)
        wanted = payload.get("accountIds", [one.id for one in every])
        if not isinstance(wanted, list):
            raise refuse(422, ["modifiedPostPayload.accountIds must be an array"])
        accounts = [one for one in every if one.id in wanted]
        if not accounts:
            raise refuse(400, "Account not found")
        post = Post(
            id=self._state.hex_id("post"), location_id=planner.location_id, status="draft",
            source="category-queue", account_ids=[one.id for one in accounts],
            platform=accounts[0].page.platform, created_by=payload.get("userId", queue.created_by),
            created_at=now, updated_at=now,
            content={"type": "post", "summary": "", "media": [], **payload},
            category_id=queue.category_id,
        )  # fmt: skip
        item = QueueItem(self._id(), _order(queue, items, position), post, now)
        self._change(item, {k: v for k, v in body.items() if k != "modifiedPostPayload"})
        items[item.id] = item
        return wrapped(201, "Created Queue Item", queueItem=self._made(queue, item))

    @route("PUT", _ITEM, _WRITE, v3_only=True)
    def update(self, request: SimRequest) -> SimResponse:
        """Change or move an item."""
        body, _, queue = self._at(request, _UPDATE)
        item = _one(queue, body, request.params["itemId"])
        self._change(item, body)
        if "newOrder" in body:
            others = {k: v for k, v in _items(queue, body).items() if v is not item}
            item.order = _order(queue, others, body["newOrder"])
        return wrapped(
            200,
            "Updated Queue Item",
            queueItem=self._made(queue, item),
            updatedSlots=self._slot_rows(queue, body),
            totalPostsChanged=1,
        )

    @route("DELETE", _ITEM, _WRITE, v3_only=True)
    def delete(self, request: SimRequest) -> SimResponse:
        """Delete an item."""
        queue = queue_of(planner_of(self._context, request), request)
        item = _one(queue, request.query, request.params["itemId"])
        del _items(queue, request.query)[item.id]
        slots = self._slot_rows(queue, request.query)
        return wrapped(200, "Deleted Queue Item", updatedSlots=slots, totalPostsChanged=1)

    @route("PUT", f"{_ITEM}/reset", _WRITE, v3_only=True)
    def reset(self, request: SimRequest) -> SimResponse:
        """Remove all changes of an item."""
        body, _, queue = self._at(request, _RESET)
        item = _one(queue, body, request.params["itemId"])
        item.changes, item.variations, item.primary_image = {}, [], ""
        row = self._shown(item) | _timed(slot_row((item, None, False))) | {"currentVariation": 0}
        return wrapped(200, "Reset Queue Item", queueItem=row)

    @route("POST", f"{_ITEM}/clone", _WRITE, v3_only=True)
    def clone(self, request: SimRequest) -> SimResponse:
        """Copy an item, in an edit session."""
        body, _, queue = self._at(request, _CLONE)
        one = _one(queue, body, request.params["itemId"])
        (copy,) = copied({one.id: one}).values()
        copy = replace(copy, id=self._id(), order=body["order"], original_id=None)
        _items(queue, body)[copy.id] = copy
        return wrapped(201, "Cloned Queue Item", queueItem=self._made(queue, copy))

    def _at(self, request: SimRequest, rules: Body) -> tuple[dict[str, Any], Planner, Queue]:
        body = rules.read(request)
        planner = planner_of(self._context, request, body)
        return body, planner, queue_of(planner, request)

    def _id(self) -> str:
        return self._state.hex_id("queue-item")

    def _change(self, item: QueueItem, body: dict[str, Any]) -> None:
        item.changes |= body.get("modifiedPostPayload", {})
        item.primary_image = body.get("primaryImage", item.primary_image)
        if "variations" in body:
            hex_id = self._state.hex_id
            item.variations = [{**one, "_id": hex_id("variation")} for one in body["variations"]]

    def _slots(self, queue: Queue, body: dict[str, Any]) -> list[ItemSlot]:
        draft, now = "sessionId" in body, self._state.clock()
        return slots_of(queue, _items(queue, body), now, draft=draft)

    def _slot_rows(self, queue: Queue, body: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        return [slot_row(slot) for slot in self._slots(queue, body or {})]

    def _shown(self, item: QueueItem) -> dict[str, Any]:
        return {
            "_id": item.id,
            "order": item.order,
            "variations": item.variations,
            "primaryImage": item.primary_image,
            "postId": item.post.id,
            "post": post_of(self._context, item),
            "errors": [],
        }

    def _made(self, queue: Queue, item: QueueItem) -> dict[str, Any]:
        row = self._shown(item)
        payload = row.pop("post")
        payload.pop("platform")
        return row | {
            "lastScheduledTime": None,
            "queueId": queue.id,
            "modifiedPostPayload": payload | {"summary": content_of(item).get("summary", "")},
            "currentVariation": 0,
            "createdAt": stamp(item.created_at),
            "updatedAt": stamp(item.created_at),
            "deleted": False,
            "locationId": queue.location_id,
        }


def _items(queue: Queue, body: dict[str, Any]) -> dict[str, QueueItem]:
    """Return the items of the session in the body, or of the queue."""
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


def _order(queue: Queue, items: dict[str, QueueItem], wanted: float | str | None) -> float:
    """Return the order of a position; top and bottom refer to the current round."""
    if isinstance(wanted, int | float):
        return float(wanted)
    if wanted not in (None, "top", "bottom"):
        raise refuse(422, ["order must be a number, top or bottom"])
    orders = [item.order for item in queue.in_order(items)]
    if not orders:
        return STEP
    if wanted == "top" and queue.order is None:
        return orders[0] - STEP
    # The first item is already planned: top is the position after it, bottom the one before it.
    before, after = orders[:2] if wanted == "top" and orders[1:] else (orders[-1], orders[0])
    return (before + after) / 2 if after > before else before + STEP


def _timed(slot: dict[str, Any]) -> dict[str, Any]:
    return {
        "scheduledDateTime": slot["scheduledDateTime"],
        "scheduledVariationIndex": 0,
        "isSkipped": slot["isSkipped"],
    }
