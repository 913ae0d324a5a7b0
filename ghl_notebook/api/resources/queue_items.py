"""Items of a queue: posts in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.models import (
    QueueChange,
    QueueItem,
    QueueItemPage,
    QueuePost,
    QueueSlotPage,
    Variation,
)

_QUEUE = "/social-media-posting/category/queues/{queueId}"
_ITEM = _QUEUE + "/items/{itemId}"
_READ, _WRITE = "socialplanner/category.readonly", "socialplanner/category.write"


class QueueItems(Resource[Mode]):
    """Items of a queue, or of an edit session (version v3)."""

    @operation("POST", _QUEUE + "/items", scope=_READ, changes=False, location="body")
    async def list(
        self,
        call: Call,
        queue_id: str,
        *,
        session_id: str | None = None,
        skip: int = 0,
        limit: int = 10,
        error_filter: bool | None = None,
        item_id: str | None = None,
    ) -> QueueItemPage:
        """List items in the order in which they are published.

        Parameters
        ----------
        queue_id : str
            `Queue.id`.
        session_id : str, optional
            `EditSession.session_id`, to list the session's items instead of the published items.
        skip, limit : int
            The part of the list, whose length is `QueueMeta.count`.
        error_filter : bool, optional
            Return only items with an error.
        item_id : str, optional
            The item to show in the middle.

        Returns
        -------
        QueueItemPage
            The chosen items.
        """
        return QueueItemPage.from_wire(await call(required={"items": list}))

    @operation("POST", _QUEUE + "/slots", scope=_READ, changes=False, location="body")
    async def slots(
        self,
        call: Call,
        queue_id: str,
        *,
        session_id: str | None = None,
        skip: int = 0,
        limit: int = 20,
    ) -> QueueSlotPage:
        """List when each item is published.

        Parameters
        ----------
        queue_id, session_id, skip, limit
            As for `list`.

        Returns
        -------
        QueueSlotPage
            The slots, in the order of the items.
        """
        return QueueSlotPage.from_wire(await call(required={"slots": list}))

    @operation("POST", _QUEUE + "/create/item", scope=_WRITE, location="body")
    async def create(
        self,
        call: Call,
        queue_id: str,
        *,
        session_id: str | None = None,
        modified_post_payload: QueuePost | Mapping[str, Any] | None = None,
        order: float | str | None = None,
        variations: Iterable[Variation | Mapping[str, Any]] | None = None,
        primary_image: str | None = None,
        direct_to_queue: bool | None = None,
    ) -> QueueItem:
        """Add an item: in an edit session, or directly to the queue.

        Parameters
        ----------
        queue_id : str
            `Queue.id`.
        session_id : str, optional
            `EditSession.session_id`.
        modified_post_payload : QueuePost or Mapping, optional
            The post.
        order : float or str, optional
            The position: a number between the neighbors' numbers, ``"top"``, or ``"bottom"``.
        variations : iterable of Variation or Mapping, optional
            Other texts, which take turns.
        primary_image : str, optional
            The address of the picture.
        direct_to_queue : bool, optional
            Add the item without an edit session; the queue's settings determine its position.

        Returns
        -------
        QueueItem
            The item that GoHighLevel stored.
        """
        return QueueItem.from_wire((await call(required={"queueItem": dict}))["queueItem"])

    @operation("PUT", _ITEM, scope=_WRITE, location="body")
    async def update(
        self,
        call: Call,
        queue_id: str,
        item_id: str,
        *,
        session_id: str | None = None,
        modified_post_payload: QueuePost | Mapping[str, Any] | None = None,
        new_order: float | str | None = None,
        variations: Iterable[Variation | Mapping[str, Any]] | None = None,
        primary_image: str | None = None,
    ) -> QueueChange:
        """Change or move an item.

        Parameters
        ----------
        queue_id, item_id : str
            `Queue.id` and `QueueItem.id`.
        new_order : float or str, optional
            The new position; see `order` of `create`.
        session_id, modified_post_payload, variations, primary_image
            As for `create`; other values do not change.

        Returns
        -------
        QueueChange
            The item, and the slots that have moved.
        """
        return QueueChange.from_wire(await call(required={"queueItem": dict}))

    @operation("DELETE", _ITEM, scope=_WRITE, location="query")
    async def delete(
        self, call: Call, queue_id: str, item_id: str, *, session_id: str | None = None
    ) -> QueueChange:
        """Delete an item.

        Parameters
        ----------
        queue_id, item_id : str
            `Queue.id` and `QueueItem.id`.
        session_id : str, optional
            `EditSession.session_id`.

        Returns
        -------
        QueueChange
            The slots that have moved.
        """
        return QueueChange.from_wire(await call(required={}))

    @operation("PUT", _ITEM + "/reset", scope=_WRITE, location="body")
    async def reset(
        self, call: Call, queue_id: str, item_id: str, *, session_id: str | None = None
    ) -> QueueItem:
        """Undo all changes to an item.

        Parameters
        ----------
        queue_id, item_id : str
            `Queue.id` and `QueueItem.id`.
        session_id : str, optional
            `EditSession.session_id`.

        Returns
        -------
        QueueItem
            The original item.
        """
        return QueueItem.from_wire((await call(required={"queueItem": dict}))["queueItem"])

    @operation("POST", _ITEM + "/clone", scope=_WRITE, location="body")
    async def clone(
        self, call: Call, queue_id: str, item_id: str, *, session_id: str, order: float
    ) -> QueueItem:
        """Copy an item, in an edit session.

        Parameters
        ----------
        queue_id, item_id : str
            `Queue.id` and `QueueItem.id`.
        session_id : str
            `EditSession.session_id`.
        order : float
            The position of the copy: a number between the neighbors' numbers.

        Returns
        -------
        QueueItem
            The copy.
        """
        return QueueItem.from_wire((await call(required={"queueItem": dict}))["queueItem"])
