"""Writes the folder of the running run, part by part; `run_folder` describes its contents.

A run that was killed at any point can be resumed with the sub-accounts that are missing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from ghl_notebook.disk import DRAFT, make_private_folder, write_private_file
from ghl_notebook.errors import FolderError, raise_without_context

from .failures import Failure
from .fetch_spec import FetchSpec
from .run_folder import (
    LOCATION_IDS_KEY,
    MAX_PART_BYTES,
    RUN_KEY,
    TIME_FORMAT,
    RunFolder,
    StoredRun,
    list_run_folders,
    part_name,
)
from .run_record import RECORD, RunRecord, folder_errors, write_record

_CLOCK_TOLERANCE: Final = timedelta(minutes=1)
"""Clocks are sometimes set back by this much; a run dated later than that has a wrong date."""

_LOG: Final = logging.getLogger("ghl_notebook.agency")


class RunWriter:
    """Write the folder of a run. Only one process at a time can write there.

    Raises `FolderError` if the folder cannot be used, or another process is writing there.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of all runs.
    spec : FetchSpec
        What is fetched.
    company_id, base_url : str
        The agency, and where its API is.
    location_ids : sequence of str
        The sub-accounts, in the order of the DataFrame.
    is_selection : bool
        Whether the caller has named the sub-accounts: a call that names others starts a new run.
    clock : callable
        Returns the current time, with a time zone.
    resume_within : timedelta
        An incomplete run that started longer ago is left as it is, and a new one starts.

    Attributes
    ----------
    stored : StoredRun
        What an earlier process has written of the run.
    """

    def __init__(
        self,
        folder: Path,
        spec: FetchSpec,
        *,
        company_id: str,
        base_url: str,
        location_ids: Sequence[str],
        is_selection: bool = False,
        clock: Callable[[], datetime],
        resume_within: timedelta,
    ) -> None:
        self._clock = clock
        lock = folder / "_lock"
        with folder_errors(folder, "made"):
            make_private_folder(folder)
        with folder_errors(lock, "locked"):
            self._lock = FileLock(lock, timeout=0, mode=0o600, thread_local=False)
            try:
                self._lock.acquire()
            except Timeout:
                raise_without_context(
                    FolderError(
                        f"Another run is writing to {folder}.",
                        "Wait until it has finished, or name another folder.",
                    )
                )
        record = RunRecord(
            id=secrets.token_hex(16),
            name=spec.name,
            options=json.loads(json.dumps(dict(spec.options))),  # as they are read back
            company_id=company_id,
            base_url=base_url,
            is_selection=is_selection,
            location_ids=list(location_ids),
        )
        try:
            self._run, self.stored = self._resume(folder, record, resume_within) or (
                self._start(folder, record),
                StoredRun([], [], is_complete=False),
            )
        except BaseException:
            self.close()
            raise
        self._record = msgspec.structs.replace(
            self._run.record,
            location_ids=record.location_ids,
            parts=[part.path.name for part in self.stored.parts],
            is_complete=False,
            failures=[],
        )

    @property
    def path(self) -> Path:
        """The folder of this run."""
        return self._run.path

    @property
    def began(self) -> datetime:
        """When this run started, in UTC."""
        return self._run.began

    def read(self, schema: pa.Schema) -> list[pa.Table]:
        """Read the stored rows.

        Raises `FolderError` if a file has changed since it was checked, or has other columns.
        """
        return self._run.read(self.stored.parts, schema)

    def write(self, table: pa.Table, location_ids: Sequence[str]) -> None:
        """Write a part: all rows of these sub-accounts.

        Raises `FolderError` if the part cannot be written; earlier parts do not change.
        """
        metadata = {
            RUN_KEY: self._record.id.encode(),
            LOCATION_IDS_KEY: json.dumps(list(location_ids)).encode(),
        }
        with folder_errors(self.path, "written"):
            stream = pa.BufferOutputStream()
            pq.write_table(table.replace_schema_metadata(metadata), stream, compression="zstd")
            content = stream.getvalue()
            if content.size > MAX_PART_BYTES:
                raise FolderError(
                    f"A part of {content.size} bytes is too large to store.",
                    "Fetch fewer sub-accounts at once.",
                )
            name = part_name(hashlib.sha256(content).hexdigest())
            write_private_file(self.path / name, content)
        self._update(parts=[*self._record.parts, name])

    def finish(self, failures: Iterable[Failure]) -> None:
        """Mark the run as complete.

        Raises `FolderError` if the record cannot be written.
        """
        self._update(failures=list(failures), is_complete=True)

    def close(self) -> None:
        """Let other processes write there."""
        self._lock.release()

    def _update(self, **changes: Any) -> None:
        self._record = msgspec.structs.replace(self._record, **changes)
        write_record(self.path / RECORD, self._record)

    def _resume(
        self, folder: Path, record: RunRecord, within: timedelta
    ) -> tuple[RunFolder, StoredRun] | None:
        """Return the last run of the same call, if it was interrupted recently."""
        for run in reversed(list_run_folders(folder, record.name)):
            age = self._clock() - run.began
            if age < -_CLOCK_TOLERANCE:
                _LOG.warning("%s is dated in the future and is not resumed", run.shown)
            elif age > within:
                break
            elif _identity(run.record) == _identity(record):
                stored = run.check()
                if stored.is_complete:
                    break
                for draft in run.path.glob(f"{DRAFT}*"):  # left by a killed process
                    with suppress(OSError):
                        draft.unlink()
                return run, stored
        return None

    def _start(self, folder: Path, record: RunRecord) -> RunFolder:
        began = self._clock().astimezone(UTC)
        with folder_errors(folder, "written"):
            while True:
                path = folder / f"{record.name}-{began.strftime(TIME_FORMAT)}Z"
                try:
                    path.mkdir(mode=0o700)
                    break
                except FileExistsError:  # the demo's clock does not move, and others tick in steps
                    began += timedelta(microseconds=1)
        write_record(path / RECORD, record)
        return RunFolder(path, record, began)


def _identity(record: RunRecord) -> tuple[object, ...]:
    """Return what two calls must have in common for one to resume the other."""
    ids = sorted(record.location_ids) if record.is_selection else None
    return record.options, record.company_id, record.base_url, ids
