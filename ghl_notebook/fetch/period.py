"""A moment as a user writes it: with a time zone, or a whole day in UTC."""

from __future__ import annotations

import reprlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import write_instant

Moment = datetime | date | str
"""A moment with a time zone, or a day; a pandas Timestamp is a datetime."""

_DAY: Final = len("2026-01-05")
_YEARS: Final = (1970, 2199)
_FAR: Final = datetime.max.replace(tzinfo=UTC)

_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def read_period(since: Moment, until: Moment) -> tuple[str, str]:
    """Return first and last moment as the service writes them.

    A day stands for all of it, in UTC: a `since` begins with it, and an `until` ends with it.

    Raises
    ------
    ArgumentError
        If one is no moment, a time has no time zone, the period ends before it begins, or one is
        before 1970 or after 2199.
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
                f"{name} is {short(value)}, a time without a time zone.",
                "Add one, for instance datetime(2026, 1, 5, 9, tzinfo=UTC) or "
                '"2026-01-05T09:00+01:00"; a date alone is a whole day in UTC.',
            )
        try:
            plain = read.to_pydatetime(warn=False) if isinstance(read, pd.Timestamp) else read
            moment = plain.astimezone(UTC)
        except (OverflowError, ValueError):  # the calendar ends before it
            moment = _FAR
        except Exception as error:  # noqa: BLE001
            # A time zone of somebody's own, which says nothing or fails.
            raise ArgumentError(
                f"{name} has a time zone that cannot be used ({type(error).__name__}).",
                'Use another, as in ZoneInfo("Europe/Berlin").',
            ) from None
        return _near(moment, value, name)
    if isinstance(read, date) and not pd.isna(read):
        begin = _near(datetime.combine(read, time(), UTC), value, name)
        return begin + timedelta(days=1, milliseconds=-1) if is_end else begin
    raise ArgumentError(
        f"{name} is {short(value)}, and no date or time.",
        'Pass a datetime with a time zone, or text such as "2026-01-05T09:00+01:00".',
    )


def short(value: object) -> str:
    """Return a value as a message shows it, however long or deep it is."""
    return _SHORT.repr(value)


def _near(moment: datetime, value: object, name: str) -> datetime:
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise ArgumentError(
            f"{name} is {short(value)}, which is not between the years {_YEARS[0]} and "
            f"{_YEARS[1]}.",
            "Pass a date between them.",
        )
    return moment


def written(moment: datetime) -> str:
    """Return a moment as the service writes it."""
    return write_instant(in_utc(moment))


def in_utc(moment: datetime) -> datetime:
    """Return a moment of the service in UTC, which it means where it names no time zone."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # the calendar ends before it
        return moment.replace(tzinfo=UTC)
