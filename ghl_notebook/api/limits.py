"""What the service says of its limits, on every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """What is left of the calls that one app may make for one sub-account.

    All are None where the service has not said it. Nothing is assumed of them: plans differ.

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
        From that answer until the service counts anew (``x-ratelimit-daily-reset``).
    """

    max: int | None = None
    remaining: int | None = None
    interval: timedelta | None = None
    daily_max: int | None = None
    daily_remaining: int | None = None
    daily_reset: timedelta | None = None

    def __str__(self) -> str:
        if self.max is None or self.interval is None:
            return "not known before the first answer"
        text = f"{self.remaining} of {self.max} calls left per {self.interval.total_seconds():g} s"
        if self.daily_max is not None:
            text += f", {self.daily_remaining} of {self.daily_max} today"
        return text


def read_limits(headers: Mapping[str, str]) -> Limits:
    """Read the headers of an answer; one that is missing or makes no sense is None."""
    interval = _number(headers, "x-ratelimit-interval-milliseconds")
    reset = _number(headers, "x-ratelimit-daily-reset")
    return Limits(
        max=_number(headers, "x-ratelimit-max") or None,
        remaining=_number(headers, "x-ratelimit-remaining"),
        interval=timedelta(milliseconds=interval) if interval else None,
        daily_max=_number(headers, "x-ratelimit-limit-daily"),
        daily_remaining=_number(headers, "x-ratelimit-daily-remaining"),
        # A duration in milliseconds, not an instant.
        daily_reset=None if reset is None else timedelta(milliseconds=reset),
    )


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    # Bounded: a nonsense value must not overflow a timedelta.
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None
