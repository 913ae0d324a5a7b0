"""A call of `schedule_posts`: check all rows, upload the files, and send each row."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from numbers import Integral
from typing import Any, Final

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.upload_record import UploadRecord
from ghl_notebook.background import run_in_own_thread
from ghl_notebook.errors import ArgumentError, GHLError, PlanError, ResponseError
from ghl_notebook.frames import RowOutcome, Violation
from ghl_notebook.frames.later import pd
from ghl_notebook.models import Account, Post, Tag

from .listed_posts import list_posts
from .outcomes import (
    describe,
    encode,
    mark_unknown,
    refuse,
    refuse_for,
    reminder,
    report_of,
    show_listed,
    show_media,
    show_sent,
    whole_characters,
)
from .paging import fetch_list
from .plan import PlanRow, ReadRow, read_rows
from .preflight import check_rows, is_limit
from .sent_posts import SentPosts, SentState, open_sent_posts

_LOG: Final = logging.getLogger("ghl_notebook.fetch")


class ScheduleRun:
    """A call of `schedule_posts`: the rows of a plan, and their outcomes.

    Parameters
    ----------
    frame : pandas.DataFrame
        The plan.
    is_dry : bool
        Send nothing.
    resend : iterable of int
        Rows to send again.
    enforce_limits : bool
        Refuse rows beyond a platform's published limits.
    """

    def __init__(
        self, frame: pd.DataFrame, *, is_dry: bool, resend: Iterable[int], enforce_limits: bool
    ) -> None:
        self._frame = frame
        self._is_dry = is_dry
        self._resend = _row_numbers(resend)
        self._enforce_limits = enforce_limits
        self._outcomes: list[RowOutcome] = []
        self._accounts: dict[str, Account] = {}
        self._uploaded: dict[int, list[str | None]] = {}
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
        return report_of(self._outcomes, self._location_id)

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
            for number, row in rows.items():
                outcome, key = self._outcomes[number], keys[number]
                if posts := listed.find(row, self._uploaded[number]):
                    show_listed(outcome, row, posts)
                elif key in known and number not in self._resend:
                    show_sent(outcome, known[key])
            if sent is not None and not self._is_dry:
                await self._send_all(client, sent, rows, keys)

    async def _check(self, client: AsyncClient) -> dict[int, PlanRow]:
        """Read and check all rows; return the valid ones."""
        rows = read_rows(self._frame)
        has_files = "files" in getattr(self._frame, "columns", ())
        read = await run_in_own_thread(list, rows) if has_files else list(rows)
        listed = (await client.accounts.list()).accounts
        self._accounts = {str(one.id): one for one in listed if not one.deleted}
        violations = check_rows(
            read, self._accounts, client.clock(), tags=await _known_tags(client, read)
        )
        record = UploadRecord(client.base_url, client.location_id)
        by_row: dict[int, list[Violation]] = {}
        for violation in violations:
            by_row.setdefault(violation.row, []).append(violation)
        sound: dict[int, PlanRow] = {}
        for number, (row, _) in enumerate(read):
            outcome = RowOutcome(number, "would schedule")
            self._outcomes.append(outcome)
            self._uploaded[number] = describe(outcome, row, record)
            found = by_row.get(number, [])
            fatal = [one for one in found if self._enforce_limits or not is_limit(one)]
            if fatal:
                refuse_for(outcome, found, can_ignore=all(map(is_limit, found)))
            else:
                outcome.next_step = reminder(row, self._accounts)
                sound[number] = row
        return sound

    async def _send_all(
        self, client: AsyncClient, sent: SentPosts, rows: dict[int, PlanRow], keys: dict[int, str]
    ) -> None:
        now = client.clock().timestamp()
        plan = sent.start(owner_of(client), map(encode, self._outcomes), now)
        self._is_sending = True
        failure: PlanError | None = None
        for number, row in rows.items():
            if failure is None and self._outcomes[number].action == "would schedule":
                try:
                    media = await self._upload(client, number, row)
                    if media is None:
                        sent.note(plan, number, encode(self._outcomes[number]))
                    else:
                        await self._send(client, sent, plan, number, row, media, keys[number])
                except PlanError as error:
                    failure = error
            if failure is not None and self._outcomes[number].action == "would schedule":
                refuse(self._outcomes[number], failure)

    async def _upload(
        self, client: AsyncClient, number: int, row: PlanRow
    ) -> list[dict[str, Any]] | None:
        """Upload the files of a row; return all of its media, or None if the row is refused."""
        outcome, media = self._outcomes[number], list(row.media)
        try:
            for position, file in enumerate(row.files):
                uploaded = await client.media.upload(file.path)
                if uploaded.sha256 != file.sha256:
                    raise ArgumentError(
                        f"{file.path.name} has changed since it was checked.",
                        "Run the call again.",
                    )
                media.append({"url": uploaded.url, "type": file.type})
                self._uploaded[number][position] = uploaded.url
                show_media(outcome, row, self._uploaded[number])
        except PlanError:
            raise
        except GHLError as error:
            refuse(outcome, error)
            return None
        except Exception as error:  # noqa: BLE001 - nothing was scheduled, and other rows follow
            found = f"An unexpected {type(error).__name__} ended the upload."
            refuse(outcome, ArgumentError(found, "Run the call again."))
            _LOG.warning("schedule_posts: row %d", number, exc_info=True)
            return None
        return media

    async def _send(
        self,
        client: AsyncClient,
        sent: SentPosts,
        plan: int,
        number: int,
        row: PlanRow,
        media: list[dict[str, Any]],
        key: str,
    ) -> None:
        """Send a row, and record it before and after."""
        outcome, due = self._outcomes[number], row.due
        is_again = number in self._resend
        pending = replace(outcome)
        mark_unknown(pending, "The call ended while this post was being sent.")
        earlier = sent.claim(key, due, plan, number, encode(pending), again=is_again)
        if earlier is not None and not is_again:  # another call has sent it in the meantime
            show_sent(outcome, earlier)
            sent.note(plan, number, encode(outcome))
            return
        self._outcomes[number] = pending  # in case anything ends the call from here on
        state: SentState | None = SentState(is_sent=False, post_id=None)
        try:
            post: Post | None = await client.posts.create(
                row.account_ids,
                type=row.type,
                summary=row.summary or None,
                media=media,
                status="scheduled",
                schedule_date=row.schedule_date,
                tags=row.tags or None,
                category_id=row.category_id,
                follow_up_comment=row.follow_up_comment,
                **_details(row, self._accounts),
            )
            post_id = whole_characters(post.id) if post is not None and post.id else None
        except GHLError as error:
            refuse(outcome, error)
            if error.outcome_unknown:
                outcome.action = "unknown"
            else:
                state = earlier
        except Exception as error:  # noqa: BLE001 - it may have been sent, and other rows follow
            mark_unknown(outcome, f"An unexpected {type(error).__name__} ended the request.")
            _LOG.warning("schedule_posts: row %d", number, exc_info=True)
        else:
            outcome.action, outcome.id = "scheduled", post_id
            state = SentState(is_sent=True, post_id=post_id)
        self._outcomes[number] = outcome
        sent.settle(key, due, plan, number, encode(outcome), state)


async def _known_tags(client: AsyncClient, rows: Iterable[ReadRow]) -> set[str] | None:
    """Return the ids of all tags if a row has tags, and they can be listed."""
    if not any(read.row.tags for read in rows):
        return None

    async def fetch_page(skip: int, limit: int) -> tuple[list[Tag], int | None]:
        page = await client.tags.list(skip=skip, limit=limit)
        return page.tags, page.count

    with suppress(ResponseError):
        found = await fetch_list(client, "tags", fetch_page, lambda _done, _total: None)
        return {one.id for one in found if one.id and not one.deleted}
    return None


def _details(row: PlanRow, accounts: Mapping[str, Account]) -> dict[str, Any]:
    """Return the fields of those platforms that need further ones."""
    chosen = [accounts[one] for one in row.account_ids]
    found: dict[str, Any] = {}
    boards = {
        one.oauth_id: row.board_id
        for one in chosen
        if one.platform == "pinterest" and one.oauth_id and row.board_id
    }
    if boards:
        title = {"title": row.title} if row.title else {}
        found["pinterest_post_details"] = {**title, "boardIds": boards}
    if row.title and any(one.platform == "youtube" for one in chosen):
        kind = "short" if row.type == "reel" else "video"
        found["youtube_post_details"] = {"title": row.title, "type": kind}
    return found


def _row_numbers(resend: Iterable[int]) -> set[int]:
    rows: list[Any] = [resend] if isinstance(resend, int) else list(resend)
    if any(isinstance(one, bool) or not isinstance(one, Integral) for one in rows):
        raise ArgumentError("resend is not a list of rows.", "Pass numbers, as in resend=[3].")
    return {int(one) for one in rows}


def owner_of(client: AsyncClient) -> str:
    """Return the name of a sub-account in the record."""
    return f"{client.base_url} {client.location_id}"
