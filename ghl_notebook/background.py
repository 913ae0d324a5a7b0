"""The event loop in a background thread, in which `Client` runs the async code."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import itertools
import os
import threading
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, ParamSpec, Protocol, TypeVar

from ghl_notebook.errors import ArgumentError, ConnectionFailedError, raise_without_context

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[[], object])

_LOOK_SECONDS: Final = 2.0
"""Time between checks whether the loop still runs, because other code may stop it."""
_LAST_SECONDS: Final = 5.0
"""Time that the tasks of a stopped loop have to clean up."""


def after_fork(callback: F) -> F:
    """Call a function in each process that is forked from this one; also a decorator.

    A forked process has the memory of its parent but none of its threads, so locks may be held and
    connections shared.
    """
    if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
        os.register_at_fork(after_in_child=callback)
    return callback


def hold_during_fork(lock: threading.Lock | threading.RLock) -> None:
    """Fork this process only while no thread uses what a lock protects."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release)
        after_fork(lock.release)


class _Forkable(Protocol):
    def after_fork(self) -> None:
        """Make it usable in a forked process: locks and threads are the parent's."""
        ...


_FORKABLE: Final[weakref.WeakSet[_Forkable]] = weakref.WeakSet()


def register_after_fork(forkable: _Forkable) -> None:
    """Have an object's ``after_fork`` called in each forked process, as long as it exists."""
    _FORKABLE.add(forkable)


@after_fork
def _reset_all() -> None:
    for forkable in list(_FORKABLE):
        forkable.after_fork()


class _Background:
    """The loop of this process, in a daemon thread that the first call starts.

    If other code stops the loop or its thread, running calls fail and the next call starts a new
    loop.
    """

    def __init__(self) -> None:
        # Reentrant, because the garbage collector may close a widget while the lock is held.
        self._lock = threading.RLock()
        self._pid: int | None = None
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread
        self._later: dict[int, Callable[[], object]] = {}
        self._ending: asyncio.AbstractEventLoop | None = None
        self._numbers = itertools.count()

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            # The first use, a forked process (which has no threads yet), or a stopped loop.
            if self._pid != os.getpid() or not self._thread.is_alive() or self._loop.is_closed():
                self._begin()
            return self._loop

    def _begin(self) -> None:
        # anyio's portal does not work here: when it is garbage collected, it waits for its thread,
        # which no longer exists at the exit of the process or in a forked process.
        try:
            loop = asyncio.new_event_loop()
            thread = threading.Thread(
                target=self._run, args=(loop,), name="ghl_notebook", daemon=True
            )
            thread.start()
        except (OSError, RuntimeError) as error:  # too many files, too many threads
            reason = getattr(error, "strerror", None) or str(error)
            failure = ConnectionFailedError(
                f"The background thread of ghl_notebook cannot be started: {reason}.",
                "Close files and connections of this process, or raise its limits (ulimit -n).",
            )
            failure.was_sent = False
            raise_without_context(failure)
        self._loop, self._thread, self._pid = loop, thread, os.getpid()

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
            for callback in later.values():  # too early, but the callers check the time again
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

    def after_fork(self) -> None:
        """Reset the state in a forked process: another thread may have held the lock."""
        self._lock = threading.RLock()
        self._pid = None
        self._later = {}


async def _end_all() -> None:
    """Cancel all tasks of this loop, including tasks that canceled tasks start."""
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
register_after_fork(_background)


def start_in_background(
    func: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> Future[T]:
    """Start a coroutine function in the background loop; canceling the future cancels it.

    You can also call this function inside that loop.
    """
    loop = _background.loop()
    return asyncio.run_coroutine_threadsafe(_reporting_stop(func(*args, **kwargs)), loop)


def call_in_background(seconds: float, callback: Callable[[], object]) -> None:
    """Call a function in the background loop after some seconds, earlier if the loop stops."""
    _background.call_later(seconds, callback)


def run_in_background(
    func: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a coroutine function in the background loop and wait for it.

    The calling thread may run its own event loop, as Jupyter does. An interrupt (the stop button,
    Ctrl-C) returns immediately and cancels the coroutine.

    Raises
    ------
    ArgumentError
        The function was called inside the background loop, where it would wait forever.
    ConnectionFailedError
        The loop cannot be started, or was stopped during the call.
    """
    loop = _background.loop()
    if asyncio._get_running_loop() is loop:  # noqa: SLF001 - None where there is none
        raise ArgumentError(
            "A blocking Client was used inside ghl_notebook's own event loop.",
            "Use AsyncClient there, and await its calls.",
        )
    coroutine = _reporting_stop(func(*args, **kwargs))
    try:
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        while not future.done():
            concurrent.futures.wait([future], _LOOK_SECONDS)
            if not future.done() and not _background.is_running(loop):
                # The loop has stopped. Wait until it has canceled its tasks.
                concurrent.futures.wait([future], _LAST_SECONDS)
                break
        if future.done():
            return future.result()
    except BaseException:
        # Cancel by the coroutine, because an interrupt may come before the future exists.
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(_cancel, coroutine)
        raise
    raise _stopped()


def _reporting_stop(coroutine: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
    """Raise an error that explains the stop if a coroutine is canceled with its loop."""

    async def run() -> T:
        try:
            return await coroutine
        except asyncio.CancelledError:
            if not _background.is_ending(asyncio.get_running_loop()):
                raise
            raise_without_context(_stopped())

    reporting = run()
    reporting.__qualname__ = coroutine.__qualname__  # type: ignore[attr-defined]
    return reporting


def _stopped() -> ConnectionFailedError:
    error = ConnectionFailedError(
        "The background event loop of ghl_notebook was stopped while a call was waiting.",
        "Check whether the call was carried out, then run the cell again. This starts a new loop.",
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
        The thread, which continues if the call has not returned.
    """

    def __init__(self, words: str, thread: threading.Thread) -> None:
        super().__init__(words)
        self.thread = thread


def run_within(seconds: float, func: Callable[[], T]) -> T:
    """Run a function that may never return in its own thread, and wait for it some seconds.

    No code can stop a thread from outside: it continues as a daemon until the process exits.

    Raises
    ------
    UnansweredError
        If the function has not returned by then, or has raised anything, even `SystemExit`. Only
        the type of its error is shown: the frames of the error may hold a secret.
    """
    future: Future[T] = Future()
    thread = _start_thread(future, func)
    # An interrupt of the caller stops this wait; it is not an error of the function.
    concurrent.futures.wait([future], seconds)
    if not future.done():
        raise UnansweredError(f"no answer in {seconds:g} s", thread)
    error = future.exception()
    if error is not None:
        raise UnansweredError(type(error).__name__, thread)
    return future.result()


async def run_in_own_thread(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking function in its own thread, and wait for it.

    The threads of asyncio and anyio stop, or are waited for, before a process waits for its running
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

    future.set_running_or_notify_cancel()  # else a task that is cancelled would break `run`
    thread = threading.Thread(target=run, name="ghl_notebook store", daemon=True)
    thread.start()
    return thread
