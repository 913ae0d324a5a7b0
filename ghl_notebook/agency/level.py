"""How many requests to have in flight: found out while they are."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

FIRST: Final = 32
"""To begin with."""
_LOWEST: Final = 4
_STILL_FAST: Final = 1.3
_TOO_SLOW: Final = 2.0
"""Times the shortest mean of a round: beyond it, requests wait for each other."""


class Level:
    """Lets so many in at once as the service, the network and this computer bear.

    It doubles from round to round while answers come as fast as before, then grows slowly, and
    goes back when they take twice as long or fail. A round is as many answers as may be in flight
    when it begins.

    Parameters
    ----------
    most : int
        It never lets in more.
    first : int
        To begin with; `most` where that is less.
    """

    def __init__(self, most: int, first: int = FIRST) -> None:
        self._most = most
        self.limit = min(first, most)
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_doubling = True
        self._shortest: float | None = None
        self._begin_round()

    async def enter(self) -> None:
        """Wait until one more may be in flight."""
        while self.in_flight >= self.limit:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._let_in()  # it was this one's turn: somebody else may have it
                raise
        self.in_flight += 1

    def leave(self, seconds: float | None, *, is_trouble: bool = False) -> None:
        """Say that an answer has come.

        Parameters
        ----------
        seconds : float or None
            How long it took. None: nothing was asked.
        is_trouble : bool
            The service or the network is failing.
        """
        self.in_flight -= 1
        if seconds is not None:
            self._learn(seconds, is_trouble=is_trouble)
        self._let_in()

    def _let_in(self) -> None:
        room = self.limit - self.in_flight
        while room > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                room -= 1

    def _begin_round(self) -> None:
        self._size = self.limit
        self._count, self._seconds, self._troubles, self._was_full = 0, 0.0, 0, False

    def _learn(self, seconds: float, *, is_trouble: bool) -> None:
        self._count += 1
        self._seconds += seconds
        self._troubles += is_trouble
        self._was_full = self._was_full or self.in_flight + 1 >= self.limit
        is_fast = self._shortest is None or seconds <= self._shortest * _STILL_FAST
        if self._is_doubling and self._was_full and is_fast and not is_trouble:
            # Not at the end of the round: a short run is over by then.
            self.limit = min(self._most, self.limit + 1)
        if self._count >= self._size:
            self._end_round()

    def _end_round(self) -> None:
        mean = self._seconds / self._count
        if self._shortest is None or mean < self._shortest:
            self._shortest = mean
        if self._troubles * 4 > self._count:
            self._slow_down(0.5)
        elif mean > self._shortest * _TOO_SLOW:
            self._slow_down(0.8)
        elif self._was_full and not self._is_doubling and mean <= self._shortest * _STILL_FAST:
            self.limit = min(self._most, self.limit + max(1, self.limit // 10))
        self._begin_round()

    def _slow_down(self, factor: float) -> None:
        self._is_doubling = False
        self.limit = max(min(_LOWEST, self._most), int(self.limit * factor))
