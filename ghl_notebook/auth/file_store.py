"""Credentials in files that only their owner can read, written whole or not at all."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ghl_notebook.errors import StorageError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .store import Key, StoredCredential, from_json, to_json

_ROOM: Final = 16 * 1024
"""Bytes that are made sure of before a pair is asked for; a pair takes up to 4000."""
_LARGEST: Final = 1024 * 1024
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe would wait for somebody to write into it."""

_LOG: Final = logging.getLogger("ghl_notebook.auth")


class FileStore:
    """A folder with one file for each credential.

    The folder is 0700 and a file 0600; what is wider is narrowed. Links, and files of somebody
    else, are refused. A file is written under another name, synced, and then renamed.

    Parameters
    ----------
    folder : Path
        Made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @while_made
    def __repr__(self) -> str:
        return f"FileStore({str(self._folder)!r})"

    @property
    def folder(self) -> Path:
        """As given."""
        return self._folder

    def load(self, key: Key) -> StoredCredential | None:
        """Return a credential, or None if there is none.

        Raises
        ------
        StorageError
            If it cannot be read, is damaged, or is not its owner's alone.
        """
        return self._read(self._path(key))

    @contextmanager
    def place(self, key: Key) -> Iterator[_File]:
        """Make room for a credential, so that the later write of it can hardly fail.

        Raises
        ------
        StorageError
            If the disk is full, or the folder cannot be written in.
        """
        target = self._path(key)
        self._make_folder()
        draft = self._draft(key)
        with said(f"{target} cannot be written"):
            with suppress(FileNotFoundError):
                draft.unlink()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
            descriptor = os.open(draft, flags, 0o600)
        file = _File(descriptor, draft, target)
        try:
            file.make_room()
            yield file
        finally:
            file.close()

    def delete(self, key: Key) -> bool:
        """Forget a credential; tell whether there was one.

        Raises
        ------
        StorageError
            If it cannot be deleted.
        """
        with said(f"{self._path(key)} cannot be deleted"):
            self._draft(key).unlink(missing_ok=True)  # a process was killed while it wrote
            try:
                self._path(key).unlink()
            except FileNotFoundError:
                return False
        return True

    def list(self) -> list[Key]:
        """Name all credentials; files that cannot be read are logged and left out.

        Raises
        ------
        StorageError
            If the folder cannot be read.
        """
        found = []
        with said(f"{self._folder} cannot be read"):
            try:
                _check_folder(self._folder)
            except FileNotFoundError:
                return []
            paths = sorted(self._folder.glob("*.json"))
        for path in paths:
            try:
                credential = self._read(path)
            except StorageError as error:
                _LOG.warning("A stored credential is left out: %s", error)
            else:
                if credential is not None:
                    found.append(credential.key)
        return found

    def was_interrupted(self, key: Key) -> bool:
        """Tell whether the last renewal ended between asking and writing. Ask under the lock."""
        return self._draft(key).exists()

    def lock_path(self, key: Key) -> Path:
        """Return the file whose lock a renewal holds.

        Raises
        ------
        StorageError
            If the folder cannot be made.
        """
        self._make_folder()
        return self._folder / f"{key.name}.lock"

    def _path(self, key: Key) -> Path:
        return self._folder / f"{key.name}.json"

    def _draft(self, key: Key) -> Path:
        return self._folder / f"{key.name}.draft"

    def _make_folder(self) -> None:
        make_private_folder(self._folder)

    def _read(self, path: Path) -> StoredCredential | None:
        with said(f"{path} cannot be read"):
            try:
                _check_folder(self._folder)
                descriptor = os.open(path, os.O_RDONLY | _NO_LINK | _NO_WAIT)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(file.fileno())
                check_owner(status, path, stat.S_ISREG)
                if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
                    os.fchmod(file.fileno(), 0o600)
                text = Secret(file.read(_LARGEST).decode(errors="surrogateescape"))
        credential = from_json(text, str(path))
        if self._path(credential.key) != path:
            raise StorageError(f"{path} has the name of another credential.", "Delete it.")
        return credential


class _File:
    """A file that is not yet in its place."""

    def __init__(self, descriptor: int, draft: Path, target: Path) -> None:
        self._descriptor, self._draft, self._target = descriptor, draft, target
        self._keeps_draft = False
        self._pid = os.getpid()

    def make_room(self) -> None:
        """Write and sync as much as a credential may take: a full disk shows now."""
        with said(f"{self._target} cannot be written"):
            self._fill(Secret(" " * _ROOM))

    def write(self, credential: StoredCredential) -> None:
        """Keep a credential: whole and on disk, or not at all."""
        # The file keeps its blanks behind the text, so that writing needs no further room.
        text = Secret(to_json(credential).reveal().ljust(_ROOM))
        with said(f"{self._target} cannot be written"):
            self._fill(text)
            if os.name == "nt":  # an open file cannot be renamed there
                os.close(self._descriptor)
                self._descriptor = -1
            self._draft.replace(self._target)
            _sync_folder(self._target.parent)

    def leave_mark(self) -> None:
        """Leave the draft behind, as a process does that is killed."""
        self._keeps_draft = True

    def close(self) -> None:
        """Leave no draft behind."""
        with suppress(OSError):
            if self._descriptor >= 0:
                os.close(self._descriptor)
        # A forked process drops its copy of this when it ends; the draft is its parent's.
        if not self._keeps_draft and self._pid == os.getpid():
            with suppress(OSError):
                self._draft.unlink()

    def _fill(self, text: Secret) -> None:
        content = text.reveal().encode()
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        written = 0
        while written < len(content):  # a disk that is almost full takes a part
            written += os.write(self._descriptor, content[written:])
        os.fsync(self._descriptor)


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can look into, or narrow one that there is.

    Raises
    ------
    StorageError
        If it cannot be made, is a link, or somebody else's.
    """
    with said(f"The folder {folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_folder(folder)


def _check_folder(folder: Path) -> None:
    check_owner(folder.lstat(), folder, stat.S_ISDIR)
    if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) != 0o700:
        folder.chmod(0o700)


def check_owner(status: os.stat_result, path: Path, is_kind: object) -> None:
    """Refuse a link, or what is somebody else's.

    Raises
    ------
    StorageError
        If it is one.
    """
    if not is_kind(status.st_mode):  # type: ignore[operator]
        raise StorageError(
            f"{path} is a link or no plain file or folder, and is not used.",
            "Move it away, or name another folder in GHL_CREDENTIALS_DIR.",
        )
    if os.name == "posix" and status.st_uid != os.geteuid():
        raise StorageError(
            f"{path} belongs to somebody else, and is not used.",
            "Name a folder of your own in GHL_CREDENTIALS_DIR.",
        )


def _sync_folder(folder: Path) -> None:
    """Have the new name survive a power cut; not every system lets a folder be opened."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def said(what: str) -> Iterator[None]:
    """Turn a system error into a `StorageError`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        error.__traceback__ = None  # its frames hold what was to be written
        raise StorageError(
            f"{what}: {reason}.",
            "Make room or set its permissions, or name another folder in GHL_CREDENTIALS_DIR.",
        ) from None
