"""The simulator's clock: fixed, unless a test makes it run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: The default time of a simulator. It is fixed, so that responses never change.
EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def standing_clock() -> datetime:
    """Return `EPOCH`, always."""
    return EPOCH


def running_clock(start: datetime = EPOCH, speed: float = 1.0) -> Callable[[], datetime]:
    """Return a clock that starts to run now.

    Tokens, codes and the day of the rate limit follow this clock. The interval of the rate limit
    does not: it is measured in real seconds, like the pauses of a client.

    Parameters
    ----------
    start : datetime
        The time at the start, with a time zone.
    speed : float
        Its seconds per real second: at 100, a token of one day lasts a quarter of an hour.

    Returns
    -------
    callable
        Pass it as ``Simulator(clock=…)``.
    """
    if speed <= 0:
        raise ValueError("speed is a positive number: time does not stop or go back.")
    began = time.monotonic()

    def clock() -> datetime:
        return start + timedelta(seconds=(time.monotonic() - began) * speed)

    return clock
