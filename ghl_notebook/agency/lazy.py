"""A run that is carried out when a dask DataFrame is computed: here it only gets its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ghl_notebook.api import AsyncAgency

from .batch import Batch, fetch_frame
from .failures import Failure
from .job import Job, Place
from .run import Run
from .sink import TableSink
from .tally import Tally


class TokenRun(Run):
    """Has the access tokens of all sub-accounts there, and asks nobody.

    Attributes
    ----------
    location_ids : set of str
        Those that have one.
    """

    def __init__(self, agency: AsyncAgency, job: Job, tally: Tally) -> None:
        super().__init__(agency, job, TableSink(job), tally)
        self.location_ids: set[str] = set()

    def _askers(self, count: int) -> int:  # noqa: ARG002 - as in any run
        return 1

    async def _work(self) -> None:
        while (place := await self._ready.get()) is not None:
            self._tally.wall = "minting"
            self.location_ids.add(place.location_id)
            del self._left[place.location_id]
            self._tally.done += 1


def lazy_frame(
    agency: AsyncAgency,
    job: Job,
    places: Sequence[Place],
    failures: Sequence[Failure],
    *,
    size: int,
    in_flight: int | None,
) -> Any:
    """Return a dask DataFrame that asks the sub-accounts when it is computed.

    Parameters
    ----------
    agency : AsyncAgency
        Whose, with their access tokens there.
    job : Job
        What to ask for.
    places : sequence of Place
        The sub-accounts.
    failures : sequence of Failure
        Others, which are known to be missing: the last partition names them.
    size : int
        Sub-accounts of a partition.
    in_flight : int or None
        Requests at once of each worker.
    """
    import dask.dataframe

    parts = [places[start : start + size] for start in range(0, len(places), size)] or [()]
    batches = [
        Batch(agency.delegate(place.location_id for place in part), job, part, in_flight)
        for part in parts
    ]
    missing: list[list[Failure]] = [[] for _ in parts[1:]] + [list(failures)]
    from_map: Any = dask.dataframe.from_map  # of the parameters one has no type
    return from_map(fetch_frame, batches, missing, meta=job.frame([], ()), label=f"ghl-{job.name}")
