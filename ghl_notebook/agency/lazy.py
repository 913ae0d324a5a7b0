"""A run that happens when a dask DataFrame is computed; only its tokens are issued before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ghl_notebook.api import AsyncAgency

from .batch import Batch, fetch_partition
from .failures import Failure
from .fetch_spec import FetchSpec, SubAccount
from .progress import Progress
from .run import Run
from .sink import TableSink


class TokenRun(Run):
    """Have the tokens of all sub-accounts issued, and fetch nothing.

    Attributes
    ----------
    location_ids : set of str
        The sub-accounts that have a token.
    """

    def __init__(self, agency: AsyncAgency, spec: FetchSpec, progress: Progress) -> None:
        super().__init__(agency, spec, TableSink(spec), progress)
        self.location_ids: set[str] = set()

    def _worker_count(self, count: int) -> int:  # noqa: ARG002 - as in `Run`
        return 1

    async def _work(self) -> None:
        while (sub_account := await self._ready.get()) is not None:
            self._progress.bottleneck = "tokens"
            self.location_ids.add(sub_account.location_id)
            self._mark_done(sub_account)


def lazy_frame(
    agency: AsyncAgency,
    spec: FetchSpec,
    sub_accounts: Sequence[SubAccount],
    failures: Sequence[Failure],
    *,
    size: int,
    in_flight: int | None,
) -> Any:
    """Return a dask DataFrame that fetches the sub-accounts when it is computed.

    Parameters
    ----------
    agency : AsyncAgency
        The agency, with cached tokens.
    spec : FetchSpec
        What to fetch.
    sub_accounts : sequence of SubAccount
        The sub-accounts.
    failures : sequence of Failure
        Further sub-accounts that are already known to be missing; the last partition lists them.
    size : int
        Sub-accounts per partition.
    in_flight : int or None
        Requests at once per worker.
    """
    import dask.dataframe

    starts = range(0, len(sub_accounts), size)
    parts = [sub_accounts[start : start + size] for start in starts] or [()]
    batches = [
        Batch(agency.delegate(one.location_id for one in part), spec, part, in_flight)
        for part in parts
    ]
    missing: list[list[Failure]] = [[] for _ in parts[1:]] + [list(failures)]
    from_map: Any = dask.dataframe.from_map  # one of its parameters is untyped
    return from_map(
        fetch_partition, batches, missing, meta=spec.make_frame([], ()), label=f"ghl-{spec.name}"
    )
