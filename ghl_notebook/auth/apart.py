"""Running what blocks, beside the event loop."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class UnansweredError(Exception):
    """What was run apart has raised something, or has not come back in time.

    Attributes
    ----------
    thread : threading.Thread
        Where it goes on, if it does.
    """

    def __init__(self, words: str, thread: threading.Thread) -> None:
        super().__init__(words)
        self.thread = thread


def within(seconds: float, func: Callable[[], T]) -> T:
    """Run what may never return in a thread of its own, and wait for so long.

    A thread cannot be ended from outside: it goes on as a daemon, which ends with the process.

    Raises
    ------
    UnansweredError
        If it is not done by then, or has raised anything, also what would end a process. Of that
        error only the kind is told: its frames may hold a secret.
    """
    future: Future[T] = Future()
    thread = _run(future, func)
    wait([future], seconds)  # here, and not in the future, is an interrupt of the one who waits
    if not future.done():
        raise UnansweredError(f"no answer in {seconds:g} s", thread)
    error = future.exception()
    if error is not None:
        raise UnansweredError(type(error).__name__, thread)
    return future.result()


async def apart(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what blocks in a thread of its own.

    asyncio's and anyio's threads end, or are waited for, before a process lets its renewals end:
    a pair that arrives then could not be written.
    """
    future: Future[T] = Future()
    _run(future, functools.partial(func, *args, **kwargs))
    return await asyncio.wrap_future(future)


def _run(future: Future[T], func: Callable[[], T]) -> threading.Thread:
    def run() -> None:
        try:
            future.set_result(func())
        except BaseException as error:  # noqa: BLE001 - handed to the one who waits
            future.set_exception(error)

    thread = threading.Thread(target=run, name="ghl_notebook store", daemon=True)
    thread.start()
    return thread
