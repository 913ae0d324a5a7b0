"""Credentials in the system's keyring: never in one that is none, and whole whatever happens."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import keyring
import pytest
from keyring.backends import chainer, fail, null

from ghl_notebook.auth.file_store import FileStore
from ghl_notebook.auth.keyring_store import KeyringStore, open_store
from ghl_notebook.auth.logins import Stores
from ghl_notebook.auth.store import StoredCredential
from ghl_notebook.errors import StorageError
from tests.auth.test_file_store import SECRETS, make, shown


class KilledError(BaseException):
    """Stands for the end of the process."""


class Backend:
    """A keyring in memory."""

    longest = 1_000_000

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.writes = 0
        self.dies_at: int | None = None
        self.died = False

    def get_password(self, service: str, username: str) -> str | None:
        """Return a value."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a value."""
        self._step()
        if len(password) > self.longest:
            raise ValueError(f"too long: {password}")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget a value."""
        self._step()
        del self.kept[service, username]

    def _step(self) -> None:
        if self.writes == self.dies_at:
            self.died = True
            raise KilledError
        self.writes += 1


class Short(Backend):
    """A keyring that takes 1200 characters, as that of Windows."""

    longest = 1200


class Failing(Backend):
    """A keyring that is locked, or not there any more."""

    def get_password(self, service: str, username: str) -> str | None:
        """Fail."""
        raise RuntimeError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Fail, and be talkative about it."""
        raise RuntimeError(f"locked: {password}")


class ReadOnly(Backend):
    """A keyring that is locked for writing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Fail, and be talkative about it."""
        raise RuntimeError(f"locked: {password}")


LONG = "long-access-token" * 150


def long(number: int = 0) -> StoredCredential:
    """Make a credential that takes several entries of 1200 characters."""
    return make(access_token=f"{LONG}{number}")  # type: ignore[no-any-return]


def write(store: KeyringStore, credential: StoredCredential) -> None:
    """Keep a credential."""
    with store.place(credential.key) as place:
        place.write(credential)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of names."""
    return tmp_path / "credentials"


@pytest.mark.parametrize(("kind", "longest"), [(Backend, None), (Short, 1200)])
def test_what_was_stored_comes_back(folder: Path, kind: type[Backend], longest: int | None) -> None:
    """Long and short, and one in the place of the other."""
    store = KeyringStore(kind(), folder, longest=longest)
    for credential in (make(), long(), long(1), make(), replace(make(), refused_at=None)):
        write(store, credential)
        assert store.load(credential.key) == credential
        assert store.list() == [credential.key]


def test_no_secret_is_in_the_folder(folder: Path) -> None:
    """It holds names and locks."""
    store = KeyringStore(Backend(), folder)
    with store.place(make().key) as place:
        place.write(make())
        contents = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"65a1-client" in contents
    assert not [secret for secret in SECRETS if secret.encode() in contents]


def test_a_credential_is_forgotten(folder: Path) -> None:
    """Nothing of it stays in the keyring, nor its name."""
    backend = Short()
    store = KeyringStore(backend, folder, longest=1200)
    write(store, long())
    assert len(backend.kept) > 2
    assert store.delete(long().key) is True
    assert backend.kept == {}
    assert store.list() == []
    assert store.delete(long().key) is False


def test_a_renewal_leaves_nothing_of_the_old_one(folder: Path) -> None:
    """The parts of the one before are forgotten."""
    backend = Short()
    store = KeyringStore(backend, folder, longest=1200)
    write(store, long())
    entries = len(backend.kept)
    for number in range(5):
        write(store, long(number))
        assert len(backend.kept) == entries
    write(store, make())
    assert len(backend.kept) == 1


@pytest.mark.parametrize("after", [long(2), make()], ids=["long", "short"])
def test_a_kill_between_the_parts_leaves_the_old_or_the_new_one(
    folder: Path, after: StoredCredential
) -> None:
    """Never half of both; and the next renewal clears up what was left."""
    backend = Short()
    store = KeyringStore(backend, folder, longest=1200)
    write(store, long(1))
    entries = len(backend.kept)
    step, died = 0, True
    while died:
        backend.dies_at, backend.writes, backend.died = step, 0, False
        with suppress(StorageError):
            write(store, after)
        died, backend.dies_at = backend.died, None
        step += 1
        assert store.load(after.key) in (long(1), after)
        write(store, long(1))
        assert store.load(after.key) == long(1)
        assert len(backend.kept) == entries
    assert step > 6


def test_a_reader_waits_out_the_switch_to_the_next_one(folder: Path) -> None:
    """Who reads without the lock may meet an entry whose parts are just being taken away."""

    class Switching(Short):
        def get_password(self, service: str, username: str) -> str | None:
            value = super().get_password(service, username)
            if self.dies_at == -1 and value is not None and "parts" in value:
                self.dies_at = None
                write(KeyringStore(self, folder, longest=1200), long(2))
            return value

    backend = Switching()
    store = KeyringStore(backend, folder, longest=1200)
    write(store, long(1))
    backend.dies_at = -1
    assert store.load(long().key) == long(2)


def test_an_entry_that_lost_a_part_is_an_error(folder: Path) -> None:
    """It says what to do, and a new login heals it."""
    backend = Short()
    store = KeyringStore(backend, folder, longest=1200)
    write(store, long())
    del backend.kept[next(name for name in backend.kept if name[1].endswith(".1"))]
    with pytest.raises(StorageError, match=r"keyring is damaged\."):
        store.load(long().key)
    write(store, make())
    assert store.load(make().key) == make()


def test_a_keyring_that_fails_is_an_error(folder: Path) -> None:
    """With a way out, and without what was to be written."""
    store = KeyringStore(Failing(), folder)
    with pytest.raises(StorageError, match=r"Unlock it, or .* GHL_CREDENTIALS_DIR") as caught:
        store.load(make().key)
    assert caught.value.__context__ is None


def test_a_keyring_that_is_read_only_shows_before_anything_is_asked_for(folder: Path) -> None:
    """As a full disk does."""
    store = KeyringStore(ReadOnly(), folder)
    room = store.place(make().key)
    with pytest.raises(StorageError, match="cannot be written"):
        room.__enter__()
    assert not store.was_interrupted(make().key)


def test_no_error_holds_a_secret(folder: Path) -> None:
    """Not even one of a backend that quotes what it was given."""
    backend = Short()
    store = KeyringStore(backend, folder)  # not told how much it takes
    with store.place(make().key) as place, pytest.raises(StorageError) as caught:
        place.write(long())
    assert "in write" in shown(caught.value)
    assert LONG[:20] not in shown(caught.value)
    assert SECRETS[1] not in shown(caught.value)
    write(KeyringStore(backend, folder, longest=1200), long())
    name = next(name for name in backend.kept if name[1].endswith(".0"))
    backend.kept[name] = backend.kept[name].replace('"format":1', '"format":0')
    with pytest.raises(StorageError) as caught:
        store.load(long().key)
    assert LONG[:20] not in shown(caught.value)


def test_a_process_that_died_is_noticed(folder: Path) -> None:
    """By the draft in the folder, as with files."""
    store = KeyringStore(Backend(), folder)
    with store.place(make().key) as place:
        place.leave_mark()
    assert store.was_interrupted(make().key)
    write(store, make())
    assert not store.was_interrupted(make().key)


# Which keyring it is.


def of_module(name: str) -> Any:
    """Return a backend of a module of this name."""
    return type("Keyring", (Backend,), {"__module__": name})()


@pytest.fixture
def set_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Have the package keyring find this one."""

    def use(backend: Any) -> None:
        monkeypatch.setattr(keyring, "get_keyring", lambda: backend)

    return use  # type: ignore[return-value]


