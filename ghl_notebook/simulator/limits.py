"""The rate limit: a window per token, told in headers on every answer of the API."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .levers import Levers


@dataclass(slots=True)
class _Window:
    began: float
    used: int
    day: str
    used_today: int


class RateLimiter:
    """Counts what each token sends in an interval and in a day.

    Parameters
    ----------
    levers : Levers
        Holds the limits.
    clock : callable
        The current time; the day is the clock's UTC day.
    monotonic : callable
        Seconds that only grow, for the interval.
    """

    def __init__(
        self,
        levers: Levers,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._levers = levers
        self._clock = clock
        self._monotonic = monotonic
        self._windows: dict[str, _Window] = {}

    def count(self, token: str) -> tuple[bool, dict[str, str]]:
        """Count one request.

        Returns
        -------
        tuple of bool and dict
            Whether the request is within the limits, and the headers of its answer.
        """
        levers, seconds, now = self._levers, self._monotonic(), self._clock().astimezone(UTC)
        today = now.date().isoformat()
        window = self._windows.setdefault(token, _Window(seconds, 0, today, 0))
        if seconds - window.began >= levers.rate_interval:
            window.began, window.used = seconds, 0
        if window.day != today:
            window.day, window.used_today = today, 0
        allowed = window.used < levers.rate_limit and window.used_today < levers.daily_limit
        if allowed:
            window.used += 1
            window.used_today += 1
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
        return allowed, {
            "x-ratelimit-max": str(levers.rate_limit),
            "x-ratelimit-remaining": str(max(0, levers.rate_limit - window.used)),
            "x-ratelimit-interval-milliseconds": str(round(levers.rate_interval * 1000)),
            "x-ratelimit-limit-daily": str(levers.daily_limit),
            "x-ratelimit-daily-remaining": str(max(0, levers.daily_limit - window.used_today)),
            # A duration, not an instant.
            "x-ratelimit-daily-reset": str((midnight - now) // timedelta(milliseconds=1)),
        }
