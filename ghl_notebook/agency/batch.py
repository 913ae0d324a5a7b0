"""Some sub-accounts of a run: sent to a worker, and asked there."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa

from ghl_notebook.background import run_in_background
from ghl_notebook.errors import GHLError, RunError
from ghl_notebook.guard import while_made

from .failures import Failure, in_order
from .job import Job, Place
from .level import Level
from .run import Run
from .sink import TableSink
from .tally import Tally

if TYPE_CHECKING:
    from ghl_notebook.api.worker_agency import WorkerAgency

NEXT: Final = "Look into the workers' log; they need the same ghl-notebook as is here."


@dataclass(frozen=True, repr=False)
class Batch:
    """What a worker is sent. It shows how many sub-accounts, and neither whose nor a token.

    Attributes
    ----------
    agency : WorkerAgency
        The sub-accounts' access tokens, and the way to the service.
    job : Job
        What to ask for.
    places : sequence of Place
        The sub-accounts. Nobody else asks them, so that the worker alone keeps to their limits.
    in_flight : int or None
        Requests at once of a worker; None: it finds its own level.
    """

    agency: WorkerAgency
    job: Job
    places: Sequence[Place]
    in_flight: int | None

    @while_made
    def __repr__(self) -> str:
        return f"<{self.job.name} of {len(self.places)} sub-accounts>"

    def __dask_tokenize__(self) -> str:
        return self.agency.tokens.__dask_tokenize__()


@dataclass(frozen=True)
class Outcome:
    """What comes back.

    Attributes
    ----------
    rows : pyarrow.Table
        Of all of the batch's sub-accounts that have answered.
    failures : list of Failure
        The others.
    ended_by : GHLError or None
        Why the rest of them was not asked.
    trouble : GHLError or None
        How the service or the network has failed last.
    """

    rows: pa.Table
    failures: list[Failure]
    ended_by: GHLError | None
    trouble: GHLError | None


def fetch_batch(batch: Batch) -> Outcome:
    """Ask a batch's sub-accounts. It only reads, so it may be done again elsewhere.

    Raises
    ------
    RunError
        For what is not foreseen. dask logs and shows it: the place is told, and not the words of
        another library, which are not known to be harmless.
    """
    try:
        return run_in_background(_fetch, batch)
    except Exception as error:  # noqa: BLE001 - as the docstring says
        failure = RunError(f"A worker failed with {type(error).__name__}.", NEXT)
        place = error.__traceback__
    raise failure.with_traceback(place)


def fetch_frame(batch: Batch, missing: Sequence[Failure]) -> pd.DataFrame:
    """Ask a batch's sub-accounts, for a partition of a dask DataFrame.

    Parameters
    ----------
    batch : Batch
        The sub-accounts.
    missing : sequence of Failure
        Others, which are known to be missing.

    Returns
    -------
    pandas.DataFrame
        As the whole one is; ``attrs["failures"]`` lists what is missing in it.
    """
    outcome = fetch_batch(batch)
    ids = [place.location_id for place in batch.places]
    frame = batch.job.frame([outcome.rows], ids)
    frame.attrs["failures"] = [*in_order(outcome.failures, ids), *missing]
    return frame


async def _fetch(batch: Batch) -> Outcome:
    sink = TableSink(batch.job)
    level = _level_of(batch.agency.base_url, batch.agency.most_in_flight, batch.in_flight)
    run = Run(batch.agency, batch.job, sink, Tally(), level=level)
    try:
        await run.go(batch.places)
    except GHLError as error:
        if error is not run.ended_by:
            raise
    await sink.finish()
    rows = pa.concat_tables([batch.job.table(**batch.job.options).take(), *sink.tables])
    return Outcome(rows, run.failures, _alone(run.ended_by), _alone(run.trouble))


def _alone(error: GHLError | None) -> GHLError | None:
    """Take from an error what dask would send with it: its place, and others that it came from."""
    if error is not None:
        error.__traceback__ = error.__cause__ = error.__context__ = None
    return error


@functools.lru_cache(maxsize=8)
def _level_of(base_url: str, most: int, in_flight: int | None) -> Level:  # noqa: ARG001 - a key
    """Return what this process's batches have found out; they go on with it."""
    return Level(most) if in_flight is None else Level(in_flight, first=in_flight)
