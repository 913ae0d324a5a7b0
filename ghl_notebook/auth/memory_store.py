"""Credentials that last as long as the process: what can be asked for again at any time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .file_store import FileStore
from .store import Key, StoredCredential


class MemoryStore:
    """Keeps location tokens where their agency's login is in a keyring, which is not for thousands.

    Parameters
    ----------
    folder : Path
        For the locks: other processes ask for the same tokens.
    """

    def __init__(self, folder: Path) -> None:
        self._locks = FileStore(folder)
        self._lock = threading.Lock()
        self._kept: dict[Key, StoredCredential] = {}

    def __repr__(self) -> str:
        return "MemoryStore()"

    @property
    def folder(self) -> Path:
        """As given."""
        return self._locks.folder

    def load(self, key: Key) -> StoredCredential | None:
        """Return a credential, or None if there is none."""
        with self._lock:
            return self._kept.get(key)

    @contextmanager
    def place(self, key: Key) -> Iterator[_Shelf]:  # noqa: ARG002 - as every store
        """Nothing has to be made room for."""
        yield _Shelf(self)

    def keep(self, credential: StoredCredential) -> None:
        """Keep a credential."""
        with self._lock:
            self._kept[credential.key] = credential

    def delete(self, key: Key) -> bool:
        """Forget a credential; tell whether there was one."""
        with self._lock:
            return self._kept.pop(key, None) is not None

    def list(self) -> list[Key]:
        """Name all credentials."""
        with self._lock:
            return list(self._kept)

    def was_interrupted(self, key: Key) -> bool:  # noqa: ARG002 - as every store
        """Memory does not outlive a process."""
        return False

    def lock_path(self, key: Key) -> Path:
        """Return the file whose lock a renewal holds."""
        return self._locks.lock_path(key)


class _Shelf:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def write(self, credential: StoredCredential) -> None:
        self._store.keep(credential)

    def leave_mark(self) -> None:
        """Memory does not outlive a process."""
