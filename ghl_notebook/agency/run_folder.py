"""The folder of a run, as it is read: every file is checked before it is used.

::

    <folder>/
    ├── accounts-2026-01-05T090000.000000Z/    one run
    │   ├── _run.json                          what is fetched, for which agency, and the progress
    │   ├── part-<SHA-256>.parquet             all rows of some sub-accounts
    │   └── part-<SHA-256>.parquet
    └── _lock

A part is named by its checksum, so that parts never overwrite each other and damage is detected.
Parts are written atomically. Each stores the run's id and the ids of its sub-accounts, including
sub-accounts without rows. pandas, DuckDB, and dask read a run's folder as one table.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ghl_notebook.disk import DRAFT, open_plain
from ghl_notebook.errors import ArgumentError, FolderError, RunStoppedError
from ghl_notebook.sanitize import strip_controls

from .failures import Failure, not_reached
from .fetch_spec import SubAccount
from .run_record import FORMAT, RECORD, RunRecord, Version, folder_errors, read_record

TIME_FORMAT: Final = "%Y-%m-%dT%H%M%S.%f"
RUN_KEY: Final = b"ghl_run"
LOCATION_IDS_KEY: Final = b"ghl_location_ids"
MAX_PART_BYTES: Final = 2**31
"""A part holds what arrives within a few seconds, which is far less."""

_PART: Final = re.compile(r"part-([0-9a-f]{64})\.parquet")
_MAX_NAMES: Final = 5
"""File names that a warning lists."""

_LOG: Final = logging.getLogger("ghl_notebook.agency")


class StoredPart(NamedTuple):
    """A part whose checksum matches, and its sub-accounts."""

    path: Path
    location_ids: list[str]


class StoredRun(NamedTuple):
    """The stored results of a run.

    Attributes
    ----------
    parts : list of StoredPart
        The parts whose checksums match.
    failures : list of Failure
        The missing sub-accounts and the reasons, including those that the run did not reach.
    is_complete : bool
        Whether the run has reached all sub-accounts, and all parts are there.
    """

    parts: list[StoredPart]
    failures: list[Failure]
    is_complete: bool

    @property
    def location_ids(self) -> set[str]:
        """The sub-accounts in the parts."""
        return {one for part in self.parts for one in part.location_ids}


@dataclass(frozen=True)
class RunFolder:
    """A run on disk, complete or not.

    Attributes
    ----------
    path : pathlib.Path
        Its folder.
    record : RunRecord
        What it fetches, and its progress.
    began : datetime
        When it started, in UTC.
    """

    path: Path
    record: RunRecord
    began: datetime

    @property
    def shown(self) -> str:
        """Its path, safe to log."""
        return strip_controls(str(self.path))

    def check(self) -> StoredRun:
        """Check all files. Files of other runs are skipped with a warning.

        Raises `FolderError` if a file cannot be read, or is damaged.
        """
        parts, others, foreign = [], [], []
        for name in _names(self.path):
            if _PART.fullmatch(name):
                run, ids = _read_metadata(self.path / name)
                if run == self.record.id:
                    parts.append(StoredPart(self.path / name, ids))
                else:
                    others.append(name)
            elif name != RECORD and not name.startswith(DRAFT):
                foreign.append(name)
        missing = sorted({*self.record.parts} - {part.path.name for part in parts})
        self._warn(others, f"belongs to another run than {RECORD}; move it out of the folder")
        self._warn(foreign, "is not part of the run; move it out of the folder")
        self._warn(missing, "is missing; restore it from a backup, or fetch again")
        stored = StoredRun(parts, [], self.record.is_complete and not missing)
        done = stored.location_ids
        failed = [one for one in self.record.failures if one["location_id"] not in done]
        known = done | {one["location_id"] for one in failed}
        left = [SubAccount(one, None) for one in self.record.location_ids if one not in known]
        unreached = not_reached(left, RunStoppedError("The stored run does not contain it."))
        return stored._replace(failures=[*failed, *unreached])

    def read(self, parts: Sequence[StoredPart], schema: pa.Schema) -> list[pa.Table]:
        """Read the rows of parts; of a sub-account in several parts, only the first ones.

        Raises `FolderError` if a part cannot be read, or has other columns.
        """
        tables = []
        seen: set[str] = set()
        for part in parts:
            with _checked(part.path) as file:
                table = pq.read_table(file).replace_schema_metadata()
            if not table.schema.equals(schema):
                raise FolderError(
                    f"{part.path} has other columns: another version of ghl_notebook wrote it.",
                    "Read it with that version, or move the run's folder away.",
                )
            again = seen.intersection(part.location_ids)
            if again:  # two processes have written here in spite of the lock
                twice = pc.is_in(
                    table["location_id"], pa.array(sorted(again), schema.field(0).type)
                )
                table = table.filter(pc.invert(twice))
            seen.update(part.location_ids)
            tables.append(table)
        return tables

    def _warn(self, names: Sequence[str], what: str) -> None:
        if names:
            named = ", ".join(map(strip_controls, names[:_MAX_NAMES]))
            more = f" and {len(names) - _MAX_NAMES} others" if len(names) > _MAX_NAMES else ""
            _LOG.warning("%s: %s%s %s", self.shown, named, more, what)


def run_path(folder: object) -> Path:
    """Return the folder that the user has passed.

    Raises `ArgumentError` if `folder` is not a path.
    """
    try:
        return Path(folder).expanduser()  # type: ignore[arg-type]
    except (TypeError, RuntimeError):  # not a path, or the home folder of an unknown user
        pass
    raise ArgumentError(f"{folder!r} is not a path.", "Pass the path of a folder.")


def open_run(path: Path, name: str) -> RunFolder:
    """Open the folder of a run.

    Raises `FolderError` if `path` is not the folder of such a run, or its record is damaged.

    Parameters
    ----------
    path : pathlib.Path
        The run's folder.
    name : str
        What was fetched: see `FetchSpec`.
    """
    file = path / RECORD
    next_step = "Restore it from a backup, or move the run's folder away."
    began = None
    with suppress(ValueError):
        began = datetime.strptime(path.name, f"{name}-{TIME_FORMAT}%z").astimezone(UTC)
    if began is not None and path.is_symlink():
        raise FolderError(f"{path} is a link.", "Pass the folder that it points to.")
    version = None if began is None else read_record(file, Version, next_step)
    if began is None or version is None:
        raise FolderError(
            f"{path} is not a run's folder: its name is another one, or {RECORD} is missing.",
            "Pass a value of the column folder of list_runs().",
        )
    if version.format != FORMAT:
        raise FolderError(
            f"Another version of ghl_notebook wrote {file}.", "Read it with that version."
        )
    record = read_record(file, RunRecord, next_step)
    if record is None or record.name != name:
        raise FolderError(f"{file} belongs to another run.", next_step)
    return RunFolder(path, record, began)


def list_run_folders(folder: Path, name: str) -> list[RunFolder]:
    """List the runs in a folder, oldest first; damaged ones are left out with a warning.

    Raises `FolderError` if the folder cannot be read.
    """
    runs = []
    for entry in _names(folder) if os.path.lexists(folder) else ():
        if re.match(rf"{re.escape(name)}-\d", entry):
            try:
                runs.append(open_run(folder / entry, name))
            except FolderError as error:
                _LOG.warning("A run is left out: %s", error)
    return runs


def _names(folder: Path) -> list[str]:
    with folder_errors(folder, "read"):
        return sorted(os.listdir(folder))  # noqa: PTH208 - names only, of thousands of files


@contextmanager
def _checked(path: Path) -> Iterator[BufferedReader]:
    """Open a part whose checksum matches."""
    with folder_errors(path, "read"), open_plain(path, MAX_PART_BYTES) as file:
        if part_name(hashlib.file_digest(file, "sha256").hexdigest()) == path.name:
            file.seek(0)
            yield file
            return
    raise FolderError(
        f"{path} is damaged: its checksum does not match.",
        "Restore it from a backup, or delete it. Its sub-accounts are fetched again when the run "
        "is resumed.",
    )


def part_name(checksum: str) -> str:
    """Return the file name of a part."""
    return f"part-{checksum}.parquet"


def _read_metadata(path: Path) -> tuple[str, list[str]]:
    """Return the id of a part's run, and the ids of its sub-accounts."""
    with _checked(path) as file:
        metadata = pq.read_schema(file).metadata or {}
        ids = msgspec.json.decode(metadata.get(LOCATION_IDS_KEY, b""), type=list[str])
        return metadata.get(RUN_KEY, b"").decode(), ids
