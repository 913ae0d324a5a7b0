"""The rate limiters of a process: one for each sub-account or agency, for all of its callers."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from ghl_notebook.background import register_after_fork

from .rate_limiter import RateLimiter

_LOOKS: Final = 2
"""Kept limiters examined at each lookup. Two, so that the list shrinks faster than it grows."""


class NewRateLimiter(Protocol):
    """Makes a rate limiter."""

    def __call__(self, *, keep: Callable[[RateLimiter], object]) -> RateLimiter:
        """Make one that stays in memory while its calls count."""
        ...


class RateLimiters:
    """The rate limiters of a process, each for as long as it is in use or its calls count."""

    def __init__(self, new: NewRateLimiter = RateLimiter) -> None:
        self._new = new
        self._lock = threading.Lock()
        self._limiters: weakref.WeakValueDictionary[tuple[str, str], RateLimiter] = (
            weakref.WeakValueDictionary()
        )
        self._kept: deque[RateLimiter] = deque()
        register_after_fork(self)

    def of(self, base_url: str, bucket: str) -> RateLimiter:
        """Return the limiter of a sub-account or an agency, the same one for every client.

        When they are all gone, what they have used up is still remembered.

        Parameters
        ----------
        base_url, bucket : str
            The service, and the limit that it counts.
        """
        with self._lock:
            for _ in range(min(_LOOKS, len(self._kept))):
                self._look_at_oldest()
            limiter = self._limiters.get((base_url, bucket))
            if limiter is None:
                limiter = self._limiters[base_url, bucket] = self._new(keep=self._kept.append)
            return limiter

    def _look_at_oldest(self) -> None:
        """Keep it no longer, or look again when all others have had their turn."""
        limiter = self._kept.popleft()
        limiter.is_kept = False  # first: what is answered from here on asks to be kept again
        if not limiter.is_idle:
            limiter.is_kept = True
            self._kept.append(limiter)

    def after_fork(self) -> None:
        """Replace the lock: another thread of the parent may hold it."""
        self._lock = threading.Lock()


RATE_LIMITERS = RateLimiters()
"""The rate limiters of this process."""


def rate_limiter_of(base_url: str, bucket: str) -> RateLimiter:
    """Return this process's limiter of a sub-account or an agency; see `RateLimiters.of`."""
    return RATE_LIMITERS.of(base_url, bucket)
