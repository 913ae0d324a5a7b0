"""Items of a queue: each a post, in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ghl_notebook.api.ask import Ask
from ghl_notebook.api.operation import Door, Group, operation
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


class QueueItems(Group[Door]):
    """Items of a queue, or of a session that edits it (version v3)."""

    @operation("POST", _QUEUE + "/items", scope=_READ, changes=False, v3_only=True, location="body")
    async def list(
        self,
        ask: Ask,
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
            `EditSession.session_id`: its items, in the place of those that are published.
        skip, limit : int
            Which of them, of `QueueMeta.count`.
        error_filter : bool, optional
            Only those that something is wrong with.
        item_id : str, optional
            The item that is to be in the middle.

        Returns
        -------
        QueueItemPage
            Those that were chosen.
        """
        return QueueItemPage.from_wire(await ask(holds={"items": list}))

    @operation("POST", _QUEUE + "/slots", scope=_READ, changes=False, v3_only=True, location="body")
    async def slots(
        self,
        ask: Ask,
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
            In the order of the items.
        """
        return QueueSlotPage.from_wire(await ask(holds={"slots": list}))

    @operation("POST", _QUEUE + "/create/item", scope=_WRITE, v3_only=True, location="body")
    async def create(
        self,
        ask: Ask,
        queue_id: str,
        *,
        session_id: str | None = None,
        modified_post_payload: QueuePost | Mapping[str, Any] | None = None,
        order: float | str | None = None,
        variations: Iterable[Variation | Mapping[str, Any]] | None = None,
        primary_image: str | None = None,
        direct_to_queue: bool | None = None,
    ) -> QueueItem:
        """Add an item: in an edit session, or to the queue at once.

        Parameters
        ----------
        queue_id : str
            `Queue.id`.
        session_id : str, optional
            `EditSession.session_id`.
        modified_post_payload : QueuePost or Mapping, optional
            The post.
        order : float or str, optional
            Its place: a number between those of its neighbours, ``"top"`` or ``"bottom"``.
        variations : iterable of Variation or Mapping, optional
            Other texts, which take turns.
        primary_image : str, optional
            The address of its picture.
        direct_to_queue : bool, optional
            Without an edit session; the queue's settings say where it goes.

        Returns
        -------
        QueueItem
            As the service has kept it.
        """
        return QueueItem.from_wire((await ask(holds={"queueItem": dict}))["queueItem"])

    @operation("PUT", _ITEM, scope=_WRITE, v3_only=True, location="body")
    async def update(
        self,
        ask: Ask,
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
            Its new place; see `order` of `create`.
        session_id, modified_post_payload, variations, primary_image
            As for `create`; what is left out stays.

        Returns
        -------
        QueueChange
            The item, and the slots that have moved.
        """
        return QueueChange.from_wire(await ask(holds={"queueItem": dict}))

    @operation("DELETE", _ITEM, scope=_WRITE, v3_only=True, location="query")
    async def delete(
        self, ask: Ask, queue_id: str, item_id: str, *, session_id: str | None = None
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
        return QueueChange.from_wire(await ask(holds={}))

    @operation("PUT", _ITEM + "/reset", scope=_WRITE, v3_only=True, location="body")
    async def reset(
        self, ask: Ask, queue_id: str, item_id: str, *, session_id: str | None = None
    ) -> QueueItem:
        """Take all changes to an item back.

        Parameters
        ----------
        queue_id, item_id : str
            `Queue.id` and `QueueItem.id`.
        session_id : str, optional
            `EditSession.session_id`.

        Returns
        -------
        QueueItem
            As it was made.
        """
        return QueueItem.from_wire((await ask(holds={"queueItem": dict}))["queueItem"])

    @operation("POST", _ITEM + "/clone", scope=_WRITE, v3_only=True, location="body")
    async def clone(
        self, ask: Ask, queue_id: str, item_id: str, *, session_id: str, order: float
    ) -> QueueItem:
        """Copy an item, in an edit session.

        Parameters
        ----------
        queue_id, item_id : str
            `Queue.id` and `QueueItem.id`.
        session_id : str
            `EditSession.session_id`.
        order : float
            The place of the copy: a number between those of its neighbours.

        Returns
        -------
        QueueItem
            The copy.
        """
        return QueueItem.from_wire((await ask(holds={"queueItem": dict}))["queueItem"])
