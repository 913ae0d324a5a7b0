"""A batch of a run's sub-accounts: sent to a worker, and fetched there."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa

from ghl_notebook.background import run_in_background
from ghl_notebook.errors import GHLError, RunError, raise_without_context
from ghl_notebook.guard import while_made

from .concurrency import AdaptiveLimit
from .failures import Failure, sort_failures
from .fetch_spec import FetchSpec, SubAccount
from .progress import Progress
from .run import Run
from .sink import TableSink

if TYPE_CHECKING:
    from ghl_notebook.api.worker_agency import WorkerAgency

CHECK_WORKERS: Final = (
    "Check the workers' log. Workers need the same version of ghl-notebook as this computer."
)


@dataclass(frozen=True, repr=False)
class Batch:
    """The work for a worker. Its repr shows the number of sub-accounts, but never a token.

    Attributes
    ----------
    agency : WorkerAgency
        The sub-accounts' access tokens, and how to reach the API.
    spec : FetchSpec
        What to fetch.
    sub_accounts : sequence of SubAccount
        The sub-accounts. They are in no other batch, so that one worker can respect their limits.
    in_flight : int or None
        Requests at once per worker; None lets an `AdaptiveLimit` decide.
    """

    agency: WorkerAgency
    spec: FetchSpec
    sub_accounts: Sequence[SubAccount]
    in_flight: int | None

    @while_made
    def __repr__(self) -> str:
        return f"<{self.spec.name} of {len(self.sub_accounts)} sub-accounts>"

    def __dask_tokenize__(self) -> str:
        return self.agency.tokens.__dask_tokenize__()


@dataclass(frozen=True)
class BatchResult:
    """The result of a worker.

    Attributes
    ----------
    rows : pyarrow.Table
        The rows of all sub-accounts that were fetched.
    failures : list of Failure
        The other sub-accounts.
    ended_by : GHLError or None
        Why the batch ended early.
    last_service_error : GHLError or None
        The last error of the API or the network.
    """

    rows: pa.Table
    failures: list[Failure]
    ended_by: GHLError | None
    last_service_error: GHLError | None


def fetch_batch(batch: Batch) -> BatchResult:
    """Fetch a batch's sub-accounts. Another worker can repeat this, because it only reads.

    Raises `RunError` for any unexpected error. dask logs and displays it, so it has the original
    traceback but not the original text, which could contain anything.
    """
    try:
        return run_in_background(_fetch, batch)
    except Exception as error:  # noqa: BLE001 - see the docstring
        failure = RunError(f"A worker failed with {type(error).__name__}.", CHECK_WORKERS)
        raise_without_context(failure.with_traceback(error.__traceback__))


def fetch_partition(batch: Batch, missing: Sequence[Failure]) -> pd.DataFrame:
    """Fetch a batch's sub-accounts as a partition of a dask DataFrame.

    Parameters
    ----------
    batch : Batch
        The sub-accounts.
    missing : sequence of Failure
        Further sub-accounts that are already known to be missing.

    Returns
    -------
    pandas.DataFrame
        With the columns of the full DataFrame; ``attrs["failures"]`` lists what is missing.
    """
    result = fetch_batch(batch)
    ids = [one.location_id for one in batch.sub_accounts]
    frame = batch.spec.make_frame([result.rows], ids)
    frame.attrs["failures"] = [*sort_failures(result.failures, ids), *missing]
    return frame


async def _fetch(batch: Batch) -> BatchResult:
    sink = TableSink(batch.spec)
    limit = _limit_of(batch.agency.base_url, batch.agency.most_in_flight, batch.in_flight)
    run = Run(batch.agency, batch.spec, sink, Progress(), limit=limit)
    try:
        await run.run(batch.sub_accounts)
    except GHLError as error:
        if error is not run.ended_by:
            raise
    await sink.finish()
    rows = pa.concat_tables([batch.spec.new_table(**batch.spec.options).take(), *sink.tables])
    return BatchResult(
        rows, run.failures, _detached(run.ended_by), _detached(run.last_service_error)
    )


def _detached(error: GHLError | None) -> GHLError | None:
    """Remove what dask would pickle along with an error: its traceback, cause, and context."""
    if error is not None:
        error.__traceback__ = error.__cause__ = error.__context__ = None
    return error


@functools.lru_cache(maxsize=8)
def _limit_of(
    base_url: str,  # noqa: ARG001 - part of the cache key
    most: int,
    in_flight: int | None,
) -> AdaptiveLimit:
    """Return the limit that all batches of this process share, so that they adapt it together."""
    return AdaptiveLimit(most) if in_flight is None else AdaptiveLimit(in_flight, in_flight)
