"""Running what blocks, beside the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def apart(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what blocks in a thread of its own.

    asyncio's and anyio's threads end, or are waited for, before a process lets its renewals end:
    a pair that arrives then could not be written.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(func(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - handed to the one who waits
            future.set_exception(error)

    threading.Thread(target=run, name="ghl_notebook store", daemon=True).start()
    return await asyncio.wrap_future(future)
