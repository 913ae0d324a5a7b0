"""One call at a time for each key: callers that come meanwhile share its result."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import Future, wait
from typing import Any, Final, Generic, TypeVar

from ghl_notebook.background import register_after_fork, start_in_background
from ghl_notebook.errors import GHLError

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_PAUSE_SECONDS: Final = 30.0
"""Between two early refreshes after one has failed: requests come much more often than that."""
_OPEN_PAUSE_SECONDS: Final = 5.0
"""After a refresh whose answer was lost: the API repeats the answer for 30 seconds only."""

_LOG: Final = logging.getLogger("ghl_notebook.auth")


class SingleFlight(Generic[K, T]):
    """Runs calls in the background event loop, and never two of the same key.

    A call is not cancelled with the caller that waits for it.
    """

    def __init__(self) -> None:
        self.after_fork()
        register_after_fork(self)

    def __len__(self) -> int:
        return len(self._running)

    def get_or_start(
        self,
        key: K,
        func: Callable[[], Coroutine[Any, Any, T]],
        *,
        done: Callable[[Future[T]], object] | None = None,
    ) -> Future[T]:
        """Return the running call of a key, or start one.

        Parameters
        ----------
        key : hashable
            Why it is called. A call for another reason may return what this caller cannot use.
        func : callable
            The call.
        done : callable, optional
            Called after a call that was started here, when it no longer counts as running.
        """
        with self._lock:
            future = self._running.get(key)
            if future is None or future.done():
                future = start_in_background(func)
                self._running[key] = future
                future.add_done_callback(lambda landed: self._done(key, landed))
                if done is not None:
                    future.add_done_callback(done)
            return future

    def start_early(
        self,
        key: K,
        func: Callable[[], Coroutine[Any, Any, T]],
        *,
        group: Hashable = None,
        done: Callable[[Future[T]], object] | None = None,
    ) -> None:
        """Start a call whose result is not needed yet, unless it runs or has just failed.

        Parameters
        ----------
        key, func, done
            As for `get_or_start`.
        group : hashable, optional
            After a failure, no early call of this group is started for some time.
        """
        if key in self._running or time.monotonic() < self._paused_until.get(group, 0.0):
            return

        def ended(future: Future[T]) -> None:
            error = None if future.cancelled() else future.exception()
            now = time.monotonic()
            # One warning: the other running calls of the group fail for the same reason.
            if error is not None and now >= self._paused_until.get(group, 0.0):
                is_open = isinstance(error, GHLError) and error.outcome_unknown
                pause = _OPEN_PAUSE_SECONDS if is_open else _PAUSE_SECONDS
                self._paused_until[group] = now + pause
                _LOG.warning("An access token could not be refreshed early: %s", error)

        self.get_or_start(key, func, done=done).add_done_callback(ended)

    def wait(self, timeout: float | None = None) -> None:
        """Wait for the running calls."""
        with self._lock:
            running = list(self._running.values())
        wait(running, timeout)

    def after_fork(self) -> None:
        """Forget the running calls in a forked process: they end in its parent."""
        # Reentrant: a callback of a future that is already done runs where it is added.
        self._lock = threading.RLock()
        self._running: dict[K, Future[T]] = {}
        self._paused_until: dict[Hashable, float] = {}

    def _done(self, key: K, future: Future[T]) -> None:
        with self._lock:
            if self._running.get(key) is future:
                del self._running[key]


async def result_of(future: Future[T]) -> T:
    """Wait for a call without cancelling it."""
    waiting = asyncio.wrap_future(future)
    # The caller may be cancelled, and nobody else looks at how the call ended.
    waiting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return await asyncio.shield(waiting)
