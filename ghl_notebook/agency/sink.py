"""Keeps what a run fetches: in memory, and in a folder where one is named."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import pyarrow as pa

from .job import Job, Place
from .journal import Journal

WRITE_SECONDS: Final = 2.0
"""Between two parts: a run that is killed asks again for what came since the last one."""


class TableSink:
    """Gathers answers as Arrow tables.

    Parameters
    ----------
    job : Job
        Knows how.
    journal : Journal, optional
        Where they are written down as well, part by part.
    write_every : float
        Seconds between two parts.
    """

    def __init__(
        self, job: Job, journal: Journal | None = None, *, write_every: float = WRITE_SECONDS
    ) -> None:
        self._write_every = write_every
        self._table = job.table(**job.options)
        self._schema = job.schema
        self._journal = journal
        self._unwritten: list[str] = []
        self._added: list[pa.Table] = []
        self._written_at = time.monotonic()
        self._writing = asyncio.Lock()
        self.tables: list[pa.Table] = []

    def resume(self) -> None:
        """Take over what an earlier process has written down. To be called once, at first.

        Raises
        ------
        FolderError
            If it cannot be read.
        """
        if self._journal is not None:
            self.tables += self._journal.read(self._schema)

    async def add(self, place: Place, answer: Any) -> None:
        """Keep the answer of one sub-account.

        Raises
        ------
        FolderError
            If it cannot be written down; it is kept in memory all the same.
        """
        self._table.add(answer, location_id=place.location_id, location_name=place.location_name)
        if self._journal is not None:
            await self._note([place.location_id])

    async def add_rows(self, rows: pa.Table, location_ids: Iterable[str]) -> None:
        """Keep the rows of some sub-accounts, which another process has gathered.

        Raises
        ------
        FolderError
            As `add`.
        """
        self._added.append(rows)
        if self._journal is not None:
            await self._note(location_ids)

    async def _note(self, location_ids: Iterable[str]) -> None:
        self._unwritten += location_ids
        if time.monotonic() - self._written_at >= self._write_every and not self._writing.locked():
            await self.finish()

    async def finish(self) -> None:
        """Write down what is not yet.

        Raises
        ------
        FolderError
            As `add`.
        """
        async with self._writing:
            table = pa.concat_tables([self._table.take(), *self._added])
            location_ids, self._unwritten, self._added = self._unwritten, [], []
            if table.num_rows:
                self.tables.append(table)
            if self._journal is not None and location_ids:
                await _to_its_end(self._journal.write, table, location_ids)
            self._written_at = time.monotonic()


async def _to_its_end(write: Callable[..., None], *args: object) -> None:
    """Run what blocks in a thread, and do not leave it there when the run is cancelled.

    It would write a part after another run has looked for what is missing.
    """
    writing = asyncio.ensure_future(asyncio.to_thread(write, *args))
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait([writing])
        raise
