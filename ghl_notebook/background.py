"""The event loop in a background thread that `Client` runs the one async core in."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

from ghl_notebook.errors import ArgumentError

P = ParamSpec("P")
T = TypeVar("T")


class _Background:
    """One loop per process, started by the first call; a daemon thread, gone with the process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # the garbage collector may close a widget within it
        self._pid: int | None = None
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._pid != os.getpid():  # first use, or a forked child: threads are not copied
                # Not anyio's portal: it waits for its thread when it is garbage collected, and at
                # the end of the process, or in a forked child, that thread is no more.
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="ghl_notebook", daemon=True
                )
                self._thread.start()
                self._pid = os.getpid()
            return self._loop

    def forget(self) -> None:
        """Start anew in a forked process: another thread may have held the lock."""
        self._lock = threading.RLock()
        self._pid = None

    def is_current_thread(self) -> bool:
        return self._pid == os.getpid() and threading.current_thread() is self._thread


_background = _Background()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_background.forget)


def start_in_background(
    func: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> Future[T]:
    """Start a coroutine function in the background loop; cancelling the future cancels it.

    It may also be called in that loop.
    """
    return asyncio.run_coroutine_threadsafe(func(*args, **kwargs), _background.loop())


def call_in_background(seconds: float, callback: Callable[[], object]) -> None:
    """Call a function in the background loop after some seconds."""
    loop = _background.loop()
    loop.call_soon_threadsafe(loop.call_later, seconds, callback)


def run_in_background(
    func: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a coroutine function in the background loop and wait for it.

    Works whether or not the calling thread runs an event loop of its own (Jupyter's does). An
    interrupt (the stop button, Ctrl-C) ends the wait at once and cancels the coroutine.

    Raises
    ------
    ArgumentError
        If called from the background loop itself, which would wait for itself for ever.
    """
    if _background.is_current_thread():
        raise ArgumentError(
            "A blocking Client was used inside ghl_notebook's own event loop.",
            "Use AsyncClient there, and await it.",
        )
    loop, coroutine = _background.loop(), func(*args, **kwargs)
    try:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    except BaseException:
        # Not the future: an interrupt may come before there is one.
        loop.call_soon_threadsafe(_cancel, coroutine)
        raise


def _cancel(coroutine: Coroutine[Any, Any, Any]) -> None:
    for task in asyncio.all_tasks():
        if task.get_coro() is coroutine:
            task.cancel()
