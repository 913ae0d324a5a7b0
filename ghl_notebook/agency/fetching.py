"""From an agency to one DataFrame: the sub-accounts, the run over them, and its folder."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypedDict

import pandas as pd

from ghl_notebook.api import AsyncAgency
from ghl_notebook.api.arguments import read_location_id
from ghl_notebook.background import call_in_background
from ghl_notebook.errors import ArgumentError, FolderError
from ghl_notebook.models import light_collector

from .distributed import DistributedRun
from .engine import Engine
from .failures import in_order
from .job import Job, Place
from .journal import Journal
from .lazy import TokenRun, lazy_frame
from .run import Run
from .run_folder import run_path
from .sink import WRITE_SECONDS, TableSink
from .tally import Tally

RESUME_WITHIN: Final = timedelta(days=1)
"""A run that was broken off earlier than that is history: its rows would be of another day."""


_LOG: Final = logging.getLogger("ghl_notebook.agency")


class RunOptions(TypedDict, total=False):
    """What may be said of a run over an agency's sub-accounts; see `fetch_accounts`."""

    locations: Sequence[str] | pd.DataFrame | None
    progress: bool | None
    folder: str | Path | None
    in_flight: int | None
    # A distributed.Client. Typed so, it would have everybody's checker read dask.
    engine: Any


class FetchOptions(RunOptions, total=False):
    """The same, with `lazy`."""

    lazy: bool


