"""A plan as a user writes it: rows of a DataFrame, each read and checked before one is sent."""

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

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import Account, PostMedia, to_wire, whole_text

from .period import in_utc, read_moment, short, written

_REQUIRED: Final = ("account_ids", "schedule_date")
_OPTIONAL: Final = ("summary", "media", "type", "tags", "category_id", "follow_up_comment")
# As the vendor's documents say; what they do not say is left to the service.
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
"""From which number on a time is one of so many seconds, milliseconds and so on since 1970."""
_LENGTHS: Final = {
    "ns": "microseconds",
    "us": "microseconds",
    "ms": "milliseconds",
    "s": "seconds",
    "D": "days",
}
_UNIX: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL: Final = datetime(1899, 12, 30, tzinfo=UTC)
"""The day nought of Excel's, which counts a 29th of February 1900."""
_NO_FOLLOW_UP: Final = frozenset({"tiktok", "tiktok-business", "google", "pinterest"})


@dataclass(frozen=True)
class Row:
    """A row that makes sense. `media` is as it is sent."""

    account_ids: list[str]
    moment: datetime
    summary: str
    media: list[dict[str, Any]]
    type: str
    tags: list[str]
    category_id: str | None
    follow_up_comment: str | None

    def key(self, base_url: str, location_id: str) -> str:
        """Return a checksum of what makes it another post: what is published, where and when.

        Tags and category are not: they sort posts in the planner, and nobody sees them elsewhere.
        """
        parts = [
            base_url,
            location_id,
            sorted(self.account_ids),
            written(self.moment),
            self.summary,
            self.media,
            self.type,
            self.follow_up_comment,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_rows(frame: pd.DataFrame) -> Iterator[Row | ArgumentError]:
    """Read the rows of a plan; of one that makes no sense, what is wrong.

    Raises
    ------
    ArgumentError
        If it is no DataFrame, lacks a column, or has one twice or one that is unknown.
    """
    _check_columns(frame)
    for values in frame.to_dict("records"):
        try:
            yield _read(values)
        except ArgumentError as error:
            yield error
        except Exception as error:  # noqa: BLE001 - a cell may hold anything, and there are others
            yield ArgumentError(
                f"The row cannot be read: {type(error).__name__}.", "Check each of its cells."
            )


def _check_columns(frame: pd.DataFrame) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"The plan is a {type(frame).__name__}, and no DataFrame.", "Pass a DataFrame."
        )
    names = frame.columns.tolist()
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ArgumentError(f"The column {twice[0]} is there twice.", "Rename or drop one of them.")
    lacking = [name for name in _REQUIRED if name not in frame]
    if lacking:
        raise ArgumentError(f"The column {lacking[0]} is missing.", "Add it: see schedule_posts.")
    unknown = [str(name) for name in frame if name not in (*_REQUIRED, *_OPTIONAL)]
    if unknown:
        raise ArgumentError(
            f"Nobody knows the column {unknown[0]}.",
            f"Leave it out; known are {', '.join((*_REQUIRED, *_OPTIONAL))}.",
        )


def _read(values: Mapping[Any, Any]) -> Row:
    when = values["schedule_date"]
    _check_time(when)
    return Row(
        account_ids=_accounts(values["account_ids"]),
        moment=read_moment(when, "schedule_date"),
        summary=_text(values.get("summary"), "summary") or "",
        media=_media(values.get("media")),
        type=_text(values.get("type"), "type") or "post",
        tags=_texts(values.get("tags"), "tags"),
        category_id=_text(values.get("category_id"), "category_id"),
        follow_up_comment=_text(values.get("follow_up_comment"), "follow_up_comment"),
    )


