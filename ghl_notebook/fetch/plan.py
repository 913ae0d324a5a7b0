"""Reads the rows of a plan, a DataFrame: cell by cell, whatever a cell holds."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import isfinite, isnan, nan
from numbers import Integral, Real
from os import PathLike
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from ghl_notebook.api.local_file import LocalFile, check_local_file
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames.later import pd
from ghl_notebook.models import PostMedia, check_text, plain_media_type, to_wire

from .period import formatted, read_datetime, short

T = TypeVar("T")

_REQUIRED: Final = ("account_ids", "schedule_date")
_OPTIONAL: Final = (
    "summary",
    "media",
    "files",
    "type",
    "tags",
    "category_id",
    "follow_up_comment",
    "title",
    "board_id",
)
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


@dataclass(frozen=True)
class PlanRow:
    """A row. `media` has the form in which it is sent; unreadable cells are missing."""

    account_ids: list[str]
    schedule_date: datetime | None
    summary: str
    media: list[dict[str, Any]]
    type: str
    tags: list[str]
    category_id: str | None
    follow_up_comment: str | None
    files: list[LocalFile] = field(default_factory=list)
    title: str | None = None
    board_id: str | None = None

    @property
    def content(self) -> list[Any]:
        """What is published at its time, apart from a follow-up comment."""
        files = [{"sha256": one.sha256} for one in self.files]
        return [self.type, self.summary, self.media, files, self.title, self.board_id]

    @property
    def due(self) -> float:
        """When it is to be published, in seconds since 1970."""
        return self.schedule_date.timestamp() if self.schedule_date else 0.0

    def key(self, base_url: str, location_id: str) -> str:
        """Return a checksum of what identifies the post: what is published, where, and when.

        Tags and category do not count: they only sort posts in the planner.
        """
        when = self.schedule_date and formatted(self.schedule_date)
        ids = sorted(self.account_ids)
        parts = [base_url, location_id, ids, when, self.content, self.follow_up_comment]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class ReadRow(NamedTuple):
    """A row, and the errors of the cells that cannot be read, with their columns."""

    row: PlanRow
    errors: list[tuple[str, ArgumentError]]


def read_rows(frame: pd.DataFrame) -> Iterator[ReadRow]:
    """Yield the rows of a plan.

    Raises `ArgumentError` if it is not a DataFrame, or lacks a column, or has a duplicate or
    unknown one.
    """
    _check_columns(frame)
    for values in frame.to_dict("records"):
        yield _read(values)


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


def _read(values: Mapping[Any, Any]) -> ReadRow:
    errors: list[tuple[str, ArgumentError]] = []

    def cell(column: str, read: Callable[[Any], T], default: T) -> T:
        value = values.get(column)
        if isinstance(value, np.ndarray):  # a list, as pandas reads it from Parquet
            value = value.tolist()
        try:
            return read(value)
        except ArgumentError as error:
            errors.append((column, error))
        except Exception as error:  # noqa: BLE001 - a cell may hold anything, and others follow
            found = f"The cell {column} cannot be read: {type(error).__name__}."
            errors.append((column, ArgumentError(found, "Check it.")))
        return default

    def text(column: str) -> str | None:
        return cell(column, lambda value: _text(value, column), None)

    row = PlanRow(
        account_ids=cell("account_ids", _accounts, []),
        schedule_date=cell("schedule_date", _moment, None),
        summary=text("summary") or "",
        media=cell("media", _media, []),
        type=text("type") or "post",
        tags=cell("tags", lambda value: _texts(value, "tags"), []),
        category_id=text("category_id"),
        follow_up_comment=text("follow_up_comment"),
        files=_files(cell("files", _paths, []), errors),
        title=text("title"),
        board_id=text("board_id"),
    )
    return ReadRow(row, errors)


def _moment(value: object) -> datetime:
    _check_time(value)
    return read_datetime(value, "schedule_date")


def _paths(value: object) -> list[str | PathLike[str]]:
    """Return the paths of a cell; a path with a comma is one path if there is such a file."""
    if _is_missing(value):
        return []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, PathLike):
        return [value]
    text = _text(value, "files") or ""
    is_one = "," not in text or os.path.lexists(text)
    return [text] if is_one and text else [*_texts(text, "files")]


def _files(
    paths: list[str | PathLike[str]], errors: list[tuple[str, ArgumentError]]
) -> list[LocalFile]:
    found = []
    for path in paths:
        try:
            found.append(check_local_file(path, only_media=True))
        except ArgumentError as error:
            errors.append(("files", error))
        except Exception as error:  # noqa: BLE001 - a path may be any object
            words = f"A path cannot be read: {type(error).__name__}."
            errors.append(("files", ArgumentError(words, "Pass paths as text.")))
    return found


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
            "media is not a list of media.",
            'Pass a list of dicts with "url" and "type"; put the paths of files on this computer '
            "into the column files.",
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
    for one in media:
        if plain := plain_media_type(one.get("type")):
            one["type"] = plain
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
