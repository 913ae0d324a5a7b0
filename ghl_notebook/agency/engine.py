"""A client of dask.distributed, as a run uses it."""

from __future__ import annotations

import asyncio
import itertools
import math
import uuid
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from ghl_notebook.errors import ArgumentError, RunError, WorkerError

from .batch import NEXT, Batch, Outcome, fetch_batch

T = TypeVar("T")

FEWEST, MOST = 25, 200
"""Sub-accounts of a batch: each costs dask a millisecond, and one that is lost is repeated."""
_BATCHES_PER_THREAD: Final = 4


class Engine:
    """A client of dask.distributed, used from an event loop that need not be its own.

    Parameters
    ----------
    client : distributed.Client
        What the user has passed.

    Raises
    ------
    ArgumentError
        If it is none, or dask.distributed is not installed.
    """

    def __init__(self, client: Any) -> None:
        try:
            import distributed
        except ImportError:
            raise ArgumentError(
                "engine needs dask.distributed, which is not installed.",
                'Install it: pip install "ghl-notebook[dask]", here and on the workers.',
            ) from None
        if not isinstance(client, distributed.Client):
            raise ArgumentError(
                f"engine is a {type(client).__name__}, not a client of dask.distributed.",
                "Pass a dask.distributed.Client, or leave it out.",
            )
        if client.status != "running":
            raise ArgumentError(f"The dask client is {client.status}.", "Make a new one.")
        self._client: Any = client
        self._name = uuid.uuid4().hex
        self._numbers = itertools.count()

    @property
    def is_asynchronous(self) -> bool:
        """Whether it works in the event loop of the one who made it."""
        return bool(self._client.asynchronous)

    async def batch_size(self, count: int) -> int:
        """Return how many of so many sub-accounts to put into a batch."""

        async def ask() -> dict[str, int]:
            found: dict[str, int] = await self._client.nthreads(asynchronous=True)
            return found

        threads = max(1, sum((await self._in_its_loop(ask())).values()))
        return min(MOST, max(FEWEST, math.ceil(count / (threads * _BATCHES_PER_THREAD))))

    async def fetch(self, batch: Batch) -> Outcome:
        """Have a worker ask a batch's sub-accounts.

        Raises
        ------
        WorkerError
            If all workers that tried have died.
        RunError
            If it cannot be done at all.
        """
        from distributed.scheduler import KilledWorker

        async def submit() -> Outcome | RunError:
            try:
                # As dask's own names are: its pages show what comes before the number.
                key = f"ghl-{batch.job.name}-{self._name}-{next(self._numbers)}"
                future = self._client.submit(fetch_batch, batch, key=key, pure=False)
                try:
                    # An error that it raises leaves tasks behind that asyncio's log tells of.
                    got = await self._client.gather([future], errors="skip", asynchronous=True)
                    error = None if got else await future.exception(asynchronous=True)
                finally:
                    future.release()
            except Exception as failure:  # noqa: BLE001 - whatever a client meets that is closed
                return _failed(failure)
            if got:
                outcome: Outcome = got[0]
                return outcome
            if error is None:
                return _gone()
            if isinstance(error, KilledWorker):
                return WorkerError("All workers that asked for it have died, one after the other.")
            return error if isinstance(error, RunError) else _failed(error)

        result = await self._in_its_loop(submit())
        if isinstance(result, RunError):
            raise result
        return result

    async def _in_its_loop(self, coroutine: Coroutine[Any, Any, T]) -> T:
        loop = self._client.loop.asyncio_loop
        try:
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, loop))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
        raise _gone()  # not this task was cancelled, but the client's


def _gone() -> RunError:
    return RunError("The dask cluster has gone.", "Run it again on another one.")


def _failed(error: BaseException) -> RunError:
    return RunError(f"The dask cluster failed with {type(error).__name__}.", NEXT)