def _check_time(when: object) -> None:
    """Refuse times as spreadsheets store them, and show how each is written instead."""
    text = str(when).strip() if isinstance(when, str | Integral) else ""
    if _DAY.fullmatch(text):
        when = text  # 20260302
    elif isinstance(when, Real) or _NUMBER.fullmatch(text):
        _check_number(when)
    moment = when
    if isinstance(when, str):
        moment = None
        with suppress(ValueError):
            moment = datetime.fromisoformat(text)
            if len(text) <= len("2026-01-05"):
                moment = moment.date()
    if isinstance(moment, date) and not isinstance(moment, datetime):
        raise ArgumentError(
            f"schedule_date is {short(when)}, a day without a time.",
            f'Add a time and a time zone, as in "{moment:%Y-%m-%d}T09:00+01:00".',
        )
    if isinstance(moment, datetime) and not _is_missing(moment) and moment.tzinfo is None:
        raise ArgumentError(
            f"schedule_date is {short(when)}, a time without a time zone.",
            f'Add yours, as in "{moment:%Y-%m-%dT%H:%M}+01:00"; to a column of such times: '
            f"{_COLUMN} = pd.to_datetime({_COLUMN}){_LOCALIZED}, with your time zone.",
        )


def _check_number(when: object) -> None:
    """Refuse a number that stands for a time."""
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
            "media is no list of media.", 'Pass a list of dicts with "url" and "type".'
        )
    try:
        media: list[dict[str, Any]] = to_wire(value)
        whole_text("media", json.dumps(media, ensure_ascii=False))
    except RecursionError:
        media = []
    if len(media) != len(value):
        raise ArgumentError(
            "A medium contains itself, or is nested too deeply.",
            'Pass dicts with "url" and "type" only.',
        )
    return media


def _is_missing(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _text(value: object, name: str) -> str | None:
    if _is_missing(value):
        return None
    if not isinstance(value, str):
        raise ArgumentError(f"{name} is {short(value)}, and no text.", "Pass a text.")
    return whole_text(name, value).strip() or None


def _texts(value: object, name: str) -> list[str]:
    if not isinstance(value, list | tuple):
        return [part.strip() for part in (_text(value, name) or "").split(",") if part.strip()]
    return [text for one in value if (text := _text(one, name))]


def check_row(row: Row, accounts: Mapping[str, Account], now: datetime) -> None:
    """Refuse what the service would refuse, or publish otherwise than it is meant."""
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
        wrong = (f"There is no account {unknown[0]}.", "Take an id of fetch_accounts().")
    elif expired:
        wrong = (f"The connection {expired[0]} has expired.", "Renew it with reconnect().")
    elif row.moment <= now:
        wrong = (f"schedule_date is {written(row.moment)}, which is over.", "Choose a later time.")
    elif row.type not in _TYPES:
        wrong = (f"{row.type!r} is no type of posts.", f"Choose one of: {', '.join(_TYPES)}.")
    elif fitting is not None and platforms - fitting:
        wrong = (f"{min(platforms - fitting)} has no {row.type}.", "Leave its accounts out.")
    elif not (row.summary or row.media):
        wrong = ("It has neither a text nor media.", "Fill summary or media.")
    elif row.type == "reel" and len(row.media) != 1:
        wrong = (f"A reel is of one video, and not of {len(row.media)}.", "Pass one in media.")
    elif row.type == "story" and row.summary:
        wrong = ("A story has no text.", "Leave summary empty.")
    elif row.follow_up_comment and platforms & _NO_FOLLOW_UP:
        wrong = (
            f"{min(platforms & _NO_FOLLOW_UP)} has no follow-up comment.",
            "Leave follow_up_comment empty, or its accounts out.",
        )
    elif "pinterest" in platforms:
        wrong = (
            "Pinterest wants to know a board.",
            "Call client.posts.create with pinterest_post_details.",
        )
    if wrong is not None:
        raise ArgumentError(*wrong)


def reminder(row: Row, accounts: Mapping[str, Account]) -> str | None:
    """Name a connection that ends before the post is due: it would fail then."""
    for one in row.account_ids:
        expire = accounts[one].expire
        if expire is not None and in_utc(expire) <= row.moment:
            return f"Renew the connection {one} in time: it ends at {written(expire)}."
    return None
