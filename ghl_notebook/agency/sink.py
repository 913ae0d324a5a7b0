"""Stores what a run fetches: in memory, and in a folder if there is one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import pyarrow as pa

from .fetch_spec import FetchSpec, SubAccount
from .run_writer import RunWriter

WRITE_SECONDS: Final = 2.0
"""Between two parts. A run that is killed fetches again what arrived since the last part."""


class TableSink:
    """Collect results as Arrow tables.

    Parameters
    ----------
    spec : FetchSpec
        How results become tables.
    writer : RunWriter, optional
        Also stores the rows on disk, part by part.
    write_every : float
        Seconds between two parts.
    """

    def __init__(
        self,
        spec: FetchSpec,
        writer: RunWriter | None = None,
        *,
        write_every: float = WRITE_SECONDS,
    ) -> None:
        self._write_every = write_every
        self._table = spec.new_table(**spec.options)
        self._schema = spec.schema
        self._writer = writer
        self._unwritten: list[str] = []
        self._added: list[pa.Table] = []
        self._written_at = time.monotonic()
        self._writing = asyncio.Lock()
        self.tables: list[pa.Table] = []

    def resume(self) -> None:
        """Load what an earlier process has stored. Call this once, before anything is added.

        Raises `FolderError` if the folder cannot be read.
        """
        if self._writer is not None:
            self.tables += self._writer.read(self._schema)

    async def add(self, sub_account: SubAccount, answer: Any) -> None:
        """Store the result of one sub-account.

        Raises `FolderError` if the result cannot be written to disk; it stays in memory.
        """
        self._table.add(
            answer, location_id=sub_account.location_id, location_name=sub_account.location_name
        )
        if self._writer is not None:
            await self._note([sub_account.location_id])

    async def add_rows(self, rows: pa.Table, location_ids: Iterable[str]) -> None:
        """Store rows of several sub-accounts, collected by another process.

        Raises `FolderError`, as `add` does.
        """
        self._added.append(rows)
        if self._writer is not None:
            await self._note(location_ids)

    async def _note(self, location_ids: Iterable[str]) -> None:
        self._unwritten += location_ids
        if time.monotonic() - self._written_at >= self._write_every and not self._writing.locked():
            await self.finish()

    async def finish(self) -> None:
        """Write everything that is not on disk yet.

        Raises `FolderError`, as `add` does.
        """
        async with self._writing:
            table = pa.concat_tables([self._table.take(), *self._added])
            location_ids, self._unwritten, self._added = self._unwritten, [], []
            if table.num_rows:
                self.tables.append(table)
            if self._writer is not None and location_ids:
                await _to_completion(self._writer.write, table, location_ids)
            self._written_at = time.monotonic()


async def _to_completion(write: Callable[..., None], *args: object) -> None:
    """Run a blocking call in a thread, and wait for it even if the run is cancelled.

    A call left behind would write a part after the next run has checked what is missing.
    """
    writing = asyncio.ensure_future(asyncio.to_thread(write, *args))
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait([writing])
        raise
