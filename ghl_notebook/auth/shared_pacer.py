"""Pacing for several processes at once: of one agency, whose limit they share."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from typing import Final, Self

from ghl_notebook.background import run_in_own_thread
from ghl_notebook.pacing import Limits, Pacer, Slot

from .location_token_cache import CallLimit, LocationTokenCache

_MOST: Final = 1_000
"""A limit beyond it keeps nobody from anything, and noting each call would."""
_MARGIN: Final = 0.02
"""Seconds: clocks that tick in steps."""
_LONGEST: Final = 1.0
"""Seconds until it is asked again: another process may have ended."""


class SharedSlot:
    """A slot of this process's pacer, which counts for the others too."""

    def __init__(self, slot: Slot, note: Callable[[float | None], None]) -> None:
        self._slot = slot
        self._note = note
        self._was_sent = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._slot.give_back()
        self._note(time.time() if self._was_sent else None)

    def release(self, limits: Limits | None, *, refused: bool = False) -> None:
        """Say that the answer has come, or that none will; see `Slot.release`."""
        self._was_sent = True
        self._slot.release(limits, refused=refused)


class SharedPacer:
    """Lets as many calls pass as the limit allows all processes that share a store together.

    Parameters
    ----------
    pacer : Pacer
        This process's.
    store : LocationTokenCache
        Where they note their calls.
    whose : str
        Whom the service counts them for.
    """

    def __init__(self, pacer: Pacer, store: LocationTokenCache, whose: str) -> None:
        self._pacer = pacer
        self._store = store
        self._whose = whose

    async def acquire(self) -> SharedSlot:
        """Wait for a slot and take it."""
        slot = await self._pacer.acquire()
        try:
            call = await self._noted()
        except BaseException:
            slot.give_back()
            raise
        return SharedSlot(slot, lambda answered: self._note_answer(call, answered))

    async def _noted(self) -> int | None:
        while True:
            limit = self._limit()
            if not self._store.is_shared or (limit is not None and limit.most > _MOST):
                return None
            call, wait = await run_in_own_thread(
                self._store.note_call, self._whose, limit, now=time.time()
            )
            if call is not None:
                return call
            # Not all at once, when it is over.
            await asyncio.sleep(min(wait, _LONGEST) + random.uniform(0, 0.02))  # noqa: S311

    def _limit(self) -> CallLimit | None:
        limits = self._pacer.limits
        if limits.max is None or limits.interval is None:
            return None
        return CallLimit(limits.max, limits.interval.total_seconds() + _MARGIN)

    def _note_answer(self, call: int | None, answered: float | None) -> None:
        if call:
            threading.Thread(
                target=self._store.note_answer,
                args=(call,),
                kwargs={"now": answered},
                name="ghl_notebook store",
                daemon=True,
            ).start()
