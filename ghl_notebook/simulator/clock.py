"""The time a simulator lives in: it stands still, unless a test lets it run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: The instant a simulator lives in unless told otherwise, so that its answers never change.
EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def standing_clock() -> datetime:
    """Return `EPOCH`, whenever it is asked."""
    return EPOCH


def running_clock(start: datetime = EPOCH, speed: float = 1.0) -> Callable[[], datetime]:
    """Return a clock that starts to run now.

    Tokens, codes and the day of the rate limit follow it. The interval of the rate limit does
    not: it lasts its real seconds, as the pauses of a client do.

    Parameters
    ----------
    start : datetime
        What it shows now, with a time zone.
    speed : float
        Its seconds per real second: at 100, a token of a day lives for a quarter of an hour.

    Returns
    -------
    callable
        For ``Simulator(clock=…)``.
    """
    if speed <= 0:
        raise ValueError("speed is a positive number: time does not stop or go back.")
    began = time.monotonic()

    def clock() -> datetime:
        return start + timedelta(seconds=(time.monotonic() - began) * speed)

    return clock
