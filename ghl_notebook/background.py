"""The event loop in a background thread that `Client` runs the one async core in."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import itertools
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, ParamSpec, TypeVar

from ghl_notebook.errors import ArgumentError, ConnectionFailedError

P = ParamSpec("P")
T = TypeVar("T")

_LOOK_SECONDS: Final = 2.0
"""Between two looks whether the loop is there still: it may end in the middle of anything."""
_LAST_SECONDS: Final = 5.0
"""For what was going on in a loop that somebody has stopped."""


class _Background:
    """One loop per process, started by the first call; a daemon thread, gone with the process.

    Whoever stops the loop, or ends its thread, ends what was going on in it; the next call starts
    another one.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # the garbage collector may close a widget within it
        self._pid: int | None = None
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread
        self._later: dict[int, Callable[[], object]] = {}
        self._ending: asyncio.AbstractEventLoop | None = None
        self._numbers = itertools.count()

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            # First use, a forked child (threads are not copied), or one that has ended.
            if self._pid != os.getpid() or not self._thread.is_alive() or self._loop.is_closed():
                self._begin()
            return self._loop

    def _begin(self) -> None:
        # Not anyio's portal: it waits for its thread when it is garbage collected, and at the end
        # of the process, or in a forked child, that thread is no more.
        try:
            loop = asyncio.new_event_loop()
            thread = threading.Thread(
                target=self._run, args=(loop,), name="ghl_notebook", daemon=True
            )
            thread.start()
        except (OSError, RuntimeError) as error:  # of files, of threads
            reason = getattr(error, "strerror", None) or str(error)
        else:
            self._loop, self._thread, self._pid = loop, thread, os.getpid()
            return
        failure = ConnectionFailedError(
            f"The background thread of ghl_notebook cannot be started: {reason}.",
            "Close files and connections of this process, or raise its limits (ulimit -n).",
        )
        failure.was_sent = False
        raise failure

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_forever()
        finally:
            with self._lock:
                if self._pid == os.getpid() and self._loop is loop:
                    self._pid = None
                later, self._later = self._later, {}
            self._ending = loop
            with suppress(Exception):
                loop.run_until_complete(_end_all())
            loop.close()
            for callback in later.values():  # early; what they wake looks at the time itself
                callback()

    def call_later(self, seconds: float, callback: Callable[[], object]) -> None:
        number = next(self._numbers)
        self._later[number] = callback

        def call() -> None:
            if self._later.pop(number, None) is not None:
                callback()

        loop = self.loop()
        loop.call_soon_threadsafe(loop.call_later, seconds, call)

    def is_ending(self, loop: asyncio.AbstractEventLoop) -> bool:
        return self._ending is loop

    def is_running(self, loop: asyncio.AbstractEventLoop) -> bool:
        return self._pid == os.getpid() and self._loop is loop and self._thread.is_alive()

    def forget(self) -> None:
        """Start anew in a forked process: another thread may have held the lock."""
        self._lock = threading.RLock()
        self._pid = None
        self._later = {}

    def is_current_thread(self) -> bool:
        return self._pid == os.getpid() and threading.current_thread() is self._thread


async def _end_all() -> None:
    """End what is going on in this loop, also what is begun meanwhile."""
    until = asyncio.get_running_loop().time() + _LAST_SECONDS
    while asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if not tasks:
            break
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=_LOOK_SECONDS)
    await asyncio.get_running_loop().shutdown_asyncgens()


_background = _Background()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_background.forget)


def start_in_background(
    func: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> Future[T]:
    """Start a coroutine function in the background loop; cancelling the future cancels it.

    It may also be called in that loop.
    """
    loop = _background.loop()
    return asyncio.run_coroutine_threadsafe(_told(func(*args, **kwargs)), loop)


def call_in_background(seconds: float, callback: Callable[[], object]) -> None:
    """Call a function in the background loop after some seconds, earlier if the loop ends."""
    _background.call_later(seconds, callback)


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
    ConnectionFailedError
        If the loop cannot be started, or was stopped in the middle.
    """
    if _background.is_current_thread():
        raise ArgumentError(
            "A blocking Client was used inside ghl_notebook's own event loop.",
            "Use AsyncClient there, and await it.",
        )
    loop = _background.loop()
    coroutine = _told(func(*args, **kwargs))
    try:
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        while not future.done():
            concurrent.futures.wait([future], _LOOK_SECONDS)
            if not future.done() and not _background.is_running(loop):
                # It has ended; what is over now was ended with it.
                concurrent.futures.wait([future], _LAST_SECONDS)
                break
        if future.done():
            return future.result()
    except BaseException:
        # Not the future: an interrupt may come before there is one.
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(_cancel, coroutine)
        raise
    raise _stopped()


def _told(coroutine: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
    """Have what is ended with its loop end in an error that says so."""

    async def run() -> T:
        try:
            return await coroutine
        except asyncio.CancelledError:
            if not _background.is_ending(asyncio.get_running_loop()):
                raise
        raise _stopped()

    told = run()
    told.__qualname__ = coroutine.__qualname__  # type: ignore[attr-defined]
    return told


def _stopped() -> ConnectionFailedError:
    error = ConnectionFailedError(
        "The background event loop of ghl_notebook was stopped while a call was waiting.",
        "Look whether the call was carried out, then run the cell again: another loop is started.",
    )
    error.outcome_unknown = True
    return error


def _cancel(coroutine: Coroutine[Any, Any, Any]) -> None:
    for task in asyncio.all_tasks():
        if task.get_coro() is coroutine:
            task.cancel()


class UnansweredError(Exception):
    """A call that ran in its own thread has raised something, or has not returned in time.

    Attributes
    ----------
    thread : threading.Thread
        The thread, which goes on if the call has not returned.
    """

    def __init__(self, words: str, thread: threading.Thread) -> None:
        super().__init__(words)
        self.thread = thread


def run_within(seconds: float, func: Callable[[], T]) -> T:
    """Run a function that may never return in its own thread, and wait for it some seconds.

    A thread cannot be ended from outside: it goes on as a daemon, which ends with the process.

    Raises
    ------
    UnansweredError
        If the function has not returned by then, or has raised anything, even what would end a
        process. Only the type of its error is told: the frames of the error may hold a secret.
    """
    future: Future[T] = Future()
    thread = _start_thread(future, func)
    # An interrupt of the caller ends this wait, and is not taken for an error of the function.
    concurrent.futures.wait([future], seconds)
    if not future.done():
        raise UnansweredError(f"no answer in {seconds:g} s", thread)
    error = future.exception()
    if error is not None:
        raise UnansweredError(type(error).__name__, thread)
    return future.result()


async def run_in_own_thread(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking function in its own thread, and wait for it.

    asyncio's and anyio's threads end, or are waited for, before a process waits for its running
    refreshes: a token pair that arrives then could not be written.
    """
    future: Future[T] = Future()
    _start_thread(future, functools.partial(func, *args, **kwargs))
    return await asyncio.wrap_future(future)


def _start_thread(future: Future[T], func: Callable[[], T]) -> threading.Thread:
    def run() -> None:
        try:
            future.set_result(func())
        except BaseException as error:  # noqa: BLE001 - handed to the caller that waits
            future.set_exception(error)

    thread = threading.Thread(target=run, name="ghl_notebook store", daemon=True)
    thread.start()
    return thread
