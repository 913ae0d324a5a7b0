"""Seconds that a test lets pass, and a service that counts calls by them."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from ghl_notebook.transport import RateLimiter
from ghl_notebook.transport.rate_limit_headers import Limits

Window = Literal["fixed", "aligned", "sliding"]


class Clock:
    """Stands still until told otherwise; what is due then is done at its time."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.now

    def later(self, seconds: float, callback: Callable[[], object]) -> None:
        """Call a function when so many of them have passed."""
        heapq.heappush(self._timers, (self.now + seconds, next(self._numbers), callback))

    def pass_by(self, seconds: float) -> None:
        """Let seconds pass."""
        end = self.now + seconds
        while self._timers and self._timers[0][0] <= end:
            self.now, _, callback = heapq.heappop(self._timers)
            callback()
        self.now = end

    def limiter(self, keep: Callable[[RateLimiter], object] | None = None) -> RateLimiter:
        """Return a limiter that goes by this clock."""
        return RateLimiter(self.monotonic, self.later, keep)


async def settle() -> None:
    """Let every task go on as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def told(most: int | None, remaining: int | None, seconds: float | None = 10.0) -> Limits:
    """Return what an answer says."""
    interval = None if seconds is None else timedelta(seconds=seconds)
    return Limits(max=most, remaining=remaining, interval=interval)


class Service:
    """Counts calls as the service might: nobody knows which kind of window it has.

    Parameters
    ----------
    window : str
        "fixed": it begins with its first call. "aligned": it begins at whole intervals.
        "sliding": each call is given back one interval later.
    """

    def __init__(
        self, window: Window, most: int, seconds: float, monotonic: Callable[[], float]
    ) -> None:
        self.window, self.most, self.seconds = window, most, seconds
        self.refused = 0
        self._monotonic = monotonic
        self._began = -seconds
        self._sent: deque[float] = deque()

    def call(self) -> Limits:
        """Count a call, and return what its answer says."""
        now = self._monotonic()
        if self.window == "sliding":
            while self._sent and now - self._sent[0] >= self.seconds:
                self._sent.popleft()
        elif now - self._began >= self.seconds:
            self._sent.clear()
            self._began = now - (now % self.seconds if self.window == "aligned" else 0.0)
        if len(self._sent) < self.most:
            self._sent.append(now)
        else:
            self.refused += 1
        return told(self.most, self.most - len(self._sent), self.seconds)
