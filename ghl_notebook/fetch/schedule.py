"""Posts out of a DataFrame: every row is looked at first, and none is sent twice."""

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
from ghl_notebook.frames import SCHEDULE_FORM, Outcome
from ghl_notebook.guard import guarded

from .planned import list_planned
from .sent_posts import Sent, SentPosts, open_sent_posts
from .sheet import Row, check_row, read_rows, reminder
from .through import through

_STOP_SECONDS: Final = 5.0

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
def schedule_posts(
    client: Client | AsyncClient,
    frame: pd.DataFrame,
    *,
    dry_run: bool = True,
    resend: Iterable[int] = (),
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Schedule a post for each row of a DataFrame, or show what would happen.

    ``GET /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``)
    and ``POST /social-media-posting/{locationId}/posts/list`` (scope
    ``socialplanner/post.readonly``); with ``dry_run=False`` then for each sound row ``POST
    /social-media-posting/{locationId}/posts`` (scope ``socialplanner/post.write``)

    Parameters
    ----------
    client : Client or AsyncClient
        Of one sub-account. With an `AsyncClient` the result is to be awaited.
    frame : pandas.DataFrame
        One row per post. Its columns, of which the first two have to be there:

        - ``account_ids``: ``id`` of `fetch_accounts`; of several a list, or joined by ``", "``
        - ``schedule_date``: when, with a time zone
        - ``summary``: its text; it needs a text or media
        - ``media``: a list of `PostMedia`, or of dicts with ``url`` and ``type``
        - ``type``: ``post``, ``story`` or ``reel``; ``post`` when left out
        - ``tags``: ids of `fetch_tags`, a list or joined by ``", "``
        - ``category_id``: ``id`` of `fetch_categories`
        - ``follow_up_comment``: posted beneath it as soon as it is published
    dry_run : bool, default True
        Send nothing.
    resend : iterable of int, optional
        Rows to send even if they were sent before, unless the service lists them: for a post that
        you have deleted, or that is ``unknown`` and not there. Counted from 0, as in ``row``.

    Returns
    -------
    pandas.DataFrame
        One row per row of `frame`, in its order, a fresh integer index, the same columns when
        there is none.

        ============= ========= ==================================================================
        Column        Kind      Meaning
        ============= ========= ==================================================================
        row           integer   Which row, counted from 0
        action        category  What has happened: see below
        schedule_date timestamp When it is published (UTC)
        account_ids   string    Where, joined by ``", "``
        summary       string    Its text
        id            string    The post: ``id`` of `fetch_posts`
        error         string    What is wrong
        next_step     string    What to do
        location_id   string    The sub-account
        ============= ========= ==================================================================

        Kinds are the dtypes ``Int64``, ``category``, ``datetime64[ms, UTC]`` and ``string``.

        An action is ``would schedule`` (not sent), ``scheduled``, ``already scheduled`` (by an
        earlier call), ``refused`` (before it was sent, or by the service) or ``unknown`` (it may
        have been sent, and no answer came).

    Raises
    ------
    ArgumentError
        If `frame` is no DataFrame, lacks a column, or has one that is unknown.
    PlanError
        If the record of what was sent cannot be read or written; nothing was sent then.
    GHLError
        If accounts or posts cannot be listed; nothing was sent then. See `ghl_notebook.errors`.

    Notes
    -----
    Every row is looked at before the first one is sent; an error of one does not keep the others.
    Each row is noted on this computer before it is sent, and its outcome after: in
    ``GHL_PLANS_DIR``, or in the user's data folder. You can repeat the same call, from any process
    and after any interruption, even a power cut: rows that were sent are recognized by that record,
    or by the service's list. A row is the same if its accounts, time, text, media, type and
    follow-up comment are. If a call was interrupted while it sent a row, and the service does not
    list the post yet, the row is ``unknown`` and is never sent again by itself: see `resend`.

    After an interruption, `read_schedule` returns the report so far. The exception has it as its
    attribute ``report``, too.
    """
    plan = _Plan(frame, is_dry=dry_run, resend=resend)
    try:
        return through(client, plan.carry_out)
    except KeyboardInterrupt as stop:  # it ends the wait, and then what was waited for
        plan.is_over.wait(_STOP_SECONDS)
        plan.report_with(stop)
        raise


@guarded
def read_schedule(client: Client | AsyncClient) -> pd.DataFrame:
    """Read the report of the last `schedule_posts` call that was to send posts.

    It is on this computer, and there whatever ended the call: the stop button, an error, or the
    end of the kernel. Nothing is fetched.

    Parameters
    ----------
    client : Client or AsyncClient
        Of the sub-account. The result is not to be awaited.

    Returns
    -------
    pandas.DataFrame
        As `schedule_posts` returns it; no rows if there was no such call. A row that was not sent
        yet is ``would schedule``; one that was being sent is ``unknown``.

    Raises
    ------
    ArgumentError
        If `client` is not one of a sub-account.
    PlanError
        If the report cannot be read.
    """
    if not isinstance(client, Client | AsyncClient):
        raise ArgumentError(
            f"The first argument is {type(client).__name__}, not a client of a sub-account.",
            "Pass a Client, or agency.client(location_id).",
        )
    core = client.core if isinstance(client, Client) else client
    with open_sent_posts(core.base_url, makes=False) as sent:
        found = sent.report(_whose(core)) if sent else []
    with suppress(msgspec.MsgspecError):
        outcomes = [msgspec.json.decode(one, type=Outcome) for one in found]
        return SCHEDULE_FORM.frame(outcomes, core.location_id)
    raise PlanError("The stored report is damaged.", "Compare the plan with fetch_posts().")


class _Plan:
    """One call: the rows of a plan, and what becomes of them."""

    def __init__(self, frame: pd.DataFrame, *, is_dry: bool, resend: Iterable[int]) -> None:
        self._frame = frame
        self._is_dry = is_dry
        self._resend = _row_numbers(resend)
        self._outcomes: list[Outcome] = []
        self._location_id = ""
        self._is_sending = False
        self.is_over = threading.Event()

    async def carry_out(self, client: AsyncClient) -> pd.DataFrame:
        """Look at all rows and, unless it is dry, send those that are new."""
        self._location_id = client.location_id
        try:
            await self._go(client)
        except BaseException as error:  # the frame is of use whatever has happened
            self.report_with(error)
            raise
        finally:
            self.is_over.set()
        return self._report()

    def report_with(self, error: BaseException) -> None:
        """Let what ends a call that sends carry the report, and say where else it is."""
        if self._is_sending:
            error.report = self._report()  # type: ignore[attr-defined]
            error.add_note("Some posts may have been sent: ghl_notebook.read_schedule(client).")

    def _report(self) -> pd.DataFrame:
        return SCHEDULE_FORM.frame(self._outcomes, self._location_id)

    async def _go(self, client: AsyncClient) -> None:
        rows = await self._look(client)
        wrong = sorted(self._resend - set(range(len(self._outcomes))))
        if wrong:
            raise ArgumentError(f"There is no row {wrong[0]} to resend.", "Count rows from 0.")
        planned = await list_planned(client, rows.values())
        keys = {
            number: row.key(client.base_url, client.location_id) for number, row in rows.items()
        }
        with open_sent_posts(client.base_url, makes=not self._is_dry) as sent:
            known = sent.find(keys.values()) if sent else {}
            first: dict[str, int] = {}
            for number, row in rows.items():
                outcome, key = self._outcomes[number], keys[number]
                if first.setdefault(key, number) != number:
                    again = f"It is the same as row {first[key]}."
                    _refuse(outcome, ArgumentError(again, "Change it, or leave it out."))
                elif posts := planned.find(row):
                    _show_listed(outcome, row, posts)
                elif key in known and number not in self._resend:
                    _recognize(outcome, known[key])
            if sent is not None and not self._is_dry:
                await self._send_all(client, sent, rows, keys)

    async def _look(self, client: AsyncClient) -> dict[int, Row]:
        """Read and check all rows; return those that make sense."""
        rows: dict[int, Row] = {}
        read = list(read_rows(self._frame))
        listed = (await client.accounts.list()).accounts
        accounts = {str(one.id): one for one in listed if not one.deleted}
        now = client.clock()
        for number, row in enumerate(read):
            outcome = Outcome(number, "would schedule")
            self._outcomes.append(outcome)
            try:
                if isinstance(row, ArgumentError):
                    raise row
                outcome.schedule_date = row.moment
                outcome.account_ids = ", ".join(row.account_ids)
                outcome.summary = row.summary or None
                check_row(row, accounts, now)
                outcome.next_step = reminder(row, accounts)
                rows[number] = row
            except ArgumentError as error:
                _refuse(outcome, error)
        return rows

    async def _send_all(
        self, client: AsyncClient, sent: SentPosts, rows: dict[int, Row], keys: dict[int, str]
    ) -> None:
        now = client.clock().timestamp()
        plan = sent.begin(_whose(client), map(msgspec.json.encode, self._outcomes), now)
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
        self, client: AsyncClient, sent: SentPosts, plan: int, number: int, row: Row, key: str
    ) -> None:
        """Send a row, with a note of it before and after."""
        outcome, due = self._outcomes[number], row.moment.timestamp()
        is_again = number in self._resend
        flying = replace(outcome)
        _leave_open(flying, "The call ended while this post was being sent.")
        noted = msgspec.json.encode(flying)
        earlier = sent.claim(key, due, plan, number, noted, again=is_again)
        if earlier is not None and not is_again:  # sent by another call meanwhile
            _recognize(outcome, earlier)
            sent.note(plan, number, msgspec.json.encode(outcome))
            return
        self._outcomes[number] = flying  # whatever ends the call from here on
        found: Sent | None = Sent(is_sent=False, post_id=None)
        try:
            post = await client.posts.create(
                row.account_ids,
                type=row.type,
                summary=row.summary or None,
                media=row.media,
                status="scheduled",
                schedule_date=row.moment,
                tags=row.tags or None,
                category_id=row.category_id,
                follow_up_comment=row.follow_up_comment,
            )
        except GHLError as error:
            _refuse(outcome, error)
            if error.outcome_unknown:
                outcome.action = "unknown"
            else:
                found = earlier
        except Exception as error:  # noqa: BLE001 - it may have been sent, and there are others
            _leave_open(outcome, f"An unexpected {type(error).__name__} ended the request.")
            _LOG.warning("schedule_posts: row %d", number, exc_info=True)
        else:
            outcome.action, outcome.id = "scheduled", post.id
            found = Sent(is_sent=True, post_id=post.id)
        self._outcomes[number] = outcome
        sent.settle(key, due, plan, number, msgspec.json.encode(outcome), found)


def _row_numbers(resend: Iterable[int]) -> set[int]:
    rows: list[Any] = [resend] if isinstance(resend, int) else list(resend)
    if any(isinstance(one, bool) or not isinstance(one, Integral) for one in rows):
        raise ArgumentError("resend is no list of rows.", "Pass numbers, as in resend=[3].")
    return {int(one) for one in rows}


def _whose(client: AsyncClient) -> str:
    return f"{client.base_url} {client.location_id}"


def _refuse(outcome: Outcome, error: GHLError) -> None:
    outcome.action, outcome.error, outcome.next_step = "refused", error.what, error.next_step


def _leave_open(outcome: Outcome, error: str) -> None:
    outcome.action, outcome.error = "unknown", error
    outcome.next_step = (
        "Look for it with fetch_posts() after some minutes. If it is not there, send it with "
        f"resend=[{outcome.row}]."
    )


def _show_listed(outcome: Outcome, row: Row, posts: dict[str, str | None]) -> None:
    """Say that the service lists a row, for all of its accounts or for some."""
    there = [one for one in row.account_ids if one in posts]
    if len(there) == len(row.account_ids):
        outcome.action, outcome.id = "already scheduled", posts[there[0]]
    else:
        planned = f"It is planned already for {', '.join(there)}."
        _refuse(outcome, ArgumentError(planned, "Leave out these accounts."))


def _recognize(outcome: Outcome, sent: Sent) -> None:
    """Say what is known of a row that an earlier call has sent."""
    if sent.is_sent:
        outcome.action, outcome.id = "already scheduled", sent.post_id
        outcome.next_step = (
            "The service does not list it yet. If you deleted it, send it again with "
            f"resend=[{outcome.row}]."
        )
    else:
        _leave_open(outcome, "It was sent before, and no answer came.")
