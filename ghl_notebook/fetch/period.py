"""Dates and times as a user passes them: with a time zone, or a whole day in UTC."""

from __future__ import annotations

import reprlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ghl_notebook.errors import ArgumentError, raise_without_context
from ghl_notebook.models import format_datetime

_DAY_LENGTH: Final = len("2026-01-05")
_YEARS: Final = (1970, 2199)
_OUT_OF_RANGE: Final = datetime.max.replace(tzinfo=UTC)

DEFAULT_DAYS: Final = 30
"""The length of a period whose start is not passed, in days."""

_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def read_period(
    client: object,
    since: datetime | date | str | None,
    until: datetime | date | str | None,
    *,
    of: str | None = None,
) -> tuple[str, str]:
    """Return the first and the last millisecond of a period, as the API writes them.

    A date is a whole day in UTC: as `since` its first millisecond, as `until` its last. By default,
    the period is the last 30 days, including the current day.

    Raises `ArgumentError` if a value is not a date or a time, a time has no time zone, `until` is
    before `since`, or one of them is before 1970 or after 2199.

    Parameters
    ----------
    client : object
        The client, with whose clock the current day is found.
    since, until : datetime, date, str or None
        The period.
    of : str, optional
        What exists of the past only; a period of the future is then an error.
    """
    clock = getattr(client, "clock", None)
    now = clock() if callable(clock) else datetime.now(UTC)
    end = now.astimezone(UTC).date() if until is None else until
    last = read_datetime(end, "until", is_end=True)
    begin = last.date() - timedelta(days=DEFAULT_DAYS - 1) if since is None else since
    first = read_datetime(begin, "since")
    if of is not None and first > now:
        raise ArgumentError(
            f"The period begins at {formatted(first)}, in the future, which has no {of} yet.",
            "Pass an earlier since.",
        )
    if last < first:
        raise ArgumentError(
            f"The period ends at {formatted(last)}, before it begins at {formatted(first)}.",
            "Pass the earlier one as since.",
        )
    return formatted(first), formatted(last)


def read_datetime(value: object, name: str, *, is_end: bool = False) -> datetime:
    """Return a date or a time in UTC.

    Raises `ArgumentError` if the value is not a date or a time, or a time has no time zone and so
    is ambiguous.

    Parameters
    ----------
    value : datetime, date, pandas.Timestamp or str
        Text is ISO 8601.
    name : str
        The argument's name.
    is_end : bool
        Return the last millisecond of a date, not the first.
    """
    read = value
    if isinstance(value, str):
        text = value.strip()
        try:
            parse = date.fromisoformat if len(text) == _DAY_LENGTH else datetime.fromisoformat
            read = parse(text)
        except ValueError:
            read = None
    if isinstance(read, datetime) and not _is_nat(read):
        if read.tzinfo is None:
            raise ArgumentError(
                f"{name} is {short(value)}, a time without a time zone.",
                "Add one, for instance datetime(2026, 1, 5, 9, tzinfo=UTC) or "
                '"2026-01-05T09:00+01:00"; a date alone is a whole day in UTC.',
            )
        try:
            # A pandas.Timestamp has nanoseconds. pandas may not be imported yet.
            to_datetime = getattr(read, "to_pydatetime", None)
            plain = to_datetime(warn=False) if to_datetime else read
            found = plain.astimezone(UTC)
        except (OverflowError, ValueError):  # beyond what a datetime can hold
            found = _OUT_OF_RANGE
        except Exception as error:  # noqa: BLE001
            # A time zone class of the user's, which fails or returns nonsense.
            raise_without_context(
                ArgumentError(
                    f"{name} has a time zone that cannot be used ({type(error).__name__}).",
                    'Use another, as in ZoneInfo("Europe/Berlin").',
                )
            )
        return _in_range(found, value, name)
    if isinstance(read, date) and not _is_nat(read):
        begin = _in_range(datetime.combine(read, time(), UTC), value, name)
        return begin + timedelta(days=1, milliseconds=-1) if is_end else begin
    raise ArgumentError(
        f"{name} is {short(value)}, not a date or time.",
        'Pass a datetime with a time zone, or text such as "2026-01-05T09:00+01:00".',
    )


def _is_nat(moment: date) -> bool:
    """Tell whether it is ``pandas.NaT``, which is a datetime, and equals nothing."""
    return moment != moment


def short(value: object) -> str:
    """Return the repr of a value for a message, however long or nested the value is."""
    return _SHORT.repr(value)


def _in_range(found: datetime, value: object, name: str) -> datetime:
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise ArgumentError(
            f"{name} is {short(value)}, which is not between the years {_YEARS[0]} and "
            f"{_YEARS[1]}.",
            "Pass a date between them.",
        )
    return found


def formatted(value: datetime) -> str:
    """Return a datetime as the API writes it."""
    return format_datetime(in_utc(value))


def in_utc(value: datetime) -> datetime:
    """Return a datetime of the API in UTC, which the API means if it names no time zone."""
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:  # beyond what a datetime can hold
        return value.replace(tzinfo=UTC)