@pytest.mark.parametrize(
    "name",
    [
        "keyring.backends.macOS",
        "keyring.backends.Windows",
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
    ],
)
def test_a_systems_keyring_is_used(folder: Path, name: str, set_keyring: Any) -> None:
    """Those that encrypt; location tokens stay in memory then."""
    set_keyring(of_module(name))
    stores = Stores.open(folder, keyring=True)
    assert isinstance(stores.logins, KeyringStore)
    assert stores.minted.place is stores.minted
    write(stores.logins, long())
    assert stores.logins.load(long().key) == long()


@pytest.mark.parametrize(
    "name",
    [
        "keyrings.alt.file",
        "keyrings.alt.Gnome",
        "keyring.backends.kwallet.plain",
        "my.keyring.backends.macOS",
        "keyrings.cryptfile.cryptfile",
    ],
)
def test_plaintext_in_disguise_is_not_used(folder: Path, name: str, set_keyring: Any) -> None:
    """A file of ours is better guarded."""
    set_keyring(of_module(name))
    stores = Stores.open(folder, keyring=True)
    assert isinstance(stores.logins, FileStore)
    assert stores.minted.place == folder / "minted.sqlite"


@pytest.mark.parametrize("backend", [null.Keyring, fail.Keyring])
def test_no_keyring_at_all(folder: Path, backend: Any, set_keyring: Any) -> None:
    """The package has stand-ins, which keep nothing."""
    set_keyring(backend())
    assert isinstance(open_store(folder, keyring=True), FileStore)


@pytest.mark.parametrize(
    ("names", "is_used"),
    [
        (["keyrings.alt.file", "keyring.backends.SecretService"], True),
        (["keyrings.alt.file"], False),
        ([], False),
    ],
)
def test_of_a_chain_the_sound_one_is_used(
    folder: Path, names: list[str], is_used: bool, set_keyring: Any
) -> None:
    """The package chains all that it finds."""
    chain = type(
        "ChainerBackend", (), {"__module__": chainer.__name__, "backends": map(of_module, names)}
    )
    set_keyring(chain())
    store = open_store(folder, keyring=True)
    assert isinstance(store, KeyringStore) == is_used


def test_a_keyring_that_cannot_be_found_out_about(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its backends raise what they like."""

    def fail_at_it() -> None:
        raise RuntimeError("no D-Bus")

    monkeypatch.setattr(keyring, "get_keyring", fail_at_it)
    assert isinstance(open_store(folder, keyring=True), FileStore)


def test_a_folder_that_was_named_is_used(folder: Path, set_keyring: Any) -> None:
    """The user has decided; the keyring is not even looked for."""
    unused = ModuleType("keyring")
    before = sys.modules["keyring"]
    sys.modules["keyring"] = unused
    try:
        assert isinstance(open_store(folder, keyring=False), FileStore)
    finally:
        sys.modules["keyring"] = before
