"""The folder of a run, as it is read: nothing on disk is believed before it was checked.

::

    <folder>/
    ├── accounts-2026-01-05T090000.000000Z/    one run
    │   ├── _run.json                          what was asked for, of whom, and how far it is
    │   ├── part-<SHA-256>.parquet             rows, and whose: all of a sub-account's, or none
    │   └── part-<SHA-256>.parquet
    └── _lock

A part has the name of its checksum, so that no part takes another's place and a damaged one shows.
It is there whole or not at all, and names its run and the sub-accounts that it holds, also those
without a row. pandas, DuckDB and dask read a run's folder as one table.
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

from .failures import Failure, never_asked
from .job import Place
from .record import FORMAT, RECORD, Record, Version
from .sealed import read_sealed, told

TIME: Final = "%Y-%m-%dT%H%M%S.%f"
RUN_KEY: Final = b"ghl_run"
WHOSE_KEY: Final = b"ghl_location_ids"
LARGEST: Final = 2**31
"""Bytes of a part, which is what comes in some seconds."""

_PART: Final = re.compile(r"part-([0-9a-f]{64})\.parquet")
_NAMED: Final = 5

_LOG: Final = logging.getLogger("ghl_notebook.agency")


class Part(NamedTuple):
    """A part that is as it was written, and the sub-accounts in it."""

    path: Path
    location_ids: list[str]


class Stored(NamedTuple):
    """What there is of a run.

    Attributes
    ----------
    parts : list of Part
        Those that are as they were written.
    failures : list of Failure
        Those that are missing, and why; those included whose turn did not come.
    is_whole : bool
        Whether all had their turn, and all is there.
    """

    parts: list[Part]
    failures: list[Failure]
    is_whole: bool

    @property
    def done(self) -> set[str]:
        """The sub-accounts that it holds."""
        return {one for part in self.parts for one in part.location_ids}


@dataclass(frozen=True)
class RunFolder:
    """One run on disk, whole or not.

    Attributes
    ----------
    path : pathlib.Path
        Its folder.
    record : Record
        What was to be fetched, and how far it is.
    began : datetime
        When, in UTC.
    """

    path: Path
    record: Record
    began: datetime

    @property
    def shown(self) -> str:
        """Its path, as it is safe to log."""
        return strip_controls(str(self.path))

    def look(self) -> Stored:
        """Check all that there is. Files that are not its own are passed over with a warning.

        Raises
        ------
        FolderError
            If something cannot be read, or is not as it was written.
        """
        parts, others, foreign = [], [], []
        for name in _names(self.path):
            if _PART.fullmatch(name):
                run, ids = _whose(self.path / name)
                if run == self.record.id:
                    parts.append(Part(self.path / name, ids))
                else:
                    others.append(name)
            elif name != RECORD and not name.startswith(DRAFT):
                foreign.append(name)
        missing = sorted({*self.record.parts} - {part.path.name for part in parts})
        self._warn(others, f"belongs to another run than {RECORD}; move it out of the folder")
        self._warn(foreign, "is not part of the run; move it out of the folder")
        self._warn(missing, "is missing; restore it from a backup, or fetch again")
        is_whole = self.record.is_ended and not missing
        stored = Stored(parts, [], is_whole)
        failed = [one for one in self.record.failures if one["location_id"] not in stored.done]
        accounted = stored.done | {one["location_id"] for one in failed}
        left = [Place(one, None) for one in self.record.location_ids if one not in accounted]
        never = never_asked(left, RunStoppedError("The stored run does not contain it."))
        return stored._replace(failures=[*failed, *never])

    def read(self, parts: Sequence[Part], schema: pa.Schema) -> list[pa.Table]:
        """Read the rows of parts, those of a sub-account once.

        Raises
        ------
        FolderError
            If they cannot be read, or have other columns.
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
            if again:  # two processes have written here, although there is a lock
                twice = pc.is_in(
                    table["location_id"], pa.array(sorted(again), schema.field(0).type)
                )
                table = table.filter(pc.invert(twice))
            seen.update(part.location_ids)
            tables.append(table)
        return tables

    def _warn(self, names: Sequence[str], what: str) -> None:
        if names:
            named = ", ".join(map(strip_controls, names[:_NAMED]))
            more = f" and {len(names) - _NAMED} others" if len(names) > _NAMED else ""
            _LOG.warning("%s: %s%s %s", self.shown, named, more, what)


def run_path(folder: object) -> Path:
    """Return the folder that a user has named.

    Raises
    ------
    ArgumentError
        If it names none.
    """
    try:
        return Path(folder).expanduser()  # type: ignore[arg-type]
    except (TypeError, RuntimeError):  # no path, or the home folder of nobody
        pass
    raise ArgumentError(f"{folder!r} is not a path.", "Pass the path of a folder.")


def open_run(path: Path, job: str) -> RunFolder:
    """Open the folder of a run.

    Parameters
    ----------
    path : pathlib.Path
        Its folder.
    job : str
        What was fetched.

    Raises
    ------
    FolderError
        If it is none, or is damaged.
    """
    file = path / RECORD
    next_step = "Restore it from a backup, or move the run's folder away."
    began = None
    with suppress(ValueError):
        began = datetime.strptime(path.name, f"{job}-{TIME}%z").astimezone(UTC)
    if began is not None and path.is_symlink():
        raise FolderError(f"{path} is a link.", "Pass the folder that it points to.")
    version = None if began is None else read_sealed(file, Version, next_step)
    if began is None or version is None:
        raise FolderError(
            f"{path} is not a run's folder: its name is another one, or {RECORD} is missing.",
            "Pass a value of the column folder of list_runs().",
        )
    if version.format != FORMAT:
        raise FolderError(
            f"Another version of ghl_notebook wrote {file}.", "Read it with that version."
        )
    record = read_sealed(file, Record, next_step)
    if record is None or record.job != job:
        raise FolderError(f"{file} belongs to another run.", next_step)
    return RunFolder(path, record, began)


def list_run_folders(folder: Path, job: str) -> list[RunFolder]:
    """List the runs in a folder, oldest first; one that is damaged is left out with a warning.

    Raises
    ------
    FolderError
        If the folder cannot be read.
    """
    runs = []
    for name in _names(folder) if os.path.lexists(folder) else ():
        if re.match(rf"{re.escape(job)}-\d", name):
            try:
                runs.append(open_run(folder / name, job))
            except FolderError as error:
                _LOG.warning("A run is left out: %s", error)
    return runs


def _names(folder: Path) -> list[str]:
    with told(folder, "read"):
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are enough, of thousands of files


@contextmanager
def _checked(path: Path) -> Iterator[BufferedReader]:
    """Open a part that is as it was written."""
    with told(path, "read"), open_plain(path, LARGEST) as file:
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
    """Return the name of a part."""
    return f"part-{checksum}.parquet"


def _whose(path: Path) -> tuple[str, list[str]]:
    """Return the run that a part is of, and the sub-accounts in it."""
    with _checked(path) as file:
        metadata = pq.read_schema(file).metadata or {}
        ids = msgspec.json.decode(metadata.get(WHOSE_KEY, b""), type=list[str])
        return metadata.get(RUN_KEY, b"").decode(), ids
