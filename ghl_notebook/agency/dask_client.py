"""A client of dask.distributed, as a run uses it."""

from __future__ import annotations

import asyncio
import itertools
import math
import uuid
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from ghl_notebook.errors import (
    ArgumentError,
    RunError,
    WorkerError,
    install_command,
    raise_without_context,
)

from .batch import CHECK_WORKERS, Batch, BatchResult, fetch_batch

T = TypeVar("T")

MIN_BATCH_SIZE, MAX_BATCH_SIZE = 25, 200
"""Sub-accounts per batch. Each batch costs dask 1 ms; a lost one is fetched again as a whole."""
_BATCHES_PER_THREAD: Final = 4
"""More than one, so that threads that finish early have something left to do."""


class DaskExecutor:
    """A client of dask.distributed, used from any event loop.

    Raises `ArgumentError` if `client` is not one, or dask.distributed is not installed.

    Parameters
    ----------
    client : distributed.Client
        The user's client.
    """

    def __init__(self, client: Any) -> None:
        try:
            import distributed
        except ImportError:
            raise_without_context(
                ArgumentError(
                    "engine needs dask.distributed, which is not installed.",
                    f"{install_command('dask')}, here and on the workers.",
                )
            )
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
        """Whether the client runs in the event loop of the code that made it."""
        return bool(self._client.asynchronous)

    async def batch_size(self, count: int) -> int:
        """Return how many of `count` sub-accounts a batch should have."""

        async def count_threads() -> dict[str, int]:
            found: dict[str, int] = await self._client.nthreads(asynchronous=True)
            return found

        threads = max(1, sum((await self._in_its_loop(count_threads())).values()))
        even = math.ceil(count / (threads * _BATCHES_PER_THREAD))
        return min(MAX_BATCH_SIZE, max(MIN_BATCH_SIZE, even))

    async def fetch(self, batch: Batch) -> BatchResult:
        """Have a worker fetch a batch's sub-accounts.

        Raises `WorkerError` if every worker that tried has died; `RunError` if the cluster cannot
        run the batch.
        """
        from distributed.scheduler import KilledWorker

        async def submit() -> BatchResult | RunError:
            try:
                # Like dask's own names: its dashboard shows the part before the number.
                key = f"ghl-{batch.spec.name}-{self._name}-{next(self._numbers)}"
                future = self._client.submit(fetch_batch, batch, key=key, pure=False)
                try:
                    # If gather() raised, it would leave tasks behind that asyncio complains about.
                    got = await self._client.gather([future], errors="skip", asynchronous=True)
                    error = None if got else await future.exception(asynchronous=True)
                finally:
                    future.release()
            except Exception as failure:  # noqa: BLE001 - whatever a closed client raises
                return _failed(failure)
            if got:
                result: BatchResult = got[0]
                return result
            if error is None:
                return _gone()
            if isinstance(error, KilledWorker):
                return WorkerError("All workers that tried to fetch it have died.")
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
        raise _gone()  # dask cancelled its own task, not this one


def _gone() -> RunError:
    return RunError("The dask cluster has closed.", "Run it again on another one.")


def _failed(error: BaseException) -> RunError:
    return RunError(f"The dask cluster failed with {type(error).__name__}.", CHECK_WORKERS)
