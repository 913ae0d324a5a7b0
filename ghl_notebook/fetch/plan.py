"""Reads a plan: rows of a DataFrame, all checked before the first one is sent."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import Account, PostMedia, to_wire

from .period import formatted, in_utc, read_datetime, short

_REQUIRED: Final = ("account_ids", "schedule_date")
_OPTIONAL: Final = ("summary", "media", "type", "tags", "category_id", "follow_up_comment")
# As in the vendor's documentation; the API checks everything else.
_TYPES: Final[dict[str, frozenset[str] | None]] = {
    "post": None,
    "story": frozenset({"facebook", "instagram"}),
    "reel": frozenset({"facebook", "instagram", "tiktok", "tiktok-business", "youtube"}),
}
_NO_FOLLOW_UP: Final = frozenset({"tiktok", "tiktok-business", "google", "pinterest"})
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class PlanRow:
    """A valid row. `media` has the form in which it is sent."""

    account_ids: list[str]
    schedule_date: datetime
    summary: str
    media: list[dict[str, Any]]
    type: str
    tags: list[str]
    category_id: str | None
    follow_up_comment: str | None

    def key(self, base_url: str, location_id: str) -> str:
        """Return a checksum of what identifies the post: what is published, where, and when.

        Tags and category do not count: they only sort posts in the planner.
        """
        parts = [
            base_url,
            location_id,
            sorted(self.account_ids),
            formatted(self.schedule_date),
            self.summary,
            self.media,
            self.type,
            self.follow_up_comment,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_rows(frame: pd.DataFrame) -> Iterator[PlanRow | ArgumentError]:
    """Yield the rows of a plan; an invalid row is yielded as an error.

    Raises `ArgumentError` if it is not a DataFrame, or lacks a column, or has a duplicate or
    unknown one.
    """
    _check_columns(frame)
    for values in frame.to_dict("records"):
        try:
            yield _read(values)
        except ArgumentError as error:
            yield error
        except Exception as error:  # noqa: BLE001 - a cell may hold anything, and other rows follow
            yield ArgumentError(
                f"The row cannot be read: {type(error).__name__}.", "Check each of its cells."
            )


def _check_columns(frame: pd.DataFrame) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"The plan is a {type(frame).__name__}, not a DataFrame.", "Pass a DataFrame."
        )
    names = frame.columns.tolist()
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ArgumentError(f"The column {twice[0]} appears twice.", "Rename or drop one of them.")
    lacking = [name for name in _REQUIRED if name not in frame]
    if lacking:
        raise ArgumentError(f"The column {lacking[0]} is missing.", "Add it: see schedule_posts.")
    unknown = [str(name) for name in frame if name not in (*_REQUIRED, *_OPTIONAL)]
    if unknown:
        raise ArgumentError(
            f"The column {unknown[0]} is unknown.",
            f"Leave it out, or use one of: {', '.join((*_REQUIRED, *_OPTIONAL))}.",
        )


def _read(values: Mapping[Any, Any]) -> PlanRow:
    when = values["schedule_date"]
    is_day = isinstance(when, date) and not isinstance(when, datetime)
    if is_day or (isinstance(when, str) and len(when.strip()) <= len("2026-01-05")):
        raise ArgumentError(
            f"schedule_date is {short(when)}, a day without a time.",
            'Add a time and a time zone, as in "2026-03-01T09:00+01:00".',
        )
    if isinstance(when, int | float) and not _is_missing(when):
        raise ArgumentError(
            f"schedule_date is {when}, a number, as Excel stores dates.",
            'Convert the column: pd.to_datetime(column, unit="D", origin="1899-12-30")'
            '.dt.tz_localize("Europe/Berlin"), with your time zone.',
        )
    return PlanRow(
        account_ids=_accounts(values["account_ids"]),
        schedule_date=read_datetime(when, "schedule_date"),
        summary=_text(values.get("summary"), "summary") or "",
        media=_media(values.get("media")),
        type=_text(values.get("type"), "type") or "post",
        tags=_texts(values.get("tags"), "tags"),
        category_id=_text(values.get("category_id"), "category_id"),
        follow_up_comment=_text(values.get("follow_up_comment"), "follow_up_comment"),
    )


def _accounts(value: object) -> list[str]:
    ids = _texts(value, "account_ids")
    twice = [one for one in ids if ids.count(one) > 1]
    if twice:
        raise ArgumentError(f"account_ids names {twice[0]} twice.", "Name each account once.")
    return ids


def _media(value: object) -> list[dict[str, Any]]:
    if _is_missing(value):
        return []
    if not isinstance(value, list | tuple) or not all(
        isinstance(one, PostMedia | Mapping) for one in value
    ):
        raise ArgumentError(
            "media is not a list of media.", 'Pass a list of dicts with "url" and "type".'
        )
    try:
        media: list[dict[str, Any]] = to_wire(value)
        _without_surrogates(json.dumps(media, ensure_ascii=False), "media")
    except RecursionError:
        media = []
    if len(media) != len(value):
        raise ArgumentError(
            "A media item contains itself, or is nested too deeply.",
            'Pass dicts with "url" and "type" only.',
        )
    return media


def _is_missing(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _text(value: object, name: str) -> str | None:
    if _is_missing(value):
        return None
    if not isinstance(value, str):
        raise ArgumentError(f"{name} is {short(value)}, not text.", "Pass text.")
    return _without_surrogates(value, name).strip() or None


def _without_surrogates(text: str, name: str) -> str:
    """Reject half a surrogate pair: a text cut in the middle of an emoji cannot be sent."""
    half = _SURROGATE.search(text)
    if half:
        before = text[max(0, half.start() - 20) : half.start()]
        raise ArgumentError(
            f"{name} contains half a character, after {before!r}.",
            "Remove it, or copy the text again.",
        )
    return text


def _texts(value: object, name: str) -> list[str]:
    if not isinstance(value, list | tuple):
        return [part.strip() for part in (_text(value, name) or "").split(",") if part.strip()]
    return [text for one in value if (text := _text(one, name))]


def check_row(row: PlanRow, accounts: Mapping[str, Account], now: datetime) -> None:
    """Reject a row that the API would reject, or publish in an unintended way."""
    wrong = None
    unknown = [one for one in row.account_ids if one not in accounts]
    chosen = [accounts[one] for one in row.account_ids if one in accounts]
    platforms = {account.platform or "" for account in chosen}
    expired = [
        a.id for a in chosen if a.is_expired or (a.expire is not None and in_utc(a.expire) <= now)
    ]
    fitting = _TYPES.get(row.type)
    if not row.account_ids:
        wrong = ("account_ids is empty.", "Name an id of fetch_accounts().")
    elif unknown:
        wrong = (f"There is no account {unknown[0]}.", "Use an id of fetch_accounts().")
    elif expired:
        wrong = (f"The connection {expired[0]} has expired.", "Reconnect it with reconnect().")
    elif row.schedule_date <= now:
        past = f"schedule_date is {formatted(row.schedule_date)}, which is in the past."
        wrong = (past, "Choose a later time.")
    elif row.type not in _TYPES:
        wrong = (f"{row.type!r} is not a type of posts.", f"Choose one of: {', '.join(_TYPES)}.")
    elif fitting is not None and platforms - fitting:
        wrong = (f"{min(platforms - fitting)} has no {row.type}.", "Leave its accounts out.")
    elif not (row.summary or row.media):
        wrong = ("It has neither text nor media.", "Fill summary or media.")
    elif row.type == "reel" and len(row.media) != 1:
        wrong = (f"A reel needs one video, not {len(row.media)}.", "Pass one in media.")
    elif row.type == "story" and row.summary:
        wrong = ("A story has no text.", "Leave summary empty.")
    elif row.follow_up_comment and platforms & _NO_FOLLOW_UP:
        wrong = (
            f"{min(platforms & _NO_FOLLOW_UP)} has no follow-up comment.",
            "Leave follow_up_comment empty, or its accounts out.",
        )
    elif "pinterest" in platforms:
        wrong = (
            "Pinterest needs a board.",
            "Call client.posts.create with pinterest_post_details.",
        )
    if wrong is not None:
        raise ArgumentError(*wrong)


def reminder(row: PlanRow, accounts: Mapping[str, Account]) -> str | None:
    """Name a connection that expires before the post is due, which would then fail."""
    for one in row.account_ids:
        expire = accounts[one].expire
        if expire is not None and in_utc(expire) <= row.schedule_date:
            return f"Reconnect {one} in time: its connection expires at {formatted(expire)}."
    return None
