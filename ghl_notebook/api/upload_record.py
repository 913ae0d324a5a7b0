"""The record of uploads on this computer: each content is uploaded once to a sub-account.

A small file per content, written before the upload and after it, holds what is known. A file
without an address means that the upload may have arrived.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec
from filelock import AsyncFileLock

from ghl_notebook.disk import make_private_folder, open_plain, write_private_file
from ghl_notebook.errors import PlanError
from ghl_notebook.settings import read_plans_folder

_MAX_ENTRY_BYTES: Final = 10_000
_IN_MEMORY: Final[dict[str, dict[str, bytes]]] = {}


class UploadEntry(msgspec.Struct, frozen=True):
    """What is known of an upload, which began at a Unix time; without `url`, it has no answer."""

    name: str
    file_id: str | None = None
    url: str | None = None
    begun: float = 0.0


class UploadRecord:
    """The uploads to one sub-account.

    Parameters
    ----------
    base_url, location_id : str
        The API and the sub-account.
    """

    def __init__(self, base_url: str, location_id: str) -> None:
        self._owner = f"{base_url} {location_id}"
        self._memory = _IN_MEMORY.get(base_url)

    def find(self, sha256: str) -> UploadEntry | None:
        """Return what is recorded of a content; a damaged entry counts as one without an answer."""
        key = self._key(sha256)
        memory = self._memory
        content = self._read(self._path(key)) if memory is None else memory.get(key)
        if content is None:
            return None
        with suppress(msgspec.MsgspecError):
            return msgspec.json.decode(content, type=UploadEntry)
        return UploadEntry("")

    def put(self, sha256: str, entry: UploadEntry) -> None:
        """Record an upload, durably.

        Raises
        ------
        PlanError
            If it cannot be written.
        """
        key, content = self._key(sha256), msgspec.json.encode(entry)
        if self._memory is not None:
            self._memory[key] = content
            return
        path = self._path(key)
        with _plan_errors(path.parent):
            make_private_folder(path.parent)
            write_private_file(path, content)

    def remove(self, sha256: str) -> None:
        """Forget an upload that certainly did not happen."""
        key = self._key(sha256)
        if self._memory is not None:
            self._memory.pop(key, None)
            return
        path = self._path(key)
        with _plan_errors(path.parent):
            path.unlink(missing_ok=True)

    @asynccontextmanager
    async def locked(self, sha256: str) -> AsyncIterator[None]:
        """Keep other processes and tasks from uploading the same content in the meantime."""
        if self._memory is not None:
            yield
            return
        path = self._path(self._key(sha256)).with_suffix(".lock")
        lock = AsyncFileLock(path, mode=0o600, run_in_executor=False, thread_local=False)
        with _plan_errors(path.parent):
            make_private_folder(path.parent)
            await lock.acquire()
        try:
            yield
        finally:
            await lock.release()

    def _key(self, sha256: str) -> str:
        return hashlib.sha256(f"{self._owner} {sha256}".encode()).hexdigest()

    def _path(self, key: str) -> Path:
        return read_plans_folder() / "uploads" / f"{key}.json"

    def _read(self, path: Path) -> bytes | None:
        with _plan_errors(path.parent):
            try:
                with open_plain(path, _MAX_ENTRY_BYTES) as file:
                    return file.read()
            except (FileNotFoundError, NotADirectoryError):
                return None


def keep_in_memory(base_url: str) -> None:
    """Keep the record of a simulator in memory, because both end with this process."""
    _IN_MEMORY[base_url] = {}


def drop(base_url: str) -> None:
    """Delete the record of `keep_in_memory`."""
    _IN_MEMORY.pop(base_url, None)


@contextmanager
def _plan_errors(folder: Path) -> Iterator[None]:
    failure = None
    try:
        yield
    except OSError as error:
        failure = PlanError(
            f"{folder} cannot be used, so nothing is uploaded: {error.strerror or error}.",
            "Check permissions and free disk space, or set GHL_PLANS_DIR to another folder.",
        )
    if failure is not None:  # outside the handler: error and cause would reference each other
        raise failure
