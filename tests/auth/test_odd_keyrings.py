"""A keyring that hangs, forgets, or raises what no library should: an error of ours, and soon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import keyring
import pytest

from ghl_notebook.auth import keyring_backend
from ghl_notebook.auth.file_store import FileStore
from ghl_notebook.auth.keyring_cipher import KeyringCipher
from ghl_notebook.auth.login_store import Stores
from ghl_notebook.errors import LogInAgainError, StorageError
from tests.auth.keyrings import MemoryKeyring
from tests.auth.test_file_store import SECRETS, make, shown, write

SOON = 0.05
"""Seconds that a keyring has here."""
METHODS = ("get_password", "set_password", "delete_password")


class LoudError(Exception):
    """An error that repeats what it was given, and cannot show itself."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


RAISED: list[type[BaseException]] = [
    SystemExit,
    KeyboardInterrupt,
    GeneratorExit,
    LoudError,
    MemoryError,
]


def doing(method: str, act: Callable[..., Any]) -> MemoryKeyring:
    """Make a keyring that does something else in one of its methods."""
    return type("Odd", (MemoryKeyring,), {method: act})()


def open_store(backend: MemoryKeyring, folder: Path, *, patience: float | None = None) -> FileStore:
    """Open the logins in a folder that are encrypted with a key in a keyring."""
    return FileStore(folder, KeyringCipher(backend, folder, patience=patience))


def use(store: FileStore) -> None:
    """Do all that a store is for."""
    write(store, make())
    assert store.load(make().key) == make()
    store.delete(make().key)


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("method", METHODS)
def test_whatever_a_keyring_raises_is_a_storage_error(
    tmp_path: Path, method: str, kind: type[BaseException]
) -> None:
    """Nor does it end the process; of its words nothing is repeated."""

    def fails(*arguments: object) -> None:
        raise kind(*arguments)

    with pytest.raises(StorageError, match=f"{kind.__name__}.*GHL_CREDENTIALS_DIR") as caught:
        use(open_store(doing(method, fails), tmp_path / "credentials"))
    assert not any(secret in shown(caught.value) for secret in SECRETS)


@pytest.mark.parametrize("value", [b"bytes", 5, object(), ["list"], True])
def test_a_keyring_that_returns_no_text_is_a_storage_error(tmp_path: Path, value: object) -> None:
    """Before anything is asked for."""
    store = open_store(doing("get_password", lambda *_: value), tmp_path / "credentials")
    with pytest.raises(StorageError, match="cannot be read"), store.reserve(make().key):
        pytest.fail("there is no space")


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "no base64!", "AAAA", "A" * 43, "é" * 44, "\udcff", "A" * 10_000]
)
def test_an_entry_of_somebody_else_is_a_lost_key(tmp_path: Path, text: str) -> None:
    """It is no key: a login is asked for, which writes a key in its place."""
    backend = MemoryKeyring()
    store = open_store(backend, tmp_path / "credentials")
    write(store, make())
    backend.kept = dict.fromkeys(backend.kept, text)
    store = open_store(backend, tmp_path / "credentials")
    with pytest.raises(LogInAgainError, match="no longer in the system's keyring"):
        store.load(make().key)
    write(store, make())
    assert store.load(make().key) == make()


def test_a_keyring_that_keeps_nothing_is_found_out_before_anything_is_asked_for(
    tmp_path: Path,
) -> None:
    """A refresh token can be used once: its successor must not be lost."""
    store = open_store(doing("set_password", lambda *_: None), tmp_path / "credentials")
    with pytest.raises(StorageError, match="does not return"), store.reserve(make().key):
        pytest.fail("there is no space")


def test_a_keyring_that_keeps_something_else_is_found_out(tmp_path: Path) -> None:
    """A key that is written is read back, all of it, before anything is encrypted with it."""
    kept = MemoryKeyring()

    def cut(_: object, service: str, username: str, password: str) -> None:
        kept.set_password(service, username, password[:20])

    odd = doing("set_password", cut)
    odd.kept = kept.kept
    store = open_store(odd, tmp_path / "credentials")
    with pytest.raises(StorageError, match="does not return"):
        write(store, make())
    assert store.list() == []


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What a keyring waits for that hangs; at the end of the test it comes."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("method", METHODS)
def test_a_keyring_that_hangs_is_given_up(
    tmp_path: Path, never: threading.Event, method: str
) -> None:
    """And not asked again while it does: that would cost a thread each time."""
    asked = []

    def hangs(*_: object) -> None:
        asked.append(1)
        never.wait()

    store = open_store(doing(method, hangs), tmp_path / "credentials", patience=SOON)
    with pytest.raises(StorageError, match=r"no answer in|not answered"):
        use(store)
    for _ in range(3):
        with pytest.raises(StorageError, match="has not answered before"):
            write(store, make())
    assert len(asked) == 1


def test_a_keyring_that_answers_again_is_asked_again(
    tmp_path: Path, never: threading.Event
) -> None:
    """Its user was away, and has unlocked it."""

    def waits(backend: MemoryKeyring, service: str, username: str) -> str | None:
        never.wait()
        return MemoryKeyring.get_password(backend, service, username)

    store = open_store(doing("get_password", waits), tmp_path / "x", patience=SOON)
    with pytest.raises(StorageError, match="no answer"):
        write(store, make())
    never.set()
    assert store._cipher is not None
    stuck = store._cipher._keyring._stuck
    assert stuck is not None
    stuck.join()
    write(store, make())
    assert store.list() == [make().key]


def test_looking_for_a_keyring_does_not_take_for_ever(
    tmp_path: Path, never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no folder is used instead: a login that is in the keyring would seem to be gone."""
    monkeypatch.setattr(keyring_backend, "PATIENCE", SOON)
    monkeypatch.setattr(keyring, "get_keyring", never.wait)
    with pytest.raises(StorageError, match=r"cannot be found.*GHL_CREDENTIALS_DIR"):
        Stores.open(tmp_path, keyring=True)


@pytest.mark.parametrize("kind", RAISED)
def test_where_looking_for_a_keyring_fails_there_is_none(
    tmp_path: Path, kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then a folder is used, as on a computer without one."""

    def fails() -> ModuleType:
        raise kind("x")

    monkeypatch.setattr(keyring, "get_keyring", fails)
    assert Stores.open(tmp_path, keyring=True).logins._cipher is None
