"""A rate limit for several processes at once: of one agency, whose limit they share."""

from __future__ import annotations

import asyncio
import functools
import random
import threading
import time
from typing import Final

from ghl_notebook.background import run_in_own_thread
from ghl_notebook.transport import Limits, Permit, RateLimiter

from .location_token_cache import CallLimit, LocationTokenCache

_MAX_RECORDED_LIMIT: Final = 1_000
"""Above this limit, recording every call costs more than the limit does."""
_MARGIN: Final = 0.02
"""Seconds: clocks that tick in steps."""
_MAX_WAIT_SECONDS: Final = 1.0
"""Seconds until the store is read again: another process may have ended."""


class SharedRateLimiter:
    """Lets as many calls pass as the limit allows all processes that share a store together.

    Parameters
    ----------
    limiter : RateLimiter
        This process's.
    store : LocationTokenCache
        Where the processes record their calls.
    bucket : str
        The limit that the service counts the calls in.
    """

    def __init__(self, limiter: RateLimiter, store: LocationTokenCache, bucket: str) -> None:
        self._limiter = limiter
        self._store = store
        self._bucket = bucket

    @property
    def limits(self) -> Limits:
        """What the service's last response to this process reported."""
        return self._limiter.limits

    @property
    def free(self) -> int:
        """How many requests this process may send now, if the others send none."""
        return self._limiter.free

    async def acquire(self) -> Permit:
        """Wait for a permit and take it."""
        permit = await self._limiter.acquire()
        try:
            call = await self._recorded()
        except BaseException:
            permit.give_back()
            raise
        if call:
            permit.on_end = functools.partial(self._record_end, call)
        return permit

    async def _recorded(self) -> int | None:
        while True:
            limit = self._limit()
            if not self._store.is_shared or (
                limit is not None and limit.most > _MAX_RECORDED_LIMIT
            ):
                return None
            call, wait = await run_in_own_thread(
                self._store.note_call, self._bucket, limit, now=time.time()
            )
            if call is not None:
                return call
            # Not all processes at once, when the interval is over.
            await asyncio.sleep(min(wait, _MAX_WAIT_SECONDS) + random.uniform(0, 0.02))  # noqa: S311

    def _limit(self) -> CallLimit | None:
        limits = self._limiter.limits
        if limits.max is None or limits.interval is None:
            return None
        return CallLimit(limits.max, limits.interval.total_seconds() + _MARGIN)

    def _record_end(self, call: int, was_sent: bool) -> None:
        threading.Thread(
            target=self._store.note_answer,
            args=(call,),
            kwargs={"now": time.time() if was_sent else None},
            name="ghl_notebook store",
            daemon=True,
        ).start()
