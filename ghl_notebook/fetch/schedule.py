"""Schedules posts from a DataFrame: every row is checked first, and none is sent twice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import replace
from numbers import Integral
from typing import Any, Final, overload

import msgspec
import pandas as pd

from ghl_notebook.api import AsyncClient, Client
from ghl_notebook.errors import ArgumentError, GHLError, PlanError
from ghl_notebook.frames import SCHEDULE_LAYOUT, RowOutcome, document_columns
from ghl_notebook.guard import guarded

from .dispatch import call_one
from .listed_posts import list_posts
from .plan import PlanRow, check_row, read_rows, reminder
from .sent_posts import SentPosts, SentState, open_sent_posts

_STOP_SECONDS: Final = 5.0
"""How long an interrupt waits for the post being sent, so that the report includes it."""

_LOG: Final = logging.getLogger("ghl_notebook.fetch")


@overload
def schedule_posts(
    client: Client, frame: pd.DataFrame, *, dry_run: bool = True, resend: Iterable[int] = ()
) -> pd.DataFrame: ...
@overload
def schedule_posts(
    client: AsyncClient, frame: pd.DataFrame, *, dry_run: bool = True, resend: Iterable[int] = ()
) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
@document_columns(SCHEDULE_LAYOUT)
def schedule_posts(
    client: Client | AsyncClient,
    frame: pd.DataFrame,
    *,
    dry_run: bool = True,
    resend: Iterable[int] = (),
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Schedule a post for each row of a DataFrame, or preview the result.

    Calls ``GET /social-media-posting/{locationId}/accounts`` (scope
    ``socialplanner/account.readonly``) and ``POST /social-media-posting/{locationId}/posts/list``
    (scope ``socialplanner/post.readonly``). With ``dry_run=False``, it then calls ``POST
    /social-media-posting/{locationId}/posts`` (scope ``socialplanner/post.write``) for each valid
    row.

    Parameters
    ----------
    client : Client or AsyncClient
        A client of one sub-account. With an `AsyncClient`, await the result.
    frame : pandas.DataFrame
        One row per post. The first two columns are required:

        - ``account_ids``: ``id`` of `fetch_accounts`; several as a list, or joined by ``", "``
        - ``schedule_date``: when to publish, with a time zone
        - ``summary``: text; a post needs text or media
        - ``media``: a list of `PostMedia`, or of dicts with ``url`` and ``type``
        - ``type``: ``post`` (the default), ``story`` or ``reel``
        - ``tags``: ids of `fetch_tags`, a list or joined by ``", "``
        - ``category_id``: ``id`` of `fetch_categories`
        - ``follow_up_comment``: a comment to publish right after the post
    dry_run : bool, default True
        Check the rows, but send nothing.
    resend : iterable of int, optional
        Rows to send again, counted from 0 as in ``row``: for posts that you have deleted, or that
        are ``unknown`` and do not exist. Posts that the API lists are not sent again.

    Returns
    -------
    pandas.DataFrame
        One row per row of `frame`, in its order, with a new integer index and the same columns even
        if empty.

        {columns}

        The action is ``would schedule`` (not sent), ``scheduled``, ``already scheduled`` (by an
        earlier call), ``refused`` (by a check, or by the API), or ``unknown`` (possibly sent, but
        no response arrived).

    Raises
    ------
    ArgumentError
        If `frame` is not a DataFrame, lacks a column, or has an unknown one.
    PlanError
        If the record of sent posts cannot be read or written; nothing was sent.
    GHLError
        If accounts or posts cannot be listed; nothing was sent. See `ghl_notebook.errors`.

    Notes
    -----
    All rows are checked before the first one is sent; an error in one row does not affect the
    others. Each row is recorded on this computer before it is sent, and its result after: in
    ``GHL_PLANS_DIR``, or in your data folder. You can repeat the same call, from any process and
    after any interruption, even a power cut: rows that were sent are recognized by that record, or
    in the API's list. Two rows are the same post if their accounts, date, text, media, type, and
    follow-up comment are the same. If a call was interrupted while it sent a row, and the API does
    not list the post yet, the row is ``unknown``. It is sent again only if you pass it to `resend`.

    After an interruption, `read_schedule` returns the report so far, and so does the exception's
    attribute ``report``.
    """
    plan = _Plan(frame, is_dry=dry_run, resend=resend)
    try:
        return call_one(client, plan.run)
    except KeyboardInterrupt as stop:  # wait until the call has stopped as well
        plan.has_ended.wait(_STOP_SECONDS)
        plan.report_with(stop)
        raise


