"""A run on dask.distributed: workers fetch batches of sub-accounts, tokens are issued here.

A sub-account is in one batch at a time, so its worker alone can respect its rate limit. The
agency's login, which issues tokens, stays here. A batch takes along the tokens of its sub-accounts,
in an object that never shows them. If a worker dies, other workers fetch its batches: fetching only
reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Final

from ghl_notebook.api import AsyncAgency
from ghl_notebook.errors import FolderError, GHLError, InvalidTokenError, RunError, WorkerError

from .batch import Batch, BatchResult
from .dask_client import MAX_BATCH_SIZE, DaskExecutor
from .fetch_spec import FetchSpec, SubAccount
from .progress import Progress
from .run import MAX_CONSECUTIVE_ERRORS, Run
from .sink import TableSink

_PATIENCE_SECONDS: Final = 0.25
"""How long an unfilled batch waits for further tokens: little beside the seconds that a batch
takes, and enough for a burst of tokens to share one."""


class DistributedRun(Run):
    """Have workers fetch every sub-account, in batches.

    Parameters
    ----------
    agency, spec, progress
        As for `Run`.
    sink : TableSink
        Stores the rows.
    executor : DaskExecutor
        The workers.
    in_flight : int, optional
        Requests at once per worker. By default, an `AdaptiveLimit` decides.
    """

    def __init__(
        self,
        agency: AsyncAgency,
        spec: FetchSpec,
        sink: TableSink,
        progress: Progress,
        *,
        executor: DaskExecutor,
        in_flight: int | None = None,
    ) -> None:
        super().__init__(agency, spec, sink, progress)
        self._full_agency = agency
        self._rows = sink
        self._executor = executor
        self._in_flight = in_flight
        self._size = MAX_BATCH_SIZE

    async def run(self, sub_accounts: Sequence[SubAccount]) -> None:
        """Have all sub-accounts fetched; see `Run.run`."""
        self._full_agency.delegate(())  # fails early if tokens cannot be passed to workers
        self._size = await self._executor.batch_size(len(sub_accounts))
        await super().run(sub_accounts)

    def _worker_count(self, count: int) -> int:  # noqa: ARG002 - as in `Run`
        return 1

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            async for sub_accounts in self._batches():
                group.create_task(self._fetch_batch(sub_accounts))

    async def _batches(self) -> AsyncIterator[list[SubAccount]]:
        """Yield batches of the sub-accounts whose tokens are there."""
        loop = asyncio.get_running_loop()
        is_last = False
        while not is_last:
            batch: list[SubAccount] = []
            self._progress.bottleneck = "tokens" if self._ready.empty() else "responses"
            with suppress(TimeoutError):
                async with asyncio.timeout(None) as patience:
                    while len(batch) < self._size:
                        sub_account = await self._ready.get()
                        if sub_account is None:
                            is_last = True
                            break
                        if not batch:
                            patience.reschedule(loop.time() + _PATIENCE_SECONDS)
                        batch.append(sub_account)
            if batch:
                yield batch

    async def _fetch_batch(self, sub_accounts: Sequence[SubAccount]) -> None:
        again = await self._fetch(sub_accounts, is_last=False)
        if again:
            await self._fetch(again, is_last=True)

    async def _fetch(
        self, sub_accounts: Sequence[SubAccount], *, is_last: bool
    ) -> list[SubAccount]:
        """Have a batch fetched; return the sub-accounts whose tokens had to be replaced."""
        agency = self._full_agency.delegate(one.location_id for one in sub_accounts)
        batch = Batch(agency, self._spec, sub_accounts, self._in_flight)
        self._progress.in_flight += len(sub_accounts)
        try:
            result = await self._executor.fetch(batch)
        except WorkerError as error:
            for sub_account in sub_accounts:
                self._fail(sub_account, error)
            return []
        except RunError as error:
            self.stop(error)
            return []
        finally:
            self._progress.in_flight -= len(sub_accounts)
        await self._store_rows(sub_accounts, result)
        rejected = []
        for failure in result.failures:
            is_rejected = (
                failure["error"] == InvalidTokenError.__name__
                or failure["location_id"] not in agency
            )
            if is_rejected and not is_last:
                rejected.append(self._left[failure["location_id"]])
            elif failure["asked"]:
                self._add_failure(failure)
        self._judge(len(sub_accounts), result)
        renewals = (self._with_new_token(one, batch) for one in rejected)
        return [one for one in await asyncio.gather(*renewals) if one is not None]

    async def _store_rows(self, sub_accounts: Sequence[SubAccount], result: BatchResult) -> None:
        missing = {failure["location_id"] for failure in result.failures}
        done = [one for one in sub_accounts if one.location_id not in missing]
        for sub_account in done:
            self._mark_done(sub_account)
        try:
            await self._rows.add_rows(result.rows, [one.location_id for one in done])
        except FolderError as error:  # the rows are still in memory
            self.stop(error)

    def _judge(self, count: int, result: BatchResult) -> None:
        """End the run if the API is down, which a single batch may be too small to show."""
        if result.ended_by is not None:
            self.stop(result.ended_by)
        elif result.last_service_error is None or len(result.failures) < count:
            self._consecutive_errors = 0
        else:
            self._consecutive_errors += count
            if self._consecutive_errors >= MAX_CONSECUTIVE_ERRORS:
                self.stop(result.last_service_error)

    async def _with_new_token(self, sub_account: SubAccount, batch: Batch) -> SubAccount | None:
        try:
            await self._full_agency.credential.reissue(sub_account.location_id, batch.agency.tokens)
        except GHLError as error:
            self._fail(sub_account, error)
            return None
        return sub_account