class Fetching:
    """One run, from the list of sub-accounts to the DataFrame.

    Parameters
    ----------
    agency : AsyncAgency
        Whose sub-accounts.
    job : Job
        What to ask them for.
    locations : sequence of str or pandas.DataFrame, optional
        Which of them: ids, or rows of `fetch_locations`. All when left out.
    folder : str or pathlib.Path, optional
        Where what is fetched is written down meanwhile.
    in_flight : int, optional
        Requests at once; with an engine, of each worker.
    engine : distributed.Client, optional
        Whose workers ask the sub-accounts.
    lazy : bool
        Have it done when the dask DataFrame that is returned is computed.
    write_every : float
        Seconds between two parts of what is written down.
    is_shown : bool
        A bar says what is missing, so that the log does where somebody has set it up only: without
        that, Python writes it to stderr, which is a red block below a notebook's bar.

    Attributes
    ----------
    tally : Tally
        How far it has come.
    """

    def __init__(
        self,
        agency: AsyncAgency,
        job: Job,
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
                "A lazy frame is computed by an engine, and written down by whoever computes it.",
                "Pass engine=, and no folder=, with lazy=True.",
            )
        if in_flight is not None and in_flight < 1:
            raise ArgumentError(f"in_flight is {in_flight}.", "Pass 1 or more, or leave it out.")
        self.tally = Tally()
        self._agency = agency
        self._job = job
        self._places = None if locations is None else read_places(locations)
        self._folder = None if folder is None else run_path(folder)
        self._in_flight = in_flight
        self._engine = None if engine is None else Engine(engine)
        self._is_lazy = lazy
        self._write_every = write_every
        self._is_shown = is_shown
        self._run: Run | None = None

    def stop(self) -> bool:
        """End the run and keep what is there; tell whether it had begun. From any thread."""
        if self._run is None:
            return False
        call_in_background(0.0, self._run.stop)
        return True

    def look(self) -> Tally:
        """Return how far it has come, with what the service has said of the agency's limit."""
        limits = self._agency.limits
        if limits.max and limits.interval:
            self.tally.mint_most = limits.max
            self.tally.mint_seconds = limits.interval.total_seconds()
        return self.tally

    @property
    def is_of_this_loop(self) -> bool:
        """Whether its engine works in the event loop of the caller, who must not block it then."""
        return self._engine is not None and self._engine.is_asynchronous

    async def go(self) -> Any:
        """Fetch them all.

        Returns
        -------
        pandas.DataFrame
            In the order of the sub-accounts; ``attrs["failures"]`` lists what is missing, and
            ``attrs["folder"]`` names the folder of the run, where there is one. A lazy one is a
            dask DataFrame, and its partitions have such failures.

        Raises
        ------
        GHLError
            If there is no list of sub-accounts, or not one answer.
        """
        places = self._places
        if places is None:
            listed = await self._agency.locations()
            places = [Place(str(location.id), location.name) for location in listed]
        if self._is_lazy:
            return await self._have_tokens(places)
        ids = [place.location_id for place in places]
        with ExitStack() as stack:
            journal = None
            if self._folder is not None:
                journal = await asyncio.to_thread(self._open, self._folder, ids)
                stack.callback(journal.close)
            run, sink = await self._fetch(places, journal)
            try:
                await sink.finish()
                if journal is not None and run.ended_by is None:
                    await asyncio.to_thread(journal.end, run.failures)
            except FolderError as error:  # the rows are in memory all the same
                run.ended_by = error
            if isinstance(run.ended_by, FolderError):
                _LOG.warning(
                    "%s: the folder lacks what was fetched last: %s", self._job.name, run.ended_by
                )
        if run.failures and (not self._is_shown or _LOG.hasHandlers()):
            _LOG.warning(
                "%s: %d of %d sub-accounts are missing; ghl_notebook.failures(frame) says why",
                self._job.name,
                len(run.failures),
                len(places),
            )
        frame = await asyncio.to_thread(self._job.frame, sink.tables, ids)
        frame.attrs["failures"] = in_order(run.failures, ids)
        if journal is not None:
            frame.attrs["folder"] = str(journal.path)
        return frame

    async def _fetch(
        self, places: Sequence[Place], journal: Journal | None
    ) -> tuple[Run, TableSink]:
        done = set() if journal is None else journal.stored.done
        left = [place for place in places if place.location_id not in done]
        tally = self.tally
        tally.resumed = tally.done = len(places) - len(left)
        tally.total = len(places)
        sink = TableSink(self._job, journal, write_every=self._write_every)
        await asyncio.to_thread(sink.resume)
        if self._engine is None:
            self._run = Run(self._agency, self._job, sink, tally, in_flight=self._in_flight)
        else:
            self._run = DistributedRun(
                self._agency,
                self._job,
                sink,
                tally,
                engine=self._engine,
                in_flight=self._in_flight,
            )
        with light_collector():
            await self._run.go(left)
        return self._run, sink

    async def _have_tokens(self, places: Sequence[Place]) -> Any:
        assert self._engine is not None
        self._agency.lend(())  # whether it can be, before anything is minted
        self.tally.total = len(places)
        self._run = run = TokenRun(self._agency, self._job, self.tally)
        await run.go(places)
        return await asyncio.to_thread(
            lazy_frame,
            self._agency,
            self._job,
            [place for place in places if place.location_id in run.location_ids],
            in_order(run.failures, [place.location_id for place in places]),
            size=await self._engine.batch_size(len(places)),
            in_flight=self._in_flight,
        )

    def _open(self, folder: Path, location_ids: Sequence[str]) -> Journal:
        agency = self._agency
        return Journal(
            folder,
            self._job,
            {"company_id": agency.company_id, "base_url": agency.base_url},
            location_ids,
            is_choice=self._places is not None,
            clock=agency.clock,
            resume_within=RESUME_WITHIN,
        )


def read_places(locations: Sequence[str] | pd.DataFrame) -> list[Place]:
    """Read which sub-accounts are meant, each once.

    Raises
    ------
    ArgumentError
        If there is no column ``location_id``, or an id is no text.
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
            f"{wrong[0]!r} is no id of a sub-account.", "Pass ids as fetch_locations() shows them."
        )
    ids = [read_location_id(one) for one in ids]
    found = {i: n if isinstance(n, str) else None for i, n in zip(ids, names, strict=True)}
    return [Place(i, n) for i, n in found.items()]
