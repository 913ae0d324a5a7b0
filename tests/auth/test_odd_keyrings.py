"""A keyring that hangs, forgets, or raises what no library should: an error of ours, and soon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import keyring
import pytest

from ghl_notebook.auth import keyring_store
from ghl_notebook.auth.keyring_store import KeyringStore, open_store
from ghl_notebook.errors import StorageError
from tests.auth.test_file_store import SECRETS, make, shown
from tests.auth.test_keyring_store import Backend, write

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


def doing(method: str, act: Callable[..., Any]) -> Backend:
    """Make a keyring that does something else in one of its methods."""
    return type("Odd", (Backend,), {method: act})()


def use(store: KeyringStore) -> None:
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
        use(KeyringStore(doing(method, fails), tmp_path / "credentials"))
    assert not any(secret in shown(caught.value) for secret in SECRETS)


@pytest.mark.parametrize("value", [b"bytes", 5, object(), ["list"], True])
def test_a_keyring_that_returns_no_text_is_a_storage_error(tmp_path: Path, value: object) -> None:
    """Before anything is asked for."""
    store = KeyringStore(doing("get_password", lambda *_: value), tmp_path / "credentials")
    with pytest.raises(StorageError, match="cannot be read"):
        store.load(make().key)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", '{"parts": -1}', '{"parts": 1000000000, "generation": "x"}',
     '{"parts": "2", "generation": "x"}', '{"parts": 2, "generation": 5}', '{"parts": true}'],
)  # fmt: skip
def test_an_entry_of_somebody_else_is_damaged(tmp_path: Path, text: str) -> None:
    """It is not followed anywhere."""
    store = KeyringStore(doing("get_password", lambda *_: text), tmp_path / "credentials")
    with pytest.raises(StorageError, match="damaged"):
        store.load(make().key)


def test_a_keyring_that_keeps_nothing_is_found_out_before_anything_is_asked_for(
    tmp_path: Path,
) -> None:
    """A refresh token can be used once: its successor must not be lost."""
    store = KeyringStore(doing("set_password", lambda *_: None), tmp_path / "credentials")
    with pytest.raises(StorageError, match="does not keep"), store.place(make().key):
        pytest.fail("there is no room")


def test_a_keyring_that_keeps_something_else_is_found_out(tmp_path: Path) -> None:
    """What is written is read back, all of it."""
    kept = Backend()

    def cut(_: object, service: str, username: str, password: str) -> None:
        kept.set_password(service, username, password[:1200])

    odd = doing("set_password", cut)
    odd.kept = kept.kept
    store = KeyringStore(odd, tmp_path / "credentials")
    with pytest.raises(StorageError, match="does not keep"):
        write(store, make(access_token="a" * 3_000))
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

    store = KeyringStore(doing(method, hangs), tmp_path / "credentials", patience=SOON)
    with pytest.raises(StorageError, match=r"no answer in|not answered"):
        use(store)
    for _ in range(3):
        with pytest.raises(StorageError, match="has not answered before"):
            store.load(make().key)
    assert len(asked) == 1


def test_a_keyring_that_answers_again_is_asked_again(
    tmp_path: Path, never: threading.Event
) -> None:
    """Its user was away, and has unlocked it."""
    store = KeyringStore(
        doing("get_password", lambda *_: never.wait() and None), tmp_path / "x", patience=SOON
    )
    with pytest.raises(StorageError, match="no answer"):
        store.load(make().key)
    never.set()
    assert store._keyring._stuck is not None
    store._keyring._stuck.join()
    assert store.load(make().key) is None


def test_looking_for_a_keyring_does_not_take_for_ever(
    tmp_path: Path, never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no folder is used instead: a login that is in the keyring would seem to be gone."""
    monkeypatch.setattr(keyring_store, "PATIENCE", SOON)
    monkeypatch.setattr(keyring, "get_keyring", never.wait)
    with pytest.raises(StorageError, match=r"cannot be found.*GHL_CREDENTIALS_DIR"):
        open_store(tmp_path, keyring=True)


@pytest.mark.parametrize("kind", RAISED)
def test_where_looking_for_a_keyring_fails_there_is_none(
    tmp_path: Path, kind: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then a folder is used, as on a computer without one."""

    def fails() -> ModuleType:
        raise kind("x")

    monkeypatch.setattr(keyring, "get_keyring", fails)
    assert repr(open_store(tmp_path, keyring=True)).startswith("FileStore")
