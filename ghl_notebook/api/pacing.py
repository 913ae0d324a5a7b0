"""Pacing: as fast as the service's limits allow, and no answer 429.

A log of slots, as many as the service says may be called per interval. A request takes a slot, and
the slot is free again one interval after its *answer* has come: whatever window the service counts
in, fixed or sliding, it has counted the request by then.
"""

from __future__ import annotations

import asyncio
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from .limits import Limits

_UNKNOWN_MAX: Final = 8
"""In flight before the first answer has told the limit; the lowest one known of is 25."""
MAX_IN_FLIGHT: Final = 32
"""More would only queue for a connection, in the time that a call has."""
_INTERVAL: Final = 10.0
"""Seconds; only for a 429 without headers."""
_MARGIN: Final = 0.005
"""Seconds: clocks that tick in steps."""


class _Waiter:
    """A request that waits for its slot, in whichever event loop it lives."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.admitted: asyncio.Future[None] = self.loop.create_future()
        self.left = False


class Pacer:
    """The slots of one sub-account (or agency). Clients of all threads and event loops share it.

    Parameters
    ----------
    monotonic : callable
        Seconds that only grow.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._queue: deque[_Waiter] = deque()
        self._in_flight = 0
        self._answered: deque[float] = deque()
        self._has_answered = False
        self._blocked_until = 0.0
        self._timer: tuple[float, asyncio.AbstractEventLoop] | None = None
        self._limits = Limits()

    @property
    def limits(self) -> Limits:
        """What the last answer said."""
        return self._limits

    async def acquire(self) -> None:
        """Wait for a slot and take it; `release` has to follow. First come, first served."""
        waiter = _Waiter()
        with self._lock:
            self._queue.append(waiter)
        self._admit()
        try:
            await waiter.admitted
        except BaseException:
            self._leave(waiter)
            raise

    def release(self, limits: Limits | None) -> None:
        """Give a slot back.

        Parameters
        ----------
        limits : Limits or None
            What the answer said. None: there was no answer; the service may have counted it.
        """
        with self._lock:
            now = self._monotonic()
            self._has_answered = True
            if limits is not None and (limits.max is not None or limits.interval is not None):
                self._learn(limits, now)
            self._in_flight -= 1
            self._answered.append(now)
        self._admit()

    def block(self, seconds: float | None = None) -> None:
        """Let nothing pass for one interval, or for some seconds: the service has answered 429."""
        with self._lock:
            wait = self._interval if seconds is None else seconds
            self._blocked_until = max(self._blocked_until, self._monotonic() + wait)

    @property
    def _interval(self) -> float:
        interval = self._limits.interval
        return _INTERVAL if interval is None else interval.total_seconds()

    def _learn(self, limits: Limits, now: float) -> None:
        self._limits = limits
        if limits.max is None or limits.remaining is None:
            return
        self._forget(now)
        # Others have called too (another process, a client that is gone): their calls leave the
        # service's window within one interval from now.
        others = limits.max - limits.remaining - self._in_flight - len(self._answered)
        self._answered.extend([now] * min(others, limits.max))

    def _forget(self, now: float) -> None:
        while self._answered and self._answered[0] + self._interval + _MARGIN <= now:
            self._answered.popleft()

    def _free_at(self, now: float) -> float | None:
        """Return when the next request may go: now, an instant, or None for after an answer."""
        if now < self._blocked_until:
            return self._blocked_until
        if self._in_flight >= MAX_IN_FLIGHT:
            return None
        most = self._limits.max
        if most is None:
            return now if self._has_answered or self._in_flight < _UNKNOWN_MAX else None
        self._forget(now)
        if self._in_flight + len(self._answered) < most:
            return now
        # With a limit that has shrunk several slots have to come free first.
        surplus = self._in_flight + len(self._answered) - most
        if surplus >= len(self._answered):
            return None
        return self._answered[surplus] + self._interval + _MARGIN

    def _admit(self) -> None:
        with self._lock:
            while self._queue:
                now = self._monotonic()
                head = self._queue[0]
                if head.left or head.loop.is_closed():
                    self._queue.popleft()
                    continue
                at = self._free_at(now)
                if at is None:
                    return
                if at > now:
                    self._wake_at(at, now, head)
                    return
                self._queue.popleft()
                self._in_flight += 1
                if not _soon(head.loop, self._tell, head):
                    self._in_flight -= 1

    def _wake_at(self, at: float, now: float, head: _Waiter) -> None:
        # A timer of another event loop does not count: that loop may end before it rings.
        if self._timer is not None and now < self._timer[0] <= at and self._timer[1] is head.loop:
            return
        self._timer = (at, head.loop)
        _soon(head.loop, lambda: head.loop.call_later(at - now, self._admit))

    def _tell(self, waiter: _Waiter) -> None:
        if not waiter.admitted.done():
            waiter.admitted.set_result(None)
        elif waiter.left:
            self._give_back()

    def _leave(self, waiter: _Waiter) -> None:
        """Take a waiter out that was cancelled, with its slot if it had one already."""
        waiter.left = True
        with self._lock:
            queued = waiter in self._queue
            if queued:
                self._queue.remove(waiter)
        if not queued and waiter.admitted.done() and not waiter.admitted.cancelled():
            self._give_back()
        else:
            self._admit()

    def _give_back(self) -> None:
        with self._lock:
            self._in_flight -= 1
        self._admit()


def _soon(loop: asyncio.AbstractEventLoop, callback: Callable[..., object], *args: object) -> bool:
    with suppress(RuntimeError):  # the loop was closed meanwhile
        loop.call_soon_threadsafe(callback, *args)
        return True
    return False


class Pacers:
    """The pacers of a process, each for as long as somebody uses it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pacers: weakref.WeakValueDictionary[tuple[str, str], Pacer] = (
            weakref.WeakValueDictionary()
        )

    def of(self, base_url: str, whose: str) -> Pacer:
        """Return the pacer of a sub-account or an agency, the same one for every client."""
        with self._lock:
            pacer = self._pacers.get((base_url, whose))
            if pacer is None:
                pacer = self._pacers[base_url, whose] = Pacer()
            return pacer


PACERS = Pacers()
"""Those of this process."""
