"""From an agency to one DataFrame: the list of sub-accounts, the run over them, its folder."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ghl_notebook.api import AsyncAgency
from ghl_notebook.api.arguments import read_location_id
from ghl_notebook.background import call_in_background
from ghl_notebook.errors import ArgumentError, FolderError
from ghl_notebook.models import light_collector

from .dask_client import DaskExecutor
from .distributed import DistributedRun
from .failures import sort_failures
from .fetch_spec import FetchSpec, SubAccount, facts_of
from .lazy import TokenRun, lazy_frame
from .progress import Fetch, Progress
from .run import Run
from .run_folder import run_path
from .run_writer import RunWriter
from .sink import WRITE_SECONDS, TableSink

RESUME_WITHIN: Final = timedelta(days=1)
"""Rows of a run that was interrupted earlier would be out of date beside new ones."""

_LOG: Final = logging.getLogger("ghl_notebook.agency")


class AgencyFetch(Fetch):
    """A fetch, from the list of sub-accounts to the DataFrame.

    Parameters
    ----------
    agency : AsyncAgency
        The agency.
    spec : FetchSpec
        What to fetch.
    locations : sequence of str or pandas.DataFrame, optional
        The sub-accounts: ids, or rows of `fetch_locations`. By default, all.
    folder : str or pathlib.Path, optional
        Where to store what is fetched, part by part.
    in_flight : int, optional
        Requests at once; with an engine, per worker.
    engine : distributed.Client, optional
        A dask client, whose workers fetch the sub-accounts.
    lazy : bool
        Return a dask DataFrame, which fetches when it is computed.
    write_every : float
        Seconds between two stored parts.
    is_shown : bool
        Whether the caller displays failures. The log then reports them only if it is configured:
        otherwise Python writes to stderr, which appears as a red block below a notebook's bar.
    """

    def __init__(
        self,
        agency: AsyncAgency,
        spec: FetchSpec,
        *,
        locations: Sequence[str] | pd.DataFrame | None = None,
        folder: str | Path | None = None,
        in_flight: int | None = None,
        engine: Any = None,
        lazy: bool = False,
        write_every: float = WRITE_SECONDS,
        is_shown: bool = False,
    ) -> None:
        if lazy and (engine is None or folder is not None):
            raise ArgumentError(
                "lazy=True needs engine=, and cannot be combined with folder=.",
                "Pass engine=, and leave out folder=.",
            )
        if in_flight is not None and in_flight < 1:
            raise ArgumentError(f"in_flight is {in_flight}.", "Pass 1 or more, or leave it out.")
        super().__init__()
        self._agency = agency
        self._spec = spec
        self._selection = None if locations is None else read_sub_accounts(locations)
        self._folder = None if folder is None else run_path(folder)
        self._in_flight = in_flight
        self._executor = None if engine is None else DaskExecutor(engine)
        self.needs_callers_loop = self._executor is not None and self._executor.is_asynchronous
        self._is_lazy = lazy
        self._write_every = write_every
        self._is_shown = is_shown
        self._run: Run | None = None

    def stop(self) -> bool:
        """End the run and keep its results; False if it has not started. From any thread."""
        if self._run is None:
            return False
        call_in_background(0.0, self._run.stop)
        return True

    def current_progress(self) -> Progress:
        """Return the numbers so far, with the agency's rate limit as far as it is known."""
        limits = self._agency.limits
        if limits.max and limits.interval:
            self.progress.token_limit = limits.max
            self.progress.token_interval = limits.interval.total_seconds()
        return self.progress

    async def run(self) -> Any:
        """Fetch all sub-accounts.

        Raises `GHLError` if the sub-accounts cannot be listed, or none can be fetched.

        Returns
        -------
        pandas.DataFrame
            In the order of the sub-accounts. For its ``attrs``, see `facts_of`; ``"failures"``
            lists what is missing, and ``"folder"`` is the run's folder, if there is one. With
            `lazy`, a dask DataFrame, whose partitions have such failures.
        """
        began = self._agency.clock()
        sub_accounts = self._selection
        if sub_accounts is None:
            listed = await self._agency.locations()
            sub_accounts = [SubAccount(str(one.id), one.name) for one in listed]
        if self._is_lazy:
            return await self._run_lazily(sub_accounts)
        ids = [one.location_id for one in sub_accounts]
        with ExitStack() as stack:
            writer = None
            if self._folder is not None:
                writer = await asyncio.to_thread(self._open_writer, self._folder, ids)
                stack.callback(writer.close)
            run, sink = await self._fetch(sub_accounts, writer)
            try:
                await sink.finish()
                if writer is not None and run.ended_by is None:
                    await asyncio.to_thread(writer.finish, run.failures)
            except FolderError as error:  # the rows are still in memory
                run.ended_by = error
            if isinstance(run.ended_by, FolderError):
                _LOG.warning(
                    "%s: the folder lacks what was fetched last: %s", self._spec.name, run.ended_by
                )
        if run.failures and (not self._is_shown or _LOG.hasHandlers()):
            _LOG.warning(
                "%s: %d of %d sub-accounts are missing; ghl_notebook.failures(frame) lists them",
                self._spec.name,
                len(run.failures),
                len(sub_accounts),
            )
        if self._spec.check is not None:
            self._spec.check(ids, [one["location_id"] for one in run.failures])
        frame = await asyncio.to_thread(self._spec.make_frame, sink.tables, ids)
        if writer is not None:
            began = writer.began
            frame.attrs["folder"] = str(writer.path)
        frame.attrs |= facts_of(began, self._agency.company_id, ids, self._spec.options)
        frame.attrs["failures"] = sort_failures(run.failures, ids)
        return frame

    async def _fetch(
        self, sub_accounts: Sequence[SubAccount], writer: RunWriter | None
    ) -> tuple[Run, TableSink]:
        done = set() if writer is None else writer.stored.location_ids
        left = [one for one in sub_accounts if one.location_id not in done]
        progress = self.progress
        progress.resumed = progress.done = len(sub_accounts) - len(left)
        progress.total = len(sub_accounts)
        sink = TableSink(self._spec, writer, write_every=self._write_every)
        await asyncio.to_thread(sink.resume)
        if self._executor is None:
            self._run = Run(self._agency, self._spec, sink, progress, in_flight=self._in_flight)
        else:
            self._run = DistributedRun(
                self._agency,
                self._spec,
                sink,
                progress,
                executor=self._executor,
                in_flight=self._in_flight,
            )
        with light_collector():
            await self._run.run(left)
        return self._run, sink

    async def _run_lazily(self, sub_accounts: Sequence[SubAccount]) -> Any:
        assert self._executor is not None
        self._agency.delegate(())  # fails early if tokens cannot be passed to workers
        self.progress.total = len(sub_accounts)
        self._run = run = TokenRun(self._agency, self._spec, self.progress)
        await run.run(sub_accounts)
        return await asyncio.to_thread(
            lazy_frame,
            self._agency,
            self._spec,
            [one for one in sub_accounts if one.location_id in run.location_ids],
            sort_failures(run.failures, [one.location_id for one in sub_accounts]),
            size=await self._executor.batch_size(len(sub_accounts)),
            in_flight=self._in_flight,
        )

    def _open_writer(self, folder: Path, location_ids: Sequence[str]) -> RunWriter:
        return RunWriter(
            folder,
            self._spec,
            company_id=self._agency.company_id,
            base_url=self._agency.base_url,
            location_ids=location_ids,
            is_selection=self._selection is not None,
            clock=self._agency.clock,
            resume_within=RESUME_WITHIN,
        )


def read_sub_accounts(locations: Sequence[str] | pd.DataFrame) -> list[SubAccount]:
    """Read which sub-accounts the user has passed, each once.

    Raises `ArgumentError` if there is no column ``location_id``, or an id is not text.
    """
    names: Sequence[Any]
    if isinstance(locations, pd.DataFrame):
        if "location_id" not in locations:
            raise ArgumentError(
                "The DataFrame has no column location_id.", "Pass rows of fetch_locations()."
            )
        ids = locations["location_id"].tolist()
        names = locations["location_name"].tolist() if "location_name" in locations else ids
    else:
        ids = [locations] if isinstance(locations, str) else list(locations)
        names = [None] * len(ids)
    wrong = [i for i in ids if not isinstance(i, str) or not i.strip()]
    if wrong:
        raise ArgumentError(
            f"{wrong[0]!r} is not the id of a sub-account.",
            "Pass ids as fetch_locations() shows them.",
        )
    ids = [read_location_id(one) for one in ids]
    found = {i: n if isinstance(n, str) else None for i, n in zip(ids, names, strict=True)}
    return [SubAccount(i, n) for i, n in found.items()]