@guarded
def read_schedule(client: Client | AsyncClient) -> pd.DataFrame:
    """Read the report of the last `schedule_posts` call with ``dry_run=False``.

    The report is stored on this computer, whatever ended the call: the stop button, an error, or
    the end of the kernel. Nothing is fetched.

    Parameters
    ----------
    client : Client or AsyncClient
        A client of the sub-account. Do not await the result.

    Returns
    -------
    pandas.DataFrame
        As `schedule_posts` returns it; empty if there was no such call. A row that was not sent yet
        is ``would schedule``; a row that was being sent is ``unknown``.

    Raises
    ------
    ArgumentError
        If `client` is not a client of a sub-account.
    PlanError
        If the report cannot be read.
    """
    if not isinstance(client, Client | AsyncClient):
        raise ArgumentError(
            f"The first argument is {type(client).__name__}, not a client of a sub-account.",
            "Pass a Client, or agency.client(location_id).",
        )
    core = client.core if isinstance(client, Client) else client
    with open_sent_posts(core.base_url, create=False) as sent:
        found = sent.report(_owner(core)) if sent else []
    with suppress(msgspec.MsgspecError):
        outcomes = [msgspec.json.decode(one, type=RowOutcome) for one in found]
        return SCHEDULE_LAYOUT.frame(outcomes, core.location_id)
    raise PlanError("The stored report is damaged.", "Compare the plan with fetch_posts().")


class _Plan:
    """A call: the rows of a plan, and their outcomes."""

    def __init__(self, frame: pd.DataFrame, *, is_dry: bool, resend: Iterable[int]) -> None:
        self._frame = frame
        self._is_dry = is_dry
        self._resend = _row_numbers(resend)
        self._outcomes: list[RowOutcome] = []
        self._location_id = ""
        self._is_sending = False
        self.has_ended = threading.Event()

    async def run(self, client: AsyncClient) -> pd.DataFrame:
        """Check all rows and, unless it is a dry run, send the new ones."""
        self._location_id = client.location_id
        try:
            await self._run(client)
        except BaseException as error:  # the report matters whatever has happened
            self.report_with(error)
            raise
        finally:
            self.has_ended.set()
        return self._report()

    def report_with(self, error: BaseException) -> None:
        """Attach the report to an error if posts may have been sent."""
        if self._is_sending:
            error.report = self._report()  # type: ignore[attr-defined]
            error.add_note("Some posts may have been sent: ghl_notebook.read_schedule(client).")

    def _report(self) -> pd.DataFrame:
        return SCHEDULE_LAYOUT.frame(self._outcomes, self._location_id)

    async def _run(self, client: AsyncClient) -> None:
        rows = await self._check(client)
        wrong = sorted(self._resend - set(range(len(self._outcomes))))
        if wrong:
            raise ArgumentError(f"There is no row {wrong[0]} to resend.", "Count rows from 0.")
        listed = await list_posts(client, rows.values())
        keys = {
            number: row.key(client.base_url, client.location_id) for number, row in rows.items()
        }
        with open_sent_posts(client.base_url, create=not self._is_dry) as sent:
            known = sent.find(keys.values()) if sent else {}
            first: dict[str, int] = {}
            for number, row in rows.items():
                outcome, key = self._outcomes[number], keys[number]
                if first.setdefault(key, number) != number:
                    again = f"It is the same as row {first[key]}."
                    _refuse(outcome, ArgumentError(again, "Change it, or leave it out."))
                elif posts := listed.find(row):
                    _show_listed(outcome, row, posts)
                elif key in known and number not in self._resend:
                    _show_sent(outcome, known[key])
            if sent is not None and not self._is_dry:
                await self._send_all(client, sent, rows, keys)

    async def _check(self, client: AsyncClient) -> dict[int, PlanRow]:
        """Read and check all rows; return the valid ones."""
        rows: dict[int, PlanRow] = {}
        read = list(read_rows(self._frame))
        listed = (await client.accounts.list()).accounts
        accounts = {str(one.id): one for one in listed if not one.deleted}
        now = client.clock()
        for number, row in enumerate(read):
            outcome = RowOutcome(number, "would schedule")
            self._outcomes.append(outcome)
            try:
                if isinstance(row, ArgumentError):
                    raise row
                outcome.schedule_date = row.schedule_date
                outcome.account_ids = ", ".join(row.account_ids)
                outcome.summary = row.summary or None
                check_row(row, accounts, now)
                outcome.next_step = reminder(row, accounts)
                rows[number] = row
            except ArgumentError as error:
                _refuse(outcome, error)
        return rows

    async def _send_all(
        self, client: AsyncClient, sent: SentPosts, rows: dict[int, PlanRow], keys: dict[int, str]
    ) -> None:
        now = client.clock().timestamp()
        plan = sent.start(_owner(client), map(msgspec.json.encode, self._outcomes), now)
        self._is_sending = True
        failure: PlanError | None = None
        for number, row in rows.items():
            if failure is None and self._outcomes[number].action == "would schedule":
                try:
                    await self._send(client, sent, plan, number, row, keys[number])
                except PlanError as error:
                    failure = error
            if failure is not None and self._outcomes[number].action == "would schedule":
                _refuse(self._outcomes[number], failure)

    async def _send(
        self, client: AsyncClient, sent: SentPosts, plan: int, number: int, row: PlanRow, key: str
    ) -> None:
        """Send a row, and record it before and after."""
        outcome, due = self._outcomes[number], row.schedule_date.timestamp()
        is_again = number in self._resend
        pending = replace(outcome)
        _mark_unknown(pending, "The call ended while this post was being sent.")
        encoded = msgspec.json.encode(pending)
        earlier = sent.claim(key, due, plan, number, encoded, again=is_again)
        if earlier is not None and not is_again:  # another call has sent it in the meantime
            _show_sent(outcome, earlier)
            sent.note(plan, number, msgspec.json.encode(outcome))
            return
        self._outcomes[number] = pending  # in case anything ends the call from here on
        state: SentState | None = SentState(is_sent=False, post_id=None)
        try:
            post = await client.posts.create(
                row.account_ids,
                type=row.type,
                summary=row.summary or None,
                media=row.media,
                status="scheduled",
                schedule_date=row.schedule_date,
                tags=row.tags or None,
                category_id=row.category_id,
                follow_up_comment=row.follow_up_comment,
            )
        except GHLError as error:
            _refuse(outcome, error)
            if error.outcome_unknown:
                outcome.action = "unknown"
            else:
                state = earlier
        except Exception as error:  # noqa: BLE001 - it may have been sent, and other rows follow
            _mark_unknown(outcome, f"An unexpected {type(error).__name__} ended the request.")
            _LOG.warning("schedule_posts: row %d", number, exc_info=True)
        else:
            outcome.action, outcome.id = "scheduled", post.id
            state = SentState(is_sent=True, post_id=post.id)
        self._outcomes[number] = outcome
        sent.settle(key, due, plan, number, msgspec.json.encode(outcome), state)


