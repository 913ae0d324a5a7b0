"""Credentials in files that only their owner can read, written completely or not at all."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import Timeout

from ghl_notebook.errors import StorageError, raise_without_context
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .stored_credential import Key, StoredCredential, from_file, key_in_file, to_file

if TYPE_CHECKING:
    from .keyring_cipher import KeyringCipher

LOCK_SECONDS: Final = 120.0
"""A process that holds a lock calls the API or the keyring, each for a minute at most."""
_ROOM: Final = 16 * 1024
"""Bytes reserved before the token request, so that saving the new pair cannot fail.

A pair has at most 4,000 bytes; encrypted, 5,400.
"""
_MAX_FILE_BYTES: Final = 1024 * 1024
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe would otherwise wait for a writer."""

_LOG: Final = logging.getLogger("ghl_notebook.auth")


class FileStore:
    """A folder with one file for each credential.

    The folder is 0700 and a file 0600; wider permissions are narrowed. Links, and files of another
    user, are refused. A file is written under another name, synced, and then renamed. You may call
    each method from any thread.

    Parameters
    ----------
    folder : Path
        The folder, made when a credential is first written.
    cipher : KeyringCipher, optional
        Encrypts the files; their names and owners stay readable.
    """

    def __init__(self, folder: Path, cipher: KeyringCipher | None = None) -> None:
        self._folder = folder
        self._cipher = cipher

    @while_made
    def __repr__(self) -> str:
        return f"FileStore({str(self._folder)!r})"

    @property
    def folder(self) -> Path:
        """The folder, as given: two stores of one folder are equal."""
        return self._folder

    def load(self, key: Key) -> StoredCredential | None:
        """Return a credential, or None if there is none.

        Raises
        ------
        LogInAgainError
            If the keyring has lost the key that encrypted the credential.
        StorageError
            If the file cannot be read, is damaged, or is accessible to other users.
        """
        path = self._path(key)
        text = self._read(path)
        if text is None:
            return None
        credential = from_file(text, str(path), self._cipher)
        _check_name(credential.key, path)
        return credential

    @contextmanager
    def reserve(self, key: Key) -> Iterator[Reservation]:
        """Reserve disk space for a credential, so that writing it later cannot fail.

        Raises
        ------
        StorageError
            If the disk is full, the folder cannot be written to, or the keyring is locked.
        """
        target = self._path(key)
        self._make_folder()
        draft = self._draft(key)
        with said(f"{target} cannot be written"):
            with suppress(FileNotFoundError):
                draft.unlink()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
            descriptor = os.open(draft, flags, 0o600)
        reservation = Reservation(descriptor, draft, target, self._cipher)
        try:
            if self._cipher is not None:
                self._cipher.prepare()
            reservation.fill()
            yield reservation
        finally:
            reservation.close()

    def delete(self, key: Key) -> bool:
        """Delete a credential; tell whether there was one.

        Raises
        ------
        StorageError
            If the credential cannot be deleted; or, after the last one, the key in the keyring.
        """
        with said(f"{self._path(key)} cannot be deleted"):
            self._draft(key).unlink(missing_ok=True)  # a process was killed while writing
            try:
                self._path(key).unlink()
            except FileNotFoundError:
                return False
        if self._cipher is not None:
            self._cipher.delete_unused_key()
        return True

    def list(self) -> list[Key]:
        """Return the names of all credentials; files that cannot be read are logged and left out.

        The files stay encrypted: you can find and delete a login without the keyring.

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
                text = self._read(path)
                if text is not None:
                    key = key_in_file(text, str(path))
                    _check_name(key, path)
                    found.append(key)
            except StorageError as error:
                _LOG.warning("A stored credential is left out: %s", error)
        return found

    def has_pending(self, key: Key) -> bool:
        """Tell whether the last refresh ended between request and write. Call under the lock."""
        return self._draft(key).exists()

    def lock_path(self, key: Key) -> Path:
        """Return the file whose lock a refresh holds.

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

    def _read(self, path: Path) -> Secret | None:
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
                return Secret(file.read(_MAX_FILE_BYTES).decode(errors="surrogateescape"))


class Reservation:
    """Disk space for the next pair, reserved before the token request."""

    def __init__(
        self, descriptor: int, draft: Path, target: Path, cipher: KeyringCipher | None
    ) -> None:
        self._descriptor, self._draft, self._target = descriptor, draft, target
        self._cipher = cipher
        self._keeps_draft = False
        self._pid = os.getpid()

    def fill(self) -> None:
        """Write and sync as many bytes as a credential may have, so that a full disk fails now."""
        with said(f"{self._target} cannot be written"):
            self._write(Secret(" " * _ROOM))

    def write(self, credential: StoredCredential) -> None:
        """Store a credential completely and on disk, or not at all."""
        # The file keeps its blanks behind the text, so that writing needs no further space.
        text = Secret(to_file(credential, self._cipher).reveal().ljust(_ROOM))
        with said(f"{self._target} cannot be written"):
            self._write(text)
            if os.name == "nt":  # an open file cannot be renamed there
                os.close(self._descriptor)
                self._descriptor = -1
            self._draft.replace(self._target)
            _sync_folder(self._target.parent)

    def mark_pending(self) -> None:
        """Leave the draft behind, as a killed process does: the answer may be lost."""
        self._keeps_draft = True

    def close(self) -> None:
        """Remove the draft."""
        with suppress(OSError):
            if self._descriptor >= 0:
                os.close(self._descriptor)
        # A forked process drops its copy of this object at exit; the draft belongs to its parent.
        if not self._keeps_draft and self._pid == os.getpid():
            with suppress(OSError):
                self._draft.unlink()

    def _write(self, text: Secret) -> None:
        content = text.reveal().encode()
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        written = 0
        while written < len(content):  # a disk that is almost full writes a part
            written += os.write(self._descriptor, content[written:])
        os.fsync(self._descriptor)


def _check_name(key: Key, path: Path) -> None:
    if path.stem != key.name:
        raise StorageError(f"{path} has the name of another credential.", "Delete it.")


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can read, or narrow an existing folder's permissions.

    Raises
    ------
    StorageError
        If the folder cannot be made, is a link, or belongs to another user.
    """
    with said(f"The folder {folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_folder(folder)


def _check_folder(folder: Path) -> None:
    check_owner(folder.lstat(), folder, stat.S_ISDIR)
    if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) != 0o700:
        folder.chmod(0o700)


def check_owner(status: os.stat_result, path: Path, is_kind: object) -> None:
    """Refuse a link, and a file or folder of another user.

    Raises
    ------
    StorageError
        If the path is a link, or belongs to another user.
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
    """Make the new name survive a power cut; some systems cannot open a folder."""
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
        raise_without_context(  # its frames hold the text to write
            StorageError(
                f"{what}: {reason}.",
                "Make room or set its permissions, or name another folder in GHL_CREDENTIALS_DIR.",
            )
        )


@contextmanager
def lock_errors(path: Path, seconds: float) -> Iterator[None]:
    """Turn an error of a lock into a `StorageError`."""
    try:
        yield
    except (Timeout, OSError, NotImplementedError) as error:
        words = f"{path} cannot be locked: {getattr(error, 'strerror', None) or error}."
        if isinstance(error, Timeout):
            words = f"{path} has been locked by another process for {seconds:g} s."
        raise_without_context(
            StorageError(
                words,
                "End that process, check the folder's permissions, or name another folder in "
                "GHL_CREDENTIALS_DIR.",
            )
        )
