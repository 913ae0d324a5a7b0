"""Credentials in the system's keyring, where there is one that deserves the name."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from ghl_notebook.errors import StorageError

from .file_store import FileStore
from .store import Key, Place, Store, StoredCredential, from_json, to_json

_SERVICE: Final = "ghl_notebook"

# Those of the operating systems. Others keep the value in a plain file (keyrings.alt), or nowhere.
_SOUND: Final = frozenset(
    f"keyring.backends.{name}"
    for name in ("macOS", "Windows", "SecretService", "libsecret", "kwallet")
)
# Windows refuses values above 2560 bytes, and counts two for a character.
_LONGEST: Final = {"keyring.backends.Windows": 1200}


class Backend(Protocol):
    """What a backend of the package ``keyring`` can do."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a value."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a value."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget a value."""
        ...


class KeyringStore:
    """The system's keyring; a folder beside it holds names and locks, but no secret.

    Parameters
    ----------
    backend : Backend
        The keyring.
    folder : Path
        Where the names are kept: a keyring cannot list what it has.
    longest : int, optional
        Characters that one entry may have. A longer credential takes several, and is switched to by
        one write when all of them are there.
    """

    def __init__(self, backend: Backend, folder: Path, *, longest: int | None = None) -> None:
        self._backend = backend
        self._names = _Names(folder)
        self._longest = longest

    def __repr__(self) -> str:
        return f"KeyringStore({type(self._backend).__name__})"

    def load(self, key: Key) -> StoredCredential | None:
        """Return a credential, or None if there is none.

        Raises
        ------
        StorageError
            If the keyring is locked or fails, or the entry is damaged.
        """
        text = self._get(key.name)
        head = _head(text)
        if head is not None:
            parts = [self._get(_part(key, head["generation"], n)) for n in range(head["parts"])]
            text = "".join(part or "" for part in parts)
        return None if text is None else from_json(text, "the system's keyring")

    @contextmanager
    def place(self, key: Key) -> Iterator[Place]:
        """Make sure that the keyring takes a credential, before one is asked for.

        Raises
        ------
        StorageError
            If it does not.
        """
        with self._names.place(key):
            with _said("The system's keyring cannot be written"):
                self._backend.set_password(_SERVICE, f"{key.name}.draft", "-")
            try:
                yield _Entry(self, key)
            finally:
                self._forget(f"{key.name}.draft")

    def write(self, credential: StoredCredential) -> None:
        """Keep a credential; the entry that leads to it is written last."""
        key, text = credential.key, to_json(credential).decode()
        before = _head(self._get(key.name))
        with _said("The system's keyring cannot be written"):
            if self._longest is None or len(text) <= self._longest:
                self._backend.set_password(_SERVICE, key.name, text)
            else:
                size = self._longest
                parts = [text[i : i + size] for i in range(0, len(text), size)]
                generation = secrets.token_hex(4)
                for number, part in enumerate(parts):
                    self._backend.set_password(_SERVICE, _part(key, generation, number), part)
                head = json.dumps({"parts": len(parts), "generation": generation})
                self._backend.set_password(_SERVICE, key.name, head)
        self._names.write(key)
        self._forget_parts(key, before)

    def delete(self, key: Key) -> bool:
        """Forget a credential; tell whether there was one.

        Raises
        ------
        StorageError
            If the keyring fails.
        """
        text = self._get(key.name)
        if text is not None:
            with _said("The entry of the system's keyring cannot be deleted"):
                self._backend.delete_password(_SERVICE, key.name)
        self._forget_parts(key, _head(text))
        self._names.delete(key)
        return text is not None

    def list(self) -> list[Key]:
        """Name all credentials.

        Raises
        ------
        StorageError
            If the folder of names cannot be read.
        """
        return self._names.list()

    def was_interrupted(self, key: Key) -> bool:
        """Tell whether a process has died between making room and writing. Ask under the lock."""
        return self._names.was_interrupted(key)

    def lock_path(self, key: Key) -> Path:
        """Return the file whose lock a renewal holds."""
        return self._names.lock_path(key)

    def _get(self, name: str) -> str | None:
        with _said("The system's keyring cannot be read"):
            return self._backend.get_password(_SERVICE, name)

    def _forget(self, name: str) -> None:
        with suppress(StorageError), _said("not deleted"):
            self._backend.delete_password(_SERVICE, name)

    def _forget_parts(self, key: Key, head: dict[str, Any] | None) -> None:
        for number in range(head["parts"] if head else 0):
            self._forget(_part(key, head["generation"] if head else "", number))


class _Entry:
    """The room in a keyring for one credential."""

    def __init__(self, store: KeyringStore, key: Key) -> None:
        self._store, self._key = store, key

    def write(self, credential: StoredCredential) -> None:
        """Keep a credential: whole, or not at all."""
        self._store.write(credential)


class _Names(FileStore):
    """The names of the credentials in a keyring, as files without a secret."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._own = folder

    def write(self, key: Key) -> None:
        """Add a name."""
        path = self._own / f"{key.name}.name"
        with _said(f"{path} cannot be written"):
            path.write_text(json.dumps([key.base_url, key.client_id, key.subject]), "utf-8")

    def delete(self, key: Key) -> bool:
        """Take a name out."""
        with _said("The name of a credential cannot be deleted"):
            (self._own / f"{key.name}.name").unlink(missing_ok=True)
        return True

    def list(self) -> list[Key]:
        """Return all names."""
        found = []
        with _said(f"{self._own} cannot be read"):
            for path in sorted(self._own.glob("*.name")) if self._own.is_dir() else []:
                with suppress(ValueError, TypeError):
                    found.append(Key(*json.loads(path.read_text("utf-8"))))
        return found


def open_store(folder: Path, *, keyring: bool) -> Store:
    """Return the store to use: the system's keyring, else a folder.

    Parameters
    ----------
    folder : Path
        The folder, or where the names of what is in the keyring are kept.
    keyring : bool
        False leaves the keyring out: the user has named a folder.
    """
    backend = _find_backend() if keyring else None
    if backend is None:
        return FileStore(folder)
    return KeyringStore(backend, folder, longest=_LONGEST.get(type(backend).__module__))


def _find_backend() -> Backend | None:
    import keyring

    with suppress(StorageError), _said("no keyring"):
        found: Any = keyring.get_keyring()
        if type(found).__module__ == "keyring.backends.chainer":
            found = next(iter(found.backends), None)
        return found if type(found).__module__ in _SOUND else None
    return None


def _part(key: Key, generation: str, number: int) -> str:
    return f"{key.name}.{generation}.{number}"


def _head(text: str | None) -> dict[str, Any] | None:
    """Return what leads to the parts of a credential, where the entry is not all of it."""
    with suppress(ValueError):
        head = json.loads(text or "null")
        if isinstance(head, dict) and "parts" in head:
            return head
    return None


@contextmanager
def _said(what: str) -> Iterator[None]:
    failure = None
    try:
        yield
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - each backend raises errors of its own system
        failure = StorageError(
            f"{what} ({type(error).__name__}).",
            "Unlock it, or name a folder to use instead in GHL_CREDENTIALS_DIR.",
        )
    if failure is not None:
        raise failure  # out here: the backend's frames hold what was to be written
