"""Rate limiting: as fast as the API's limits allow, and without a response 429.

A log of permits, as many as the API allows calls per interval. A request takes a permit, and the
permit is free again one interval after the *response* has come: in
any window that the service counts, fixed or sliding, it has counted the request by then.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final, Protocol, Self

import msgspec

from ghl_notebook.background import call_in_background, register_after_fork

from .rate_limit_headers import Limits

_LOWEST: Final = 25
"""Permits until the first response: no plan is known to allow fewer."""
_FIRST: Final = 8
"""Requests in flight until a response reports the limit."""
MAX_IN_FLIGHT: Final = 32
"""More requests would only wait for a connection, in the time that a call has."""
_MAX_PERMITS: Final = 10_000
"""Permits at most, regardless of the response."""
_INTERVAL: Final = 10.0
"""Seconds; until a response reports the interval."""
_MAX_WAIT_SECONDS: Final = 60.0
"""Seconds of any wait at most, regardless of the response: then the next response reports more."""
_MARGIN: Final = 0.005
"""Seconds: clocks that tick in steps."""

_UNREPORTED: Final = Limits()

Later = Callable[[float, Callable[[], object]], object]
"""Calls a function after some seconds, in a thread that lasts."""


class Permit:
    """The right to send one request. Leaving its context without a `release` means: not sent.

    Attributes
    ----------
    on_end : callable or None
        Called when its context is left, with whether the request was sent.
    """

    __slots__ = ("_is_taken", "_limiter", "forgotten", "on_end")

    def __init__(self, limiter: RateLimiter, forgotten: int) -> None:
        self._limiter = limiter
        self._is_taken = True
        self.forgotten = forgotten
        self.on_end: Callable[[bool], object] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        was_sent = not self._is_taken
        if self._is_taken:
            self.give_back()
        if self.on_end is not None:
            self.on_end(was_sent)

    def release(
        self, limits: Limits | None, *, refused: bool = False, retry_after: float | None = None
    ) -> None:
        """Report that the response has come, or that none will.

        Parameters
        ----------
        limits : Limits or None
            What the response reports. None: without a response; the service may have counted the
            request.
        refused : bool
            The status was 429: nothing passes for one interval, or for `retry_after` seconds.
        """
        if self._is_taken:
            self._is_taken = False
            self._limiter.take_back(self, limits, refused=refused, retry_after=retry_after)

    def give_back(self) -> None:
        """Report that the request was not sent."""
        if self._is_taken:
            self._is_taken = False
            self._limiter.take_back(None, None)


class Limiter(Protocol):
    """Returns permits: a `RateLimiter`, or what adds the limits of other processes to one."""

    @property
    def limits(self) -> Limits:
        """What the last response reported."""
        ...

    @property
    def free(self) -> int:
        """How many requests may be sent now without waiting."""
        ...

    async def acquire(self) -> Permit:
        """Wait for a permit and take it."""
        ...


_ARRIVALS: Final = itertools.count()


class _Waiter:
    """A request that waits for its permit, in its event loop."""

    def __init__(self) -> None:
        self.number = next(_ARRIVALS)
        self.loop = asyncio.get_running_loop()
        self.admitted: asyncio.Future[Permit] = self.loop.create_future()
        self.has_left = False
        self.permit: Permit | None = None

    def __lt__(self, other: _Waiter) -> bool:
        return self.number < other.number

    def tell(self) -> None:
        if self.permit is not None and not self.admitted.done():
            self.admitted.set_result(self.permit)


class RateLimiter:
    """The permits of one sub-account (or agency). Clients of all threads and event loops share it.

    Parameters
    ----------
    monotonic : callable
        Seconds that only grow.
    later : callable
        Calls a function after some of these seconds.
    keep : callable, optional
        Called with the limiter when its calls begin to count while `is_kept` is false.
    interval : float
        Seconds of the limit's interval, until a response reports it.

    Attributes
    ----------
    is_kept : bool
        Whether `keep` was called.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        later: Later = call_in_background,
        keep: Callable[[RateLimiter], object] | None = None,
        interval: float = _INTERVAL,
    ) -> None:
        self._monotonic = monotonic
        self._later = later
        self._keep = keep
        self.is_kept = False
        self._limits = _UNREPORTED
        self._interval = interval
        self._was_answered = False
        self._queue: list[_Waiter] = []  # a heap
        self._in_flight = 0
        self._answered: deque[float] = deque()
        self._forgotten = 0
        self._blocked_until = self._last_answer = -math.inf
        self._wakes_at: float | None = None
        # Whatever happens is put here and done by one thread at a time. So no thread waits for a
        # lock, not even the garbage collector, which may end a waiting task at any point.
        self._happened: deque[Callable[[], None]] = deque()
        self._turn = threading.Lock()
        register_after_fork(self)

    @property
    def limits(self) -> Limits:
        """What the last response reported."""
        return self._limits

    @property
    def free(self) -> int:
        """How many requests may be sent now without waiting; 0 while another thread asks."""
        if not self._turn.acquire(blocking=False):
            return 0
        try:
            now = self._monotonic()
            if self._queue or self._happened or self._free_at(now) != now:
                return 0
            permits = self._max_permits - len(self._answered)
            return max(0, min(self._max_in_flight, permits) - self._in_flight)
        finally:
            self._turn.release()
            if self._happened:
                self._do(None)

    @property
    def is_idle(self) -> bool:
        """Whether no request that was sent counts any longer."""
        counts_until = max(self._last_answer + self._interval + _MARGIN, self._blocked_until)
        return not (self._queue or self._in_flight) and self._monotonic() >= counts_until

    async def acquire(self) -> Permit:
        """Wait for a permit and take it. First come, first served."""
        if self._turn.acquire(blocking=False):
            # Where a permit is free and no request waits: no future, no turn of the event loop.
            try:
                now = self._monotonic()
                if not (self._queue or self._happened) and self._free_at(now) == now:
                    self._in_flight += 1
                    return Permit(self, self._forgotten)
            finally:
                self._turn.release()
                if self._happened:
                    self._do(None)
        waiter = _Waiter()
        try:
            self._do(partial(heapq.heappush, self._queue, waiter))
            return await waiter.admitted
        except BaseException:
            self._do(partial(self._leave, waiter))
            raise

    def take_back(
        self,
        answered: Permit | None,
        limits: Limits | None,
        *,
        refused: bool = False,
        retry_after: float | None = None,
    ) -> None:
        """Make a permit free: one interval from now, or now if it was not used (None)."""
        now = self._monotonic()

        def act() -> None:
            if limits is not None and answered is not None:
                self._learn(limits, answered, now)
            self._in_flight -= 1
            if answered is not None:
                self._answered.append(now)
                self._last_answer = now
            if refused:
                wait = min(retry_after or self._interval, _MAX_WAIT_SECONDS)
                self._blocked_until = max(self._blocked_until, now + wait)

        self._do(act)
        if answered is not None and self._keep is not None and not self.is_kept:
            self.is_kept = True
            self._keep(self)

    def after_fork(self) -> None:
        """Forget the parent's requests, waiting or in flight; another thread may hold the lock."""
        now = self._monotonic()
        self._turn = threading.Lock()
        self._happened.clear()
        self._queue.clear()
        self._answered.extend([now] * self._in_flight)
        self._in_flight = 0
        self._wakes_at = None

    def _do(self, act: Callable[[], None] | None) -> None:
        """Do what has happened, unless another thread is doing it."""
        if act is not None:
            self._happened.append(act)
        while self._happened and self._turn.acquire(blocking=False):
            try:
                while self._happened:
                    self._happened.popleft()()
                    if self._queue:
                        self._admit()
            finally:
                self._turn.release()

    def _learn(self, limits: Limits, permit: Permit, now: float) -> None:
        self._was_answered = True
        if limits == _UNREPORTED:  # a proxy's response, or a service that reports nothing
            return
        known = self._limits
        self._limits = limits
        if limits.max is None or limits.interval is None:
            self._limits = msgspec.structs.replace(
                limits, max=limits.max or known.max, interval=limits.interval or known.interval
            )
        if self._limits.interval is not None:
            self._interval = min(self._limits.interval.total_seconds(), _MAX_WAIT_SECONDS)
        if limits.max is None or limits.remaining is None:
            return
        # Others may have called too: another process, a client that is gone. Their calls leave the
        # service's window within one interval from now. What has been forgotten since this request
        # was sent may still have counted when the service counted it.
        self._forget(now)
        used = limits.max - limits.remaining
        ours = len(self._answered) + self._forgotten - permit.forgotten
        if used > ours + self._in_flight:
            # We cannot tell which in-flight calls the service has counted; assume only this one.
            self._answered.extend([now] * min(used - ours - 1, _MAX_PERMITS))

    def _forget(self, now: float) -> None:
        while self._answered and self._answered[0] + self._interval + _MARGIN <= now:
            self._answered.popleft()
            self._forgotten += 1

    @property
    def _max_in_flight(self) -> int:
        most = MAX_IN_FLIGHT if self._limits.max else _FIRST
        if self._limits.daily_remaining is None:
            return most
        return min(most, max(1, self._limits.daily_remaining))  # one, to notice the daily limit

    @property
    def _max_permits(self) -> int:
        most = self._limits.max or (_MAX_PERMITS if self._was_answered else _LOWEST)
        return min(most, _MAX_PERMITS)

    def _free_at(self, now: float) -> float | None:
        """Return when the next request may go: now, a time, or None for after an answer."""
        if now < self._blocked_until:
            return self._blocked_until
        self._forget(now)
        if self._in_flight >= self._max_in_flight:
            return None
        # After the limit has shrunk, several permits have to come free first.
        surplus = self._in_flight + len(self._answered) - self._max_permits
        if surplus < 0:
            return now
        if surplus >= len(self._answered):
            return None
        return self._answered[surplus] + self._interval + _MARGIN

    def _admit(self) -> None:
        now = self._monotonic()
        while self._queue:
            head = self._queue[0]
            if head.has_left or head.loop.is_closed():
                heapq.heappop(self._queue)
                continue
            if not head.loop.is_running():
                # It must not hold up the others; if its loop goes on, it is in its old place again.
                heapq.heappop(self._queue)
                _soon(head.loop, partial(self._do, partial(heapq.heappush, self._queue, head)))
                continue
            at = self._free_at(now)
            if at is None:
                return
            if at > now:
                self._wake_at(at, now)
                return
            heapq.heappop(self._queue)
            head.permit = Permit(self, self._forgotten)
            self._in_flight += 1
            if not _soon(head.loop, head.tell):
                head.permit.give_back()

    def _wake_at(self, at: float, now: float) -> None:
        if self._wakes_at is None or at < self._wakes_at:
            # Not in the event loop of whoever waits: that may end, and others wait as well.
            self._later(at - now, partial(_wake, weakref.ref(self), at))
            self._wakes_at = at

    def wake(self, at: float) -> None:
        """See who may go: it is as late as that."""

        def act() -> None:
            if self._wakes_at == at:
                self._wakes_at = None

        self._do(act)

    def _leave(self, waiter: _Waiter) -> None:
        """Take a waiter out that was cancelled, with its permit if it had one already."""
        waiter.has_left = True
        if waiter.permit is not None:
            waiter.permit.give_back()


def _wake(limiter: weakref.ref[RateLimiter], at: float) -> None:
    found = limiter()
    if found is not None:
        found.wake(at)


def _soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> bool:
    with suppress(RuntimeError):  # the loop was closed meanwhile
        if loop is asyncio._get_running_loop():  # noqa: SLF001 - None where there is none
            callback()  # it is awake: no need to wake it
        else:
            loop.call_soon_threadsafe(callback)
        return True
    return False
