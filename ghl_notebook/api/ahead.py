"""Calls side by side: sent before their results are needed, while nothing has to wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from ghl_notebook.transport import MAX_IN_FLIGHT

K = TypeVar("K")
T = TypeVar("T")


class Concurrency(Protocol):
    """Limits the requests in flight of all sub-accounts of a run together."""

    def try_acquire(self) -> bool:
        """Count one more request, if one is allowed now."""
        ...

    def release(self, seconds: float | None) -> None:
        """Report a finished request, and how long it took."""
        ...


class Caller(Protocol):
    """A client or an agency."""

    _concurrency: Concurrency | None

    @property
    def _free_calls(self) -> int:
        """How many calls the rate limit lets pass now without waiting."""
        ...


class CallsAhead(Generic[K, T]):
    """Send calls before their results are needed; leaving its context cancels those not needed.

    Only calls that the rate limit lets pass at once are sent ahead, so that other calls of the
    same sub-account need not wait behind them. In a run over an agency, each counts as one more
    request in flight: while other sub-accounts need all of them, one call follows the other.

    Parameters
    ----------
    caller : Caller
        The client or agency.
    call : callable
        Sends the call of a key.
    """

    def __init__(self, caller: Caller, call: Callable[[K], Awaitable[T]]) -> None:
        self._caller = caller
        self._call = call
        self._tasks: dict[K, asyncio.Future[T]] = {}
        self._dropped: list[asyncio.Future[T]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks.values():
            task.cancel()
        # Awaited, so that no error of theirs is reported as never retrieved.
        await asyncio.gather(*self._tasks.values(), *self._dropped, return_exceptions=True)

    @property
    def keys(self) -> Collection[K]:
        """The calls that are sent or kept."""
        return self._tasks.keys()

    def send(self, keys: Iterable[K], most: int) -> None:
        """Send the first of these calls that were not sent yet.

        Parameters
        ----------
        keys : iterable
            In the order in which their results will be needed, without the very next one: `get`
            sends that.
        most : int
            The most calls ahead that may be sent or kept.
        """
        count = min(most - len(self._tasks), self._caller._free_calls - 1)  # noqa: SLF001 - of this package
        level = self._caller._concurrency  # noqa: SLF001
        for key in keys:
            if count < 1:
                return
            if key in self._tasks:
                continue
            if level is not None and not level.try_acquire():
                return
            task = self._tasks[key] = asyncio.ensure_future(self._call(key))
            if level is not None:
                task.add_done_callback(lambda _: level.release(None))
            count -= 1

    async def outcome(self, key: K) -> T | None:
        """Wait for a call that was sent ahead, and leave its result for `get`.

        Returns
        -------
        object or None
            None if it failed, or was not sent.
        """
        task = self._tasks.get(key)
        if task is None:
            return None
        await asyncio.wait([task])
        return None if task.cancelled() or task.exception() is not None else task.result()

    def keep(self, key: K, result: T) -> None:
        """Keep a result that `get` is to return again."""
        self._tasks[key] = asyncio.get_running_loop().create_future()
        self._tasks[key].set_result(result)

    def drop(self, key: K) -> None:
        """Cancel or forget a call."""
        if (task := self._tasks.pop(key, None)) is not None:
            task.cancel()
            self._dropped.append(task)

    async def get(self, key: K) -> T:
        """Return the result of a call, which is sent now if it was not sent ahead."""
        task = self._tasks.pop(key, None)
        return await (self._call(key) if task is None else task)


async def side_by_side(
    caller: Caller,
    calls: Sequence[Callable[[], Awaitable[T]]],
    report: Callable[[int], object] = lambda _done: None,
) -> list[T]:
    """Send calls side by side, and return their results in order.

    Parameters
    ----------
    caller : Caller
        The client or agency.
    calls : sequence of callable
        Each sends one call, or several in a row.
    report : callable
        Called with the number of results so far.
    """
    results: list[T] = []
    async with CallsAhead[int, T](caller, lambda number: calls[number]()) as ahead:
        for number in range(len(calls)):
            ahead.send(range(number + 1, len(calls)), MAX_IN_FLIGHT)
            results.append(await ahead.get(number))
            report(number + 1)
    return results
