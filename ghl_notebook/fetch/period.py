"""A moment as a user writes it: with a time zone, or a whole day in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import write_instant

Moment = datetime | date | str
"""A moment with a time zone, or a day; a pandas Timestamp is a datetime."""

_DAY: Final = len("2026-01-05")


def read_period(since: Moment, until: Moment) -> tuple[str, str]:
    """Return first and last moment as the service writes them.

    A day stands for all of it, in UTC: a `since` begins with it, and an `until` ends with it.

    Raises
    ------
    ArgumentError
        If one is no moment, a time has no time zone, or the period ends before it begins.
    """
    first, last = read_moment(since, "since"), read_moment(until, "until", is_end=True)
    if last < first:
        raise ArgumentError(
            f"The period ends at {written(last)}, before it begins at {written(first)}.",
            "Pass the earlier one as since.",
        )
    return written(first), written(last)


def read_moment(value: object, name: str, *, is_end: bool = False) -> datetime:
    """Return a moment in UTC.

    Parameters
    ----------
    value : datetime, date, pandas.Timestamp or str
        A text is one of ISO 8601.
    name : str
        What it is called.
    is_end : bool
        Of a day the last millisecond, not the first.

    Raises
    ------
    ArgumentError
        If it is no moment, or a time without a time zone: nobody could tell which moment is meant.
    """
    read = value
    if isinstance(value, str):
        text = value.strip()
        try:
            parse = date.fromisoformat if len(text) == _DAY else datetime.fromisoformat
            read = parse(text)
        except ValueError:
            read = None
    if isinstance(read, datetime) and not pd.isna(read):
        if read.tzinfo is None:
            raise ArgumentError(
                f"{name} is {value!r}, a time without a time zone.",
                "Add one, for instance datetime(2026, 1, 5, 9, tzinfo=UTC) or "
                '"2026-01-05T09:00+01:00"; a date alone is a whole day in UTC.',
            )
        plain = read.to_pydatetime(warn=False) if isinstance(read, pd.Timestamp) else read
        return plain.astimezone(UTC)
    if isinstance(read, date) and not pd.isna(read):
        begin = datetime.combine(read, time(), UTC)
        return begin + timedelta(days=1, milliseconds=-1) if is_end else begin
    raise ArgumentError(
        f"{name} is {value!r}, and no date or time.",
        'Pass a datetime with a time zone, a date, or a text such as "2026-01-05".',
    )


def written(moment: datetime) -> str:
    """Return a moment as the service writes it."""
    return write_instant(in_utc(moment))


def in_utc(moment: datetime) -> datetime:
    """Return a moment of the service in UTC, which it means where it names no time zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
