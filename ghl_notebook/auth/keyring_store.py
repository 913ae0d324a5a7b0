"""Credentials in the system's keyring, where there is one that deserves the name."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from ghl_notebook.errors import StorageError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .apart import UnansweredError, within
from .file_store import FileStore, said
from .store import Key, Place, Store, StoredCredential, from_json, to_json

_SERVICE: Final = "ghl_notebook"

# Those of the operating systems. Others keep the value in a plain file (keyrings.alt), or nowhere.
_SOUND: Final = frozenset(
    f"keyring.backends.{name}"
    for name in ("macOS", "Windows", "SecretService", "libsecret", "kwallet")
)
# Windows refuses values above 2560 bytes, and counts two for a character.
_LONGEST: Final = {"keyring.backends.Windows": 1200}
_MOST_PARTS: Final = 100
_TRIES: Final = 5
PATIENCE: Final = 60.0
_ADVICE: Final = "Unlock it, or name a folder to use instead in GHL_CREDENTIALS_DIR."

T = TypeVar("T")


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
    patience : float
        Seconds that the keyring has for one answer: it may ask its user for a password meanwhile.
    """

    def __init__(
        self,
        backend: Backend,
        folder: Path,
        *,
        longest: int | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._backend = backend
        self._keyring = _Keyring(patience)
        self._names = _Names(folder)
        self._longest = longest

    @while_made
    def __repr__(self) -> str:
        return f"KeyringStore({type(self._backend).__name__})"

    @property
    def folder(self) -> Path:
        """As given."""
        return self._names.folder

    def load(self, key: Key) -> StoredCredential | None:
        """Return a credential, or None if there is none.

        Raises
        ------
        StorageError
            If the keyring is locked or fails, or the entry is damaged.
        """
        text = None
        for _ in range(_TRIES):
            text = self._get(key.name)
            head = _head(text)
            if head is None:
                break
            names = [_part(key, head["generation"], n) for n in range(head["parts"])]
            parts = [part for part in map(self._get, names) if part is not None]
            whole = len(parts) == len(names)
            text = Secret("".join(part.reveal() for part in parts) if whole else "")
            if whole:
                break
            # Another process has switched to the next one meanwhile, and taken this away.
        return None if text is None else from_json(text, "the system's keyring")

    @contextmanager
    def place(self, key: Key) -> Iterator[Place]:
        """Make sure that the keyring takes a credential, before one is asked for.

        Raises
        ------
        StorageError
            If it does not.
        """
        with self._names.place(key) as mark:
            self._clear(key)  # what a process left that was killed between the parts
            self._set(_draft(key), Secret("[]"))
            try:
                yield _Entry(self, key, mark)
            finally:
                with suppress(StorageError):
                    self._clear(key)
                self._forget(_draft(key))

    def write(self, credential: StoredCredential) -> None:
        """Keep a credential; the entry that leads to it is written last."""
        key, text = credential.key, to_json(credential)
        before, head = _head(self._get(key.name)), None
        parts, generation = _cut(text, self._longest), secrets.token_hex(4)
        if len(parts) > 1:
            head = {"parts": len(parts), "generation": generation}
            text = Secret(json.dumps(head))
        if before or head:
            heads = json.dumps([h for h in (before, head) if h])
            self._set(_draft(key), Secret(heads))
        for number, part in enumerate(parts if head else []):
            self._set(_part(key, generation, number), part)
        self._set(key.name, text)
        self._names.write(key)

    def delete(self, key: Key) -> bool:
        """Forget a credential; tell whether there was one.

        Raises
        ------
        StorageError
            If the keyring fails.
        """
        text = self._get(key.name)
        if text is not None:
            self._delete(key.name)
        self._forget_parts(key, _head(text))
        self._clear(key)
        self._forget(_draft(key))
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
        """Tell whether the last renewal ended between asking and writing. Ask under the lock."""
        return self._names.was_interrupted(key)

    def lock_path(self, key: Key) -> Path:
        """Return the file whose lock a renewal holds."""
        return self._names.lock_path(key)

    def _get(self, name: str) -> Secret | None:
        def get() -> Secret | None:
            text = self._backend.get_password(_SERVICE, name)
            return None if text is None else Secret(text)

        return self._keyring.ask("The system's keyring cannot be read", get)

    def _set(self, name: str, text: Secret) -> None:
        self._keyring.ask(
            "The system's keyring cannot be written",
            lambda: self._backend.set_password(_SERVICE, name, text.reveal()),
        )
        if self._get(name) != text:
            raise StorageError("The system's keyring does not keep what is written to it.", _ADVICE)

    def _delete(self, name: str) -> None:
        self._keyring.ask(
            "The entry of the system's keyring cannot be deleted",
            lambda: self._backend.delete_password(_SERVICE, name),
        )

    def _clear(self, key: Key) -> None:
        """Forget the parts that no entry leads to; the draft names all that there may be."""
        draft = self._get(_draft(key))
        if draft is None:
            return
        current = _head(self._get(key.name))
        with suppress(ValueError, TypeError, KeyError):
            for head in json.loads(draft.reveal()):
                if head != current:
                    self._forget_parts(key, head)

    def _forget(self, name: str) -> None:
        with suppress(StorageError):
            self._delete(name)

    def _forget_parts(self, key: Key, head: dict[str, Any] | None) -> None:
        for number in range(head["parts"] if head else 0):
            self._forget(_part(key, head["generation"] if head else "", number))


class _Entry:
    """The room in a keyring for one credential."""

    def __init__(self, store: KeyringStore, key: Key, mark: Place) -> None:
        self._store, self._key, self._mark = store, key, mark

    def write(self, credential: StoredCredential) -> None:
        """Keep a credential: whole, or not at all."""
        self._store.write(credential)

    def leave_mark(self) -> None:
        """Let `KeyringStore.was_interrupted` tell."""
        self._mark.leave_mark()


class _Names(FileStore):
    """The names of the credentials in a keyring, as files without a secret."""

    def write(self, key: Key) -> None:
        """Add a name."""
        path, name = self._name(key), [key.base_url, key.client_id, key.subject]
        with said(f"{path} cannot be written"):
            if not path.exists():  # a renewal needs no room for it
                draft = path.with_suffix(".new")
                draft.write_text(json.dumps(name), "utf-8")
                draft.replace(path)

    def delete(self, key: Key) -> bool:
        """Take a name out."""
        with said(f"{self._name(key)} cannot be deleted"):
            self._name(key).unlink(missing_ok=True)
        return True

    def list(self) -> list[Key]:
        """Return all names."""
        found = []
        with said(f"{self.folder} cannot be read"):
            for path in sorted(self.folder.glob("*.name")) if self.folder.is_dir() else []:
                with suppress(ValueError, TypeError):
                    found.append(Key(*json.loads(path.read_text("utf-8"))))
        return found

    def _name(self, key: Key) -> Path:
        return self.folder / f"{key.name}.name"


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
    def find() -> Backend | None:
        import keyring

        found: Any = keyring.get_keyring()
        is_chain = type(found).__module__ == "keyring.backends.chainer"
        chain = found.backends if is_chain else [found]
        return next((one for one in chain if type(one).__module__ in _SOUND), None)

    try:
        return within(PATIENCE, find)
    except UnansweredError as error:
        if error.thread.is_alive():
            # Not a folder instead: a login that is in the keyring would seem to be gone.
            raise StorageError(
                f"The system's keyring cannot be found ({error}).", _ADVICE
            ) from None
        return None  # each backend raises errors of its own system


def _draft(key: Key) -> str:
    return f"{key.name}.draft"


def _part(key: Key, generation: str, number: int) -> str:
    return f"{key.name}.{generation}.{number}"


def _cut(text: Secret, size: int | None) -> list[Secret]:
    whole = text.reveal()
    return [Secret(whole[i : i + size]) for i in range(0, len(whole), size)] if size else [text]


def _head(text: Secret | None) -> dict[str, Any] | None:
    """Return what leads to the parts of a credential, where the entry is not all of it."""
    if text is not None:
        with suppress(ValueError):
            head = json.loads(text.reveal())
            if isinstance(head, dict) and isinstance(head.get("generation"), str):
                parts = head.get("parts")
                return head if isinstance(parts, int) and 0 < parts <= _MOST_PARTS else None
    return None


class _Keyring:
    """Asks a keyring: each backend raises errors of its own system, or never answers."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._stuck: threading.Thread | None = None

    def ask(self, what: str, call: Callable[[], T]) -> T:
        """Return what a call returns, or raise a `StorageError` in bounded time."""
        # One that hangs is not asked again and again: each time would cost a thread.
        if self._stuck is not None and self._stuck.is_alive():
            kind = "it has not answered before"
        else:
            try:
                return within(self._patience, call)
            except UnansweredError as error:
                self._stuck, kind = error.thread, str(error)
        # Out here: the backend's frames, and its errors, may hold what was to be written.
        raise StorageError(f"{what} ({kind}).", _ADVICE)
