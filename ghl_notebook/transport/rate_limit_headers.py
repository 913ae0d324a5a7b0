"""What the API reports about its rate limits, with every response."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec

_MAX_INTERVAL: Final = timedelta(days=2)
"""What is longer is not possible for a limit of a day or less; some services send a datetime."""


class Limits(msgspec.Struct, frozen=True):
    """What is left of the calls that one app may make for one sub-account.

    All are None until the service reports them. Nothing is assumed about them: plans differ.

    Attributes
    ----------
    max : int or None
        Calls in one interval (``x-ratelimit-max``).
    remaining : int or None
        What was left of them with the last answer (``x-ratelimit-remaining``).
    interval : timedelta or None
        The interval (``x-ratelimit-interval-milliseconds``).
    daily_max : int or None
        Calls in a day (``x-ratelimit-limit-daily``).
    daily_remaining : int or None
        What was left of them with the last answer (``x-ratelimit-daily-remaining``).
    daily_reset : timedelta or None
        From that answer until the service counts from zero again (``x-ratelimit-daily-reset``).
    """

    max: int | None = None
    remaining: int | None = None
    interval: timedelta | None = None
    daily_max: int | None = None
    daily_remaining: int | None = None
    daily_reset: timedelta | None = None

    def __str__(self) -> str:
        per = f" per {self.interval.total_seconds():g} s" if self.interval is not None else ""
        parts = [
            _left(self.remaining, self.max, "calls", per),
            _left(self.daily_remaining, self.daily_max, "" if self.max else "calls", " today"),
        ]
        return ", ".join(part for part in parts if part) or "not told by the service so far"


def read_limits(headers: Mapping[str, str]) -> Limits:
    """Read the headers of a response; a missing or nonsensical one is None."""
    get = headers.get
    return Limits(
        max=_read_number(get("x-ratelimit-max")) or None,
        remaining=_read_number(get("x-ratelimit-remaining")),
        interval=_read_duration(get("x-ratelimit-interval-milliseconds")) or None,
        daily_max=_read_number(get("x-ratelimit-limit-daily")),
        daily_remaining=_read_number(get("x-ratelimit-daily-remaining")),
        daily_reset=_read_duration(get("x-ratelimit-daily-reset")),
    )


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read the seconds of ``Retry-After``; None where it is missing or a date.

    The service has never been seen to send one.
    """
    return _read_number(headers.get("retry-after"))


def _left(remaining: int | None, most: int | None, noun: str, per: str) -> str:
    if most is None:
        return ""
    noun = f" {noun}" if noun else ""
    if remaining is None:
        return f"at most {most}{noun}{per}"
    left = " left" if noun else ""
    return f"{remaining} of {most}{noun}{left}{per}"


@functools.lru_cache(maxsize=64)
def _read_duration(text: str | None) -> timedelta | None:
    number = _read_number(text)
    duration = None if number is None else timedelta(milliseconds=number)
    return None if duration is None or duration > _MAX_INTERVAL else duration


@functools.lru_cache(maxsize=256)  # nearly the same in every answer
def _read_number(text: str | None) -> int | None:
    text = (text or "").strip()
    # Bounded: a nonsense value must not overflow a timedelta.
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None
