"""Queues: posts of a category that are published repeatedly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.models import (
    EditSession,
    Queue,
    QueueCalendar,
    QueueCategoryPage,
    QueueChange,
    QueuePage,
    TimeSlot,
    check_filter,
)

_QUEUES = "/social-media-posting/category/queues"
_QUEUE = _QUEUES + "/{queueId}"
_EDIT = _QUEUE + "/edit"
_READ, _WRITE = "socialplanner/category.readonly", "socialplanner/category.write"


class Queues(Resource[Mode]):
    """Queues of a sub-account's categories, and sessions that edit them (version v3)."""

    @operation("GET", _QUEUES + "/available-categories", scope=_READ, location="query")
    async def available_categories(
        self, call: Call, *, q: str | None = None, skip: int = 0, limit: int = 10
    ) -> QueueCategoryPage:
        """List categories, and whether each has a queue.

        Parameters
        ----------
        q : str, optional
            Return only categories with this text in their name.
        skip, limit : int
            The part of the list, whose length is `QueueMeta.count`.

        Returns
        -------
        QueueCategoryPage
            The chosen categories.
        """
        return QueueCategoryPage.from_wire(await call(required={"categories": list}))

    @operation("POST", _QUEUES + "/list", scope=_READ, changes=False, location="body")
    async def list(self, call: Call, *, skip: int = 0, limit: int = 10) -> QueuePage:
        """List queues, each with its category.

        Parameters
        ----------
        skip, limit : int
            The part of the list, whose length is `QueueMeta.count`.

        Returns
        -------
        QueuePage
            The chosen queues.
        """
        return await call.page(QueuePage.from_wire, required={"queues": list})

    @operation("POST", _QUEUES, scope=_WRITE, location="body")
    async def create(
        self,
        call: Call,
        category_id: str,
        time_slots: Iterable[TimeSlot | Mapping[str, Any]],
        *,
        enable_future_posts: bool | None = None,
        prioritize_new_content: bool | None = None,
        user_id: str | None = None,
    ) -> Queue:
        """Make a queue of a category's published posts; it is a draft until it is activated.

        Parameters
        ----------
        category_id : str
            `Category.id`.
        time_slots : iterable of TimeSlot or Mapping
            The times of each week when the queue publishes a post.
        enable_future_posts : bool, optional
            Whether to add posts that the category gets later.
        prioritize_new_content : bool, optional
            Whether to publish these new posts first.
        user_id : str, optional
            The owner of the queue; by default, the client's user.

        Returns
        -------
        Queue
            The queue that GoHighLevel stored.
        """
        results = await call(required={"queue": dict}, user_id=user_id or await call.user_id())
        return Queue.from_wire(results["queue"])

    @operation("GET", _QUEUE, scope=_READ, location="query")
    async def get(self, call: Call, queue_id: str) -> Queue:
        """Return one queue, with its category.

        Parameters
        ----------
        queue_id : str
            `Queue.id`.

        Returns
        -------
        Queue
            The queue in its current state.
        """
        return Queue.from_wire((await call(required={"queue": dict}))["queue"])

    @operation("PUT", _QUEUE, scope=_WRITE, location="body")
    async def update(
        self,
        call: Call,
        queue_id: str,
        *,
        status: str | None = None,
        time_slots: Iterable[TimeSlot | Mapping[str, Any]] | None = None,
        skip_date_time: datetime | str | None = None,
        enable_future_posts: bool | None = None,
        prioritize_new_content: bool | None = None,
        skip_legacy_watermark: bool | None = None,
    ) -> Queue:
        """Change a queue: start it, pause it, delete it, or leave out one time.

        Parameters
        ----------
        queue_id : str
            `Queue.id`.
        status : str, optional
            ``"active"``, ``"paused"``, or ``"deleted"``.
        time_slots : iterable of TimeSlot or Mapping, optional
            The new times when the queue publishes a post, instead of the earlier times.
        skip_date_time : datetime or str, optional
            A time to leave out, with a time zone.
        enable_future_posts, prioritize_new_content : bool, optional
            As for `create`.
        skip_legacy_watermark : bool, optional
            Leave old watermarks unchanged when posts are planned again.

        Returns
        -------
        Queue
            The queue that GoHighLevel stored, without its category.
        """
        return Queue.from_wire((await call(required={"queue": dict}))["queue"])

    @operation(
        "POST",
        _QUEUES + "/list/calendar",
        scope=_READ,
        changes=False,
        location="body",
    )
    async def calendar(
        self,
        call: Call,
        start_date: datetime | str,
        end_date: datetime | str,
        *,
        category_ids: Iterable[str] | None = None,
        account_ids: Iterable[str] | None = None,
    ) -> QueueCalendar:
        """List the posts that active queues will publish in a period.

        Parameters
        ----------
        start_date, end_date : datetime or str
            The period, with a time zone.
        category_ids : iterable of str, optional
            Return only posts of these categories: `Category.id` values.
        account_ids : iterable of str, optional
            Return only posts on these accounts: `Account.id` values.

        Returns
        -------
        QueueCalendar
            The posts, next first.
        """
        check_filter("category_ids", category_ids)
        check_filter("account_ids", account_ids)
        return QueueCalendar.from_wire(await call(required={"scheduledPosts": list}))

    @operation("DELETE", _QUEUES + "/{postId}/active-post", scope=_WRITE, location="query")
    async def delete_active_post(self, call: Call, post_id: str) -> None:
        """Delete the post that a queue publishes next; the queue then plans the following post.

        Parameters
        ----------
        post_id : str
            `Queue.current_post_id`.
        """
        await call()

    @operation("POST", _EDIT + "/start", scope=_WRITE, location="body")
    async def start_edit(self, call: Call, queue_id: str) -> EditSession:
        """Start or resume an edit session, with a copy of a queue's items, until `save_edit`.

        Parameters
        ----------
        queue_id : str
            `Queue.id`.

        Returns
        -------
        EditSession
            The session, whose `EditSession.session_id` you pass to `queue_items`.
        """
        return EditSession.from_wire(await call(required={"sessionId": str}))

    @operation("POST", _EDIT + "/save", scope=_WRITE, location="body")
    async def save_edit(
        self, call: Call, queue_id: str, session_id: str, *, keep_in_draft: bool | None = None
    ) -> QueueChange:
        """Replace the queue's items with the edited items, and activate a draft.

        Parameters
        ----------
        queue_id, session_id : str
            `Queue.id` and `EditSession.session_id`.
        keep_in_draft : bool, optional
            Do not activate a draft.

        Returns
        -------
        QueueChange
            The new slots.
        """
        return QueueChange.from_wire(await call(required={}))

    @operation("POST", _EDIT + "/discard", scope=_WRITE, location="body")
    async def discard_edit(
        self, call: Call, queue_id: str, session_id: str, *, keep_in_draft: bool | None = None
    ) -> None:
        """Discard the edited items.

        Parameters
        ----------
        queue_id, session_id : str
            `Queue.id` and `EditSession.session_id`.
        keep_in_draft : bool, optional
            Do not activate a draft.
        """
        await call()

    @operation("POST", _EDIT + "/calendar", scope=_READ, changes=False, location="body")
    async def edit_calendar(
        self,
        call: Call,
        queue_id: str,
        session_id: str,
        start_date: datetime | str,
        end_date: datetime | str,
        *,
        account_ids: Iterable[str] | None = None,
    ) -> QueueCalendar:
        """List the posts that a queue would publish in a period if you saved the edited items.

        Parameters
        ----------
        queue_id, session_id : str
            `Queue.id` and `EditSession.session_id`.
        start_date, end_date, account_ids
            As for `calendar`.

        Returns
        -------
        QueueCalendar
            The posts, next first.
        """
        check_filter("account_ids", account_ids)
        return QueueCalendar.from_wire(await call(required={"scheduledPosts": list}))
