"""The folder of a run: what it has fetched so far, in whole parts, and when.

::

    <folder>/
    ├── accounts-2026-01-05T090000.000000Z/    one run
    │   ├── _run.json                          what was asked for, and of whom
    │   ├── part-000000.parquet                rows, and whose: all of a sub-account's, or none
    │   ├── part-000001.parquet
    │   └── _end.json                          only where all had their turn: what is missing
    └── _lock

A part is there whole or not at all, and names the sub-accounts that it holds, also those without a
row. So a run that was killed at any point goes on with the others. pandas, DuckDB and dask read a
run's folder as one table.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from ghl_notebook.errors import FolderError

from .failures import Failure
from .job import Job

_FORMAT: Final = 1
_WHOSE: Final = b"ghl_location_ids"
_TIME: Final = "%Y-%m-%dT%H%M%S.%f"
_HEAD, _END = "_run.json", "_end.json"


@dataclass(frozen=True)
class RunFolder:
    """One run on disk, whole or not.

    Attributes
    ----------
    path : pathlib.Path
        Its folder.
    head : dict
        What was asked for: ``format``, ``job``, ``options``, ``company_id``, ``base_url``.
    began : datetime
        When, in UTC.
    """

    path: Path
    head: dict[str, Any]
    began: datetime

    @property
    def is_whole(self) -> bool:
        """Whether all sub-accounts had their turn."""
        return (self.path / _END).exists()

    @property
    def failures(self) -> list[Failure]:
        """The sub-accounts that were not to be had; empty as long as it is not whole."""
        return list(_read_json(self.path / _END).get("failures", [])) if self.is_whole else []

    @property
    def location_ids(self) -> list[str]:
        """The order of the sub-accounts; empty as long as it is not whole."""
        return list(_read_json(self.path / _END).get("location_ids", [])) if self.is_whole else []

    def parts(self) -> list[Path]:
        """List the parts, in the order in which they were written."""
        return sorted(self.path.glob("part-*.parquet"))

    def read(self) -> list[pa.Table]:
        """Read the rows of all parts.

        Raises
        ------
        FolderError
            If they cannot be read.
        """
        with _told(self.path, "read"):
            return [pq.read_table(part).replace_schema_metadata() for part in self.parts()]

    def done(self) -> set[str]:
        """Name the sub-accounts that it holds.

        Raises
        ------
        FolderError
            If they cannot be read.
        """
        found: set[str] = set()
        with _told(self.path, "read"):
            for part in self.parts():
                found.update(json.loads((pq.read_schema(part).metadata or {})[_WHOSE]))
        return found


def list_run_folders(folder: Path, job: str) -> list[RunFolder]:
    """List the runs in a folder, oldest first; what is no run is passed over.

    Raises
    ------
    FolderError
        If the folder cannot be read.
    """
    runs = []
    with _told(folder, "read"):
        for path in sorted(folder.glob(f"{job}-*Z")):
            with suppress(ValueError, OSError):
                began = datetime.strptime(path.name.removeprefix(f"{job}-"), f"{_TIME}%z")
                head = _read_json(path / _HEAD)
                if head.get("format") == _FORMAT:
                    runs.append(RunFolder(path, head, began.astimezone(UTC)))
    return runs


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
    clock : callable
        The current time, with a time zone.
    resume_within : timedelta
        A run that is not whole and began longer ago is left as it is; a new one begins.

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
        *,
        clock: Callable[[], datetime],
        resume_within: timedelta,
    ) -> None:
        self._clock = clock
        with _told(folder, "written"):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "_lock", timeout=0, thread_local=False)
            try:
                self._lock.acquire()
            except Timeout:
                raise FolderError(
                    f"Another run is writing to {folder}.",
                    "Wait for its end, or name another folder.",
                ) from None
        try:
            self._run = self._resume(folder, job, whose, resume_within) or self._begin(
                folder, job, whose
            )
            self._next = len(self._run.parts())
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """The folder of this run."""
        return self._run.path

    def done(self) -> set[str]:
        """Name the sub-accounts that it holds already."""
        return self._run.done()

    def read(self) -> list[pa.Table]:
        """Read what it holds already."""
        return self._run.read()

    def write(self, table: pa.Table, location_ids: Sequence[str]) -> None:
        """Write a part: all rows of these sub-accounts.

        Raises
        ------
        FolderError
            If that fails; the parts before are as they were.
        """
        whose = {_WHOSE: json.dumps(list(location_ids)).encode()}
        target = self.path / f"part-{self._next:06d}.parquet"
        with _told(self.path, "written"), _placed(target) as draft:
            pq.write_table(table.replace_schema_metadata(whose), draft, compression="zstd")
        self._next += 1

    def end(self, failures: Iterable[Failure], location_ids: Sequence[str]) -> None:
        """Say that all sub-accounts had their turn.

        Raises
        ------
        FolderError
            If that cannot be written.
        """
        end = {"failures": list(failures), "location_ids": list(location_ids)}
        with _told(self.path, "written"):
            _write_json(self.path / _END, end)

    def close(self) -> None:
        """Let other processes write there."""
        self._lock.release()

    def _resume(
        self, folder: Path, job: Job, whose: Mapping[str, str], within: timedelta
    ) -> RunFolder | None:
        runs = list_run_folders(folder, job.name)
        if not runs or runs[-1].is_whole or self._clock() - runs[-1].began > within:
            return None
        return runs[-1] if runs[-1].head == _head(job, whose) else None

    def _begin(self, folder: Path, job: Job, whose: Mapping[str, str]) -> RunFolder:
        began = self._clock().astimezone(UTC)
        head = _head(job, whose)
        with _told(folder, "written"):
            # A clock may stand still, as the demo's, or tick in steps.
            while (path := folder / f"{job.name}-{began.strftime(_TIME)}Z").exists():
                began += timedelta(microseconds=1)
            path.mkdir()
            _write_json(path / _HEAD, head)
        return RunFolder(path, head, began)


def _head(job: Job, whose: Mapping[str, str]) -> dict[str, Any]:
    return {"format": _FORMAT, "job": job.name, "options": dict(job.options), **whose}


def _read_json(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_bytes())
    return found if isinstance(found, dict) else {}


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    with _placed(path) as draft:
        draft.write_text(json.dumps(value, indent=1), encoding="utf-8")


@contextmanager
def _placed(target: Path) -> Any:
    """Give a path to write to, and put it in its place when it is whole and on the disk."""
    draft = target.with_name(f".{target.name}.draft")
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
        _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    with suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _told(path: Path, done: str) -> Any:
    failure = None
    try:
        yield
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        if isinstance(error, FolderError):
            raise
        words = getattr(error, "strerror", None) or type(error).__name__
        failure = FolderError(
            f"{path} cannot be {done}: {words}.", "Name another folder, or see to this one."
        )
    if failure is not None:
        raise failure
