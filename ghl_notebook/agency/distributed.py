"""A run on dask.distributed: batches of sub-accounts are asked by workers, tokens minted here.

Each sub-account is in one batch at a time, so what its worker knows of its limits is enough. Tokens
are minted by the agency's login, which stays here; a batch takes along those of its sub-accounts,
in an object that shows none. A worker that dies loses its batches to others: they only read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Final

from ghl_notebook.api import AsyncAgency
from ghl_notebook.errors import FolderError, GHLError, InvalidTokenError, RunError, WorkerError

from .batch import Batch, Outcome
from .engine import MOST, Engine
from .job import Job, Place
from .run import IN_A_ROW, Run
from .sink import TableSink
from .tally import Tally

_GATHER_SECONDS: Final = 0.25
"""For so long a batch waits for further tokens to be minted."""


class DistributedRun(Run):
    """Has every sub-account asked by workers, in batches.

    Parameters
    ----------
    agency, job, tally
        As for `Run`.
    sink : TableSink
        Keeps the rows.
    engine : Engine
        The workers.
    in_flight : int, optional
        Requests at once of each worker. It finds its own level when left out.
    """

    def __init__(
        self,
        agency: AsyncAgency,
        job: Job,
        sink: TableSink,
        tally: Tally,
        *,
        engine: Engine,
        in_flight: int | None = None,
    ) -> None:
        super().__init__(agency, job, sink, tally)
        self._lender = agency
        self._rows = sink
        self._engine = engine
        self._in_flight = in_flight
        self._size = MOST

    async def go(self, places: Sequence[Place]) -> None:
        """Have them all asked; see `Run.go`."""
        self._lender.delegate(())  # whether it can be, before anything is minted
        self._size = await self._engine.batch_size(len(places))
        await super().go(places)

    def _askers(self, count: int) -> int:  # noqa: ARG002 - as in any run
        return 1

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            async for places in self._batches():
                group.create_task(self._have_asked(places))

    async def _batches(self) -> AsyncIterator[list[Place]]:
        """Put together what is ready; of what is minted, what comes within a moment."""
        loop = asyncio.get_running_loop()
        is_last = False
        while not is_last:
            places: list[Place] = []
            self._tally.wall = "minting" if self._ready.empty() else "latency"
            with suppress(TimeoutError):
                async with asyncio.timeout(None) as patience:
                    while len(places) < self._size:
                        place = await self._ready.get()
                        if place is None:
                            is_last = True
                            break
                        if not places:
                            patience.reschedule(loop.time() + _GATHER_SECONDS)
                        places.append(place)
            if places:
                yield places

    async def _have_asked(self, places: Sequence[Place]) -> None:
        again = await self._ask(places, is_last=False)
        if again:
            await self._ask(again, is_last=True)

    async def _ask(self, places: Sequence[Place], *, is_last: bool) -> list[Place]:
        """Have a batch asked; return those that have got another access token since."""
        agency = self._lender.delegate(place.location_id for place in places)
        batch = Batch(agency, self._job, places, self._in_flight)
        self._tally.in_flight += len(places)
        try:
            outcome = await self._engine.fetch(batch)
        except WorkerError as error:
            for place in places:
                self._fail(place, error)
            return []
        except RunError as error:
            self.stop(error)
            return []
        finally:
            self._tally.in_flight -= len(places)
        await self._keep_rows(places, outcome)
        rejected = []
        for failure in outcome.failures:
            is_rejected = (
                failure["error"] == InvalidTokenError.__name__
                or failure["location_id"] not in agency
            )
            if is_rejected and not is_last:
                rejected.append(self._left[failure["location_id"]])
            elif failure["asked"]:
                self._miss(failure)
        self._judge(len(places), outcome)
        renewals = (self._renewed(place, batch) for place in rejected)
        return [place for place in await asyncio.gather(*renewals) if place is not None]

    async def _keep_rows(self, places: Sequence[Place], outcome: Outcome) -> None:
        missing = {failure["location_id"] for failure in outcome.failures}
        done = [place.location_id for place in places if place.location_id not in missing]
        for location_id in done:
            del self._left[location_id]
        self._tally.done += len(done)
        try:
            await self._rows.add_rows(outcome.rows, done)
        except FolderError as error:  # the rows are kept all the same
            self.stop(error)

    def _judge(self, count: int, outcome: Outcome) -> None:
        """End the run where the service is out: no single batch may be large enough to tell."""
        if outcome.ended_by is not None:
            self.stop(outcome.ended_by)
        elif outcome.trouble is None or len(outcome.failures) < count:
            self._in_a_row = 0
        else:
            self._in_a_row += count
            if self._in_a_row >= IN_A_ROW:
                self.stop(outcome.trouble)

    async def _renewed(self, place: Place, batch: Batch) -> Place | None:
        try:
            await self._lender.credential.reissue(place.location_id, batch.agency.tokens)
        except GHLError as error:
            self._fail(place, error)
            return None
        return place
