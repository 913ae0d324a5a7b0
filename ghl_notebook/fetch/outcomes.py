"""The outcome of each row in the report of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

import msgspec

from ghl_notebook.api.upload_record import UploadRecord
from ghl_notebook.errors import ArgumentError, GHLError, PlanError
from ghl_notebook.frames import SCHEDULE_LAYOUT, RowOutcome, Violation
from ghl_notebook.frames.later import pd
from ghl_notebook.models import Account

from .period import formatted, in_utc
from .plan import PlanRow
from .sent_posts import SentState


def encode(outcome: RowOutcome) -> bytes:
    """Return an outcome as bytes for the record, with half characters replaced."""
    return msgspec.json.encode(_cleaned(outcome))


def decode(recorded: Iterable[bytes]) -> list[RowOutcome]:
    """Return recorded outcomes.

    Raises `PlanError` if one is damaged.
    """
    try:
        return [msgspec.json.decode(one, type=RowOutcome) for one in recorded]
    except msgspec.MsgspecError:
        pass
    raise PlanError("The stored report is damaged.", "Compare the plan with fetch_posts().")


def report_of(outcomes: Iterable[RowOutcome], location_id: str) -> pd.DataFrame:
    """Return outcomes as a DataFrame."""
    return SCHEDULE_LAYOUT.frame(map(_cleaned, outcomes), location_id)


def whole_characters(text: str) -> str:
    """Return text with each half character replaced."""
    return (
        text
        if text.isascii()
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _cleaned(outcome: RowOutcome) -> RowOutcome:
    for field in fields(outcome):
        value = getattr(outcome, field.name)
        if isinstance(value, str):
            setattr(outcome, field.name, whole_characters(value))
        elif isinstance(value, list):
            setattr(outcome, field.name, [*map(whole_characters, value)])
    return outcome


def describe(outcome: RowOutcome, row: PlanRow, record: UploadRecord) -> list[str | None]:
    """Show what a row consists of; return the known addresses of its files."""
    outcome.schedule_date = row.schedule_date
    outcome.account_ids = row.account_ids
    outcome.summary = row.summary or None
    known = [record.find(file.sha256) for file in row.files]
    uploaded = [None if entry is None else entry.url for entry in known]
    show_media(outcome, row, uploaded)
    return uploaded


def show_media(outcome: RowOutcome, row: PlanRow, uploaded: Sequence[str | None]) -> None:
    """Show the addresses of a row's media; of files that are not uploaded, the names."""
    named = [str(one.get("url")) for one in row.media]
    files = zip(row.files, uploaded, strict=True)
    named += [url or file.path.name for file, url in files]
    outcome.media = named


def refuse(outcome: RowOutcome, error: GHLError) -> None:
    """Show that a row was not sent, or not accepted."""
    outcome.action, outcome.error, outcome.next_step = "refused", error.what, error.next_step


def refuse_for(outcome: RowOutcome, violations: Sequence[Violation], *, can_ignore: bool) -> None:
    """Show all violations of a row."""
    steps = [one.next_step for one in violations]
    if can_ignore:
        steps.append("To send the row anyway, pass enforce_limits=False.")
    outcome.action = "refused"
    outcome.error = " ".join(f"{one.message.removesuffix('.')}." for one in violations)
    outcome.next_step = " ".join(dict.fromkeys(steps))


def mark_unknown(outcome: RowOutcome, error: str) -> None:
    """Show that a row may have been sent."""
    outcome.action, outcome.error = "unknown", error
    outcome.next_step = (
        "Look for it with fetch_posts() after some minutes. If it is not there, send it with "
        f"resend=[{outcome.row}]."
    )


def show_listed(outcome: RowOutcome, row: PlanRow, posts: dict[str, str | None]) -> None:
    """Show that the API lists a row, for all of its accounts or some."""
    there = [one for one in row.account_ids if one in posts]
    if len(there) == len(row.account_ids):
        outcome.action, outcome.id = "already scheduled", posts[there[0]]
    else:
        planned = f"It is scheduled already for {', '.join(there)}."
        refuse(outcome, ArgumentError(planned, "Leave out these accounts."))


def show_sent(outcome: RowOutcome, state: SentState) -> None:
    """Show the result of an earlier call."""
    if state.is_sent:
        outcome.action, outcome.id = "already scheduled", state.post_id
        outcome.next_step = (
            "GoHighLevel does not list it yet. If you deleted it, send it again with "
            f"resend=[{outcome.row}]."
        )
    else:
        mark_unknown(outcome, "It was sent before, and no response arrived.")


def reminder(row: PlanRow, accounts: Mapping[str, Account]) -> str | None:
    """Name a connection that expires before the post is due, which would then fail."""
    for one in row.account_ids:
        expire = accounts[one].expire
        if expire is not None and row.schedule_date and in_utc(expire) <= row.schedule_date:
            return f"Reconnect {one} in time: its connection expires at {formatted(expire)}."
    return None
