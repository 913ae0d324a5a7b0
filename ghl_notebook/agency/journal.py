"""Writes the folder of the run that is under way, part by part; `run_folder` says what is in it.

A run that was killed at any point goes on with what is missing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from ghl_notebook.disk import DRAFT, make_private_folder, write_private_file
from ghl_notebook.errors import FolderError

from .failures import Failure
from .job import Job
from .record import RECORD, Record
from .run_folder import (
    LARGEST,
    RUN_KEY,
    TIME,
    WHOSE_KEY,
    RunFolder,
    Stored,
    list_run_folders,
    part_name,
)
from .sealed import told, write_sealed

_AHEAD: Final = timedelta(minutes=1)
"""Clocks are set back by that much; what began later than that has a wrong date."""

_LOG: Final = logging.getLogger("ghl_notebook.agency")


class Journal:
    """The folder of the run that is under way. One process at a time writes there.

    Parameters
    ----------
    folder : pathlib.Path
        Of all runs.
    job : Job
        What is asked for.
    whose : Mapping
        Of whom: ``company_id`` and ``base_url``.
    location_ids : sequence of str
        The sub-accounts, in the order of the frame.
    is_choice : bool
        Whether the caller has named them. A run over others is another one then.
    clock : callable
        The current time, with a time zone.
    resume_within : timedelta
        A run that is not whole and began longer ago is left as it is; a new one begins.

    Attributes
    ----------
    stored : Stored
        What an earlier process has written of it.

    Raises
    ------
    FolderError
        If the folder cannot be used, or another process writes there.
    """

    def __init__(
        self,
        folder: Path,
        job: Job,
        whose: Mapping[str, str],
        location_ids: Sequence[str],
        *,
        is_choice: bool = False,
        clock: Callable[[], datetime],
        resume_within: timedelta,
    ) -> None:
        self._clock = clock
        lock = folder / "_lock"
        with told(folder, "made"):
            make_private_folder(folder)
        with told(lock, "locked"):
            self._lock = FileLock(lock, timeout=0, mode=0o600, thread_local=False)
            try:
                self._lock.acquire()
            except Timeout:
                raise FolderError(
                    f"Another run is writing to {folder}.",
                    "Wait for its end, or name another folder.",
                ) from None
        record = Record(
            id=secrets.token_hex(16),
            job=job.name,
            options=json.loads(json.dumps(dict(job.options))),  # as they are read again
            company_id=whose["company_id"],
            base_url=whose["base_url"],
            is_choice=is_choice,
            location_ids=list(location_ids),
        )
        try:
            self._run, self.stored = self._resume(folder, record, resume_within) or (
                self._begin(folder, record),
                Stored([], [], is_whole=False),
            )
        except BaseException:
            self.close()
            raise
        self._record = msgspec.structs.replace(
            self._run.record,
            location_ids=record.location_ids,
            parts=[part.path.name for part in self.stored.parts],
            is_ended=False,
            failures=[],
        )

    @property
    def path(self) -> Path:
        """The folder of this run."""
        return self._run.path

    def read(self, schema: pa.Schema) -> list[pa.Table]:
        """Read what it holds already.

        Raises
        ------
        FolderError
            If that has changed meanwhile, or has other columns.
        """
        return self._run.read(self.stored.parts, schema)

    def write(self, table: pa.Table, location_ids: Sequence[str]) -> None:
        """Write a part: all rows of these sub-accounts.

        Raises
        ------
        FolderError
            If that fails; the parts before are as they were.
        """
        metadata = {
            RUN_KEY: self._record.id.encode(),
            WHOSE_KEY: json.dumps(list(location_ids)).encode(),
        }
        with told(self.path, "written"):
            stream = pa.BufferOutputStream()
            pq.write_table(table.replace_schema_metadata(metadata), stream, compression="zstd")
            content = stream.getvalue()
            if content.size > LARGEST:
                raise FolderError(
                    f"A part of {content.size} bytes is too large to store.",
                    "Fetch fewer sub-accounts at once.",
                )
            name = part_name(hashlib.sha256(content).hexdigest())
            write_private_file(self.path / name, content)
        self._note(parts=[*self._record.parts, name])

    def end(self, failures: Iterable[Failure]) -> None:
        """Say that all sub-accounts had their turn.

        Raises
        ------
        FolderError
            If that cannot be written.
        """
        self._note(failures=list(failures), is_ended=True)

    def close(self) -> None:
        """Let other processes write there."""
        self._lock.release()

    def _note(self, **changes: Any) -> None:
        self._record = msgspec.structs.replace(self._record, **changes)
        write_sealed(self.path / RECORD, self._record)

    def _resume(
        self, folder: Path, record: Record, within: timedelta
    ) -> tuple[RunFolder, Stored] | None:
        """Return the last run of the same, if it was broken off not long ago."""
        for run in reversed(list_run_folders(folder, record.job)):
            age = self._clock() - run.began
            if age < -_AHEAD:
                _LOG.warning("%s is dated in the future and is not resumed", run.shown)
            elif age > within:
                break
            elif _what(run.record) == _what(record):
                stored = run.look()
                if stored.is_whole:
                    break
                for draft in run.path.glob(f"{DRAFT}*"):  # of a process that was killed
                    with suppress(OSError):
                        draft.unlink()
                return run, stored
        return None

    def _begin(self, folder: Path, record: Record) -> RunFolder:
        began = self._clock().astimezone(UTC)
        with told(folder, "written"):
            while True:
                path = folder / f"{record.job}-{began.strftime(TIME)}Z"
                try:
                    path.mkdir(mode=0o700)
                    break
                except FileExistsError:  # a clock may stand still, as the demo's, or tick in steps
                    began += timedelta(microseconds=1)
        write_sealed(path / RECORD, record)
        return RunFolder(path, record, began)


def _what(record: Record) -> tuple[object, ...]:
    """Return what a run is to fetch."""
    ids = sorted(record.location_ids) if record.is_choice else None
    return record.options, record.company_id, record.base_url, ids
