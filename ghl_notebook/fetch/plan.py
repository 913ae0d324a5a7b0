"""Reads a plan: rows of a DataFrame, all checked before the first one is sent."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import isfinite, isnan, nan
from numbers import Integral, Real
from typing import Any, Final

from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames.later import pd
from ghl_notebook.models import Account, PostMedia, check_text, to_wire

from .period import formatted, in_utc, read_datetime, short

_REQUIRED: Final = ("account_ids", "schedule_date")
_OPTIONAL: Final = ("summary", "media", "type", "tags", "category_id", "follow_up_comment")
# As in the vendor's documentation; the API checks everything else.
_TYPES: Final[dict[str, frozenset[str] | None]] = {
    "post": None,
    "story": frozenset({"facebook", "instagram"}),
    "reel": frozenset({"facebook", "instagram", "tiktok", "tiktok-business", "youtube"}),
}
_COLUMN: Final = 'frame["schedule_date"]'
_LOCALIZED: Final = '.dt.tz_localize("Europe/Berlin")'
_DAY: Final = re.compile(r"(?:19|20|21)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]")
_NUMBER: Final = re.compile(r"[0-9]{4,20}(?:[.][0-9]{1,20})?")
_UNITS: Final = ((10**17, "ns"), (10**14, "us"), (10**11, "ms"), (10**8, "s"))
"""The least number that counts each unit since 1970."""
_LENGTHS: Final = {
    "ns": "microseconds",
    "us": "microseconds",
    "ms": "milliseconds",
    "s": "seconds",
    "D": "days",
}
_UNIX: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL: Final = datetime(1899, 12, 30, tzinfo=UTC)
"""Day zero of Excel, which counts a February 29, 1900."""
_NO_FOLLOW_UP: Final = frozenset({"tiktok", "tiktok-business", "google", "pinterest"})


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
    _check_time(when)
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


def _check_time(when: object) -> None:
    """Reject times as spreadsheets store them, and show how to write each instead."""
    text = str(when).strip() if isinstance(when, str | Integral) else ""
    if _DAY.fullmatch(text):
        when = text  # 20260302
    elif isinstance(when, Real) or _NUMBER.fullmatch(text):
        _check_number(when)
    found = when
    if isinstance(when, str):
        found = None
        with suppress(ValueError):
            found = datetime.fromisoformat(text)
            if len(text) <= len("2026-01-05"):
                found = found.date()
    if isinstance(found, date) and not isinstance(found, datetime):
        raise ArgumentError(
            f"schedule_date is {short(when)}, a day without a time.",
            f'Add a time and a time zone, as in "{found:%Y-%m-%d}T09:00+01:00".',
        )
    if isinstance(found, datetime) and not _is_missing(found) and found.tzinfo is None:
        raise ArgumentError(
            f"schedule_date is {short(when)}, a time without a time zone.",
            f'Add yours, as in "{found:%Y-%m-%dT%H:%M}+01:00"; to a column of such times: '
            f"{_COLUMN} = pd.to_datetime({_COLUMN}){_LOCALIZED}, with your time zone.",
        )


def _check_number(when: object) -> None:
    """Reject a number that stands for a time."""
    number = nan if isinstance(when, bool) or _is_missing(when) else float(str(when))
    if isnan(number):
        return
    unit = next((unit for least, unit in _UNITS if isfinite(number) and number >= least), "D")
    is_day = unit == "D"
    meant = None
    with suppress(OverflowError, ValueError):
        start = _EXCEL if is_day else _UNIX
        meant = start + number * timedelta(**{_LENGTHS[unit]: 1 if unit != "ns" else 0.001})
    form = "2026-03-01T09:00" if meant is None else f"{meant:%Y-%m-%dT%H:%M}"
    convert = f'{_COLUMN} = pd.to_datetime(pd.to_numeric({_COLUMN}), unit="{unit}"'
    raise ArgumentError(
        f"schedule_date is {when}, a number, as {'Excel' if is_day else 'a program'} stores dates.",
        f'Write it as "{form}+01:00", with your time zone; to convert a column of numbers: '
        f'{convert}, origin="1899-12-30").dt.round("s"){_LOCALIZED}, with your time zone.'
        if is_day
        else f'Write it as "{form}Z"; to convert a column of numbers: {convert}, utc=True).',
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
        check_text("media", json.dumps(media, ensure_ascii=False))
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
    return check_text(name, value).strip() or None


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