def _row_numbers(resend: Iterable[int]) -> set[int]:
    rows: list[Any] = [resend] if isinstance(resend, int) else list(resend)
    if any(isinstance(one, bool) or not isinstance(one, Integral) for one in rows):
        raise ArgumentError("resend is not a list of rows.", "Pass numbers, as in resend=[3].")
    return {int(one) for one in rows}


def _owner(client: AsyncClient) -> str:
    return f"{client.base_url} {client.location_id}"


def _refuse(outcome: RowOutcome, error: GHLError) -> None:
    outcome.action, outcome.error, outcome.next_step = "refused", error.what, error.next_step


def _mark_unknown(outcome: RowOutcome, error: str) -> None:
    outcome.action, outcome.error = "unknown", error
    outcome.next_step = (
        "Look for it with fetch_posts() after some minutes. If it is not there, send it with "
        f"resend=[{outcome.row}]."
    )


def _show_listed(outcome: RowOutcome, row: PlanRow, posts: dict[str, str | None]) -> None:
    """Show that the API lists a row, for all of its accounts or some."""
    there = [one for one in row.account_ids if one in posts]
    if len(there) == len(row.account_ids):
        outcome.action, outcome.id = "already scheduled", posts[there[0]]
    else:
        planned = f"It is scheduled already for {', '.join(there)}."
        _refuse(outcome, ArgumentError(planned, "Leave out these accounts."))


def _show_sent(outcome: RowOutcome, state: SentState) -> None:
    """Show the result of an earlier call."""
    if state.is_sent:
        outcome.action, outcome.id = "already scheduled", state.post_id
        outcome.next_step = (
            "GoHighLevel does not list it yet. If you deleted it, send it again with "
            f"resend=[{outcome.row}]."
        )
    else:
        _mark_unknown(outcome, "It was sent before, and no response arrived.")
