"""How many requests a run keeps in flight: adapted while it runs (AIMD)."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

INITIAL_LIMIT: Final = 32
"""The most that every transport handles well: httpx's pool collapses beyond it."""
_MIN_LIMIT: Final = 4
"""A run slows down, but never stops."""
_STILL_FAST: Final = 1.3
"""Times the shortest mean of a round: up to here, differences are noise and the limit may grow."""
_TOO_SLOW: Final = 2.0
"""Times the shortest mean of a round: beyond it, requests wait for each other."""
_MAX_ERROR_RATE: Final = 0.25
"""Of a round's responses. Below it, single sub-accounts fail; above it, the API does."""


class AdaptiveLimit:
    """Limit the requests in flight to what the API, the network and this computer handle.

    The limit doubles from round to round while responses arrive as fast as before. After that, the
    limit grows by a tenth per round, and shrinks when responses take twice as long (to 80 %) or
    fail (to half). A round has as many responses as the limit allows requests when the round
    starts.

    Parameters
    ----------
    maximum : int
        The limit never exceeds this number.
    initial : int
        The limit at the start; `maximum` if that is lower.
    """

    def __init__(self, maximum: int, initial: int = INITIAL_LIMIT) -> None:
        self._maximum = maximum
        self.limit = min(initial, maximum)
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_doubling = True
        self._shortest: float | None = None
        self._start_round()

    async def acquire(self) -> None:
        """Wait until one more request may be in flight."""
        while self.in_flight >= self.limit:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake()  # this task had its turn: give it to another one
                raise
        self.in_flight += 1

    def try_acquire(self) -> bool:
        """Take the place of one more request, if one is free and no sub-account waits for it."""
        is_free = self.in_flight < self.limit and not self._waiting
        self.in_flight += is_free
        return is_free

    def release(self, seconds: float | None, *, is_service_error: bool = False) -> None:
        """Report a finished request.

        Parameters
        ----------
        seconds : float or None
            How long the request took; None if it was not sent.
        is_service_error : bool
            Whether the API or the network failed.
        """
        self.in_flight -= 1
        if seconds is not None:
            self._learn(seconds, is_service_error=is_service_error)
        self._wake()

    def _wake(self) -> None:
        free = self.limit - self.in_flight
        while free > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1

    def _start_round(self) -> None:
        self._size = self.limit
        self._count, self._seconds, self._errors, self._was_full = 0, 0.0, 0, False

    def _learn(self, seconds: float, *, is_service_error: bool) -> None:
        self._count += 1
        self._seconds += seconds
        self._errors += is_service_error
        self._was_full = self._was_full or self.in_flight + 1 >= self.limit
        is_fast = self._shortest is None or seconds <= self._shortest * _STILL_FAST
        if self._is_doubling and self._was_full and is_fast and not is_service_error:
            # Grow with each response: a short run ends before its first round does.
            self.limit = min(self._maximum, self.limit + 1)
        if self._count >= self._size:
            self._end_round()

    def _end_round(self) -> None:
        mean = self._seconds / self._count
        if self._shortest is None or mean < self._shortest:
            self._shortest = mean
        if self._errors > self._count * _MAX_ERROR_RATE:
            self._shrink(0.5)
        elif mean > self._shortest * _TOO_SLOW:
            self._shrink(0.8)
        elif self._was_full and not self._is_doubling and mean <= self._shortest * _STILL_FAST:
            self.limit = min(self._maximum, self.limit + max(1, self.limit // 10))
        self._start_round()

    def _shrink(self, factor: float) -> None:
        self._is_doubling = False
        self.limit = max(min(_MIN_LIMIT, self._maximum), int(self.limit * factor))
