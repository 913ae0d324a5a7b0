"""Tokens encrypted with a key in the system's keyring: never readable without it, never lost."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from types import ModuleType
from typing import Any

import keyring
import pytest
from keyring.backends import chainer, fail, null

from ghl_notebook import Client, log_out
from ghl_notebook.auth.file_store import FileStore
from ghl_notebook.auth.location_token_cache import LocationTokenCache
from ghl_notebook.auth.login_store import Stores
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import LogInAgainError, StorageError
from tests.auth import test_location_token_cache as cached
from tests.auth.bench import DAY, MINT, Bench, write_issued
from tests.auth.keyrings import ENTRY, MemoryKeyring, holds, open_stores
from tests.auth.test_file_store import SECRETS, make, shown, write


class Failing(MemoryKeyring):
    """A keyring that is locked, or not there any more."""

    def get_password(self, service: str, username: str) -> str | None:
        """Fail."""
        raise RuntimeError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Fail, and repeat what was to be written."""
        raise RuntimeError(f"locked: {password}")


class ReadOnly(MemoryKeyring):
    """A keyring that is locked for writing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Fail, and repeat what was to be written."""
        raise RuntimeError(f"locked: {password}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the files, which is not there yet."""
    return tmp_path / "credentials"


@pytest.fixture
def backend() -> MemoryKeyring:
    """A keyring without an entry."""
    return MemoryKeyring()


def open_store(folder: Path, backend: MemoryKeyring | None) -> FileStore:
    """Open the logins in a folder, as another process does."""
    return open_stores(folder, backend).logins


@pytest.fixture
def store(folder: Path, backend: MemoryKeyring) -> FileStore:
    """A store without a file."""
    return open_store(folder, backend)


def contents(folder: Path) -> bytes:
    """Return the bytes of all files in a folder."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


# What is stored.


def test_what_was_stored_comes_back(store: FileStore, folder: Path, backend: MemoryKeyring) -> None:
    """Every field of it, in this process and in another one, however long the token is."""
    long = make(access_token="long-access-token" * 900)
    for credential in (make(), long, replace(make(), refused_at=make().tokens.issued_at)):
        write(store, credential)
        assert store.load(credential.key) == credential
        assert open_store(folder, backend).load(credential.key) == credential
        assert store.list() == [credential.key]


def test_no_token_is_in_the_bytes_of_a_file(
    store: FileStore, folder: Path, backend: MemoryKeyring
) -> None:
    """Nor the app's secret, nor the key; whose login it is can be read."""
    with store.reserve(make().key) as reservation:
        reservation.write(make())
        found = contents(folder)
    assert b"65a1-client" in found
    assert b"sealed" in found
    assert not [one for one in (*SECRETS, backend.kept[ENTRY]) if holds(found, one)]


def test_the_keyring_holds_one_random_key_and_nothing_else(
    store: FileStore, folder: Path, backend: MemoryKeyring
) -> None:
    """However many logins there are, and each folder that is emptied gets a new one."""
    for number in range(3):
        write(store, make(f"location-{number}"))
        write(store, make(f"location-{number}"))
    assert set(backend.kept) == {ENTRY}
    assert len(base64.b64decode(backend.kept[ENTRY])) == 32
    for key in store.list():
        store.delete(key)
    write(store, make())
    assert len(set(backend.made)) == len(backend.made) == 2


def test_a_refresh_never_writes_the_same_bytes_twice(store: FileStore, folder: Path) -> None:
    """Each write has a nonce of its own, on which the cipher depends."""
    write(store, make())
    before = contents(folder)
    write(store, make())
    assert contents(folder) != before


def test_a_credential_is_deleted(store: FileStore, backend: MemoryKeyring) -> None:
    """The key goes with the last one, so that no copy of a file can be read any more."""
    write(store, make())
    write(store, make("other"))
    assert store.delete(make().key) is True
    assert store.load(make("other").key) == make("other")
    assert store.delete(make("other").key) is True
    assert backend.kept == {}
    assert store.list() == []
    assert store.delete(make().key) is False


def test_a_login_that_begins_keeps_the_key_there(
    store: FileStore, folder: Path, backend: MemoryKeyring
) -> None:
    """Another process logs out while its answer is on the way: it can be read afterwards."""
    write(store, make())
    with store.reserve(make("other").key) as reservation:
        assert open_store(folder, backend).delete(make().key) is True
        reservation.write(make("other"))
    assert open_store(folder, backend).load(make("other").key) == make("other")


def test_logins_are_found_and_deleted_without_the_keyring(
    store: FileStore, folder: Path, backend: MemoryKeyring
) -> None:
    """Their names are in clear: a keyring that is locked keeps nobody from logging out."""
    write(store, make())
    write(store, make("other"))
    locked = open_store(folder, Failing())
    assert len(locked.list()) == 2
    assert locked.delete(make().key) is True
    assert store.list() == [make("other").key]


def test_plain_files_are_read_and_encrypted_with_the_next_write(
    store: FileStore, folder: Path
) -> None:
    """A keyring was installed after the login."""
    write(FileStore(folder), make())
    assert store.load(make().key) == make()
    write(store, make())
    assert not [secret for secret in SECRETS if holds(contents(folder), secret)]
    assert store.load(make().key) == make()


def test_an_encrypted_file_without_a_keyring_is_an_error(store: FileStore, folder: Path) -> None:
    """It is not damaged: the same user has no keyring here, as over SSH."""
    write(store, make())
    with pytest.raises(StorageError, match=r"not available here\. Run it where the keyring is"):
        FileStore(folder).load(make().key)


def test_a_process_that_died_is_noticed(store: FileStore) -> None:
    """By its draft, as without a keyring."""
    with store.reserve(make().key) as reservation:
        reservation.mark_pending()
    assert store.has_pending(make().key)
    write(store, make())
    assert not store.has_pending(make().key)


# A key that is lost.


def lose(backend: MemoryKeyring) -> None:
    """Delete the key, as a keyring does that was set up anew."""
    backend.kept.clear()


def change(backend: MemoryKeyring) -> None:
    """Have another key in its place."""
    backend.kept[ENTRY] = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize("how", [lose, change])
def test_a_lost_key_takes_a_new_login(
    store: FileStore, folder: Path, backend: MemoryKeyring, how: Any
) -> None:
    """An error of ours says so; the new login can be read, the others still say it."""
    write(store, make())
    write(store, make("other"))
    how(backend)
    another = open_store(folder, backend)
    assert len(another.list()) == 2
    for _ in range(2):
        with pytest.raises(
            LogInAgainError, match=r"no longer in the .*keyring.*log_in\(\)"
        ) as caught:
            another.load(make().key)
        assert not [secret for secret in SECRETS if secret in shown(caught.value)]
    write(another, make())
    assert another.load(make().key) == open_store(folder, backend).load(make().key) == make()
    with pytest.raises(LogInAgainError):
        another.load(make("other").key)


def test_a_restored_key_is_found(store: FileStore, folder: Path, backend: MemoryKeyring) -> None:
    """By the same process: its user has unlocked another keyring."""
    write(store, make())
    kept = dict(backend.kept)
    lose(backend)
    another = open_store(folder, backend)
    with pytest.raises(LogInAgainError):
        another.load(make().key)
    backend.kept.update(kept)
    assert another.load(make().key) == make()


def test_a_new_key_of_another_process_is_found(
    store: FileStore, folder: Path, backend: MemoryKeyring
) -> None:
    """That process found none; this one goes on with the new key, for reading and for writing."""
    write(store, make())
    lose(backend)
    another = open_store(folder, backend)
    write(another, make("other"))
    assert store.load(make("other").key) == make("other")
    write(store, make())
    assert another.load(make().key) == make()
    assert len(backend.made) == 2


def test_a_client_whose_key_is_lost_says_to_log_in_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the constructor; `log_out` still deletes what cannot be read."""
    keyring_of_bench = of_module("keyring.backends.macOS")
    monkeypatch.setattr(keyring, "get_keyring", lambda: keyring_of_bench)
    monkeypatch.setattr(
        "ghl_notebook.auth.resolve.read_credentials_folder", lambda: (bench.folder, False)
    )
    bench.backend = keyring_of_bench
    bench.stores = bench.open_stores()
    bench.log_in()
    options: dict[str, Any] = {"base_url": bench.sim.base_url, "clock": bench.time}
    with Client(**options) as client:
        assert client.users()
    lose(keyring_of_bench)
    with pytest.raises(LogInAgainError, match=r"log_in\(\)"):
        Client(**options)
    assert log_out(base_url=bench.sim.base_url) == [f"location {bench.sim.location_id}"]


# What is damaged.


def test_a_text_is_refused_under_another_name(store: FileStore, folder: Path) -> None:
    """Whoever can write into the folder cannot pass one login off as another."""
    write(store, make())
    write(store, make("other"))
    one, other = (folder / f"{key.name}.json" for key in (make().key, make("other").key))
    mine, foreign = json.loads(one.read_text()), json.loads(other.read_text())
    one.write_text(json.dumps({**mine, "sealed": foreign["sealed"]}))
    with pytest.raises(StorageError, match="is damaged"):
        store.load(make().key)


@pytest.mark.parametrize("at", [0, 7, 8, 19, 20, 100, -1])
def test_a_changed_byte_is_noticed(store: FileStore, folder: Path, at: int) -> None:
    """Of the key's name it means another key, elsewhere it means damage."""
    write(store, make())
    (path,) = folder.glob("*.json")
    fields = json.loads(path.read_text())
    sealed = bytearray(base64.b64decode(fields["sealed"]))
    sealed[at] ^= 1
    fields["sealed"] = base64.b64encode(sealed).decode()
    path.write_text(json.dumps(fields))
    with pytest.raises(LogInAgainError if 0 <= at < 8 else StorageError, match="log"):
        store.load(make().key)
    write(store, make())
    assert store.load(make().key) == make()


@pytest.mark.parametrize("sealed", ["AAAA", "AAAAAAAAAAA=", "A" * 40, "no base64", 5, None])
def test_what_is_no_encrypted_text_is_an_error(
    store: FileStore, folder: Path, sealed: object
) -> None:
    """Of whatever length, and nothing crashes."""
    write(store, make())
    (path,) = folder.glob("*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "sealed": sealed}))
    with pytest.raises((StorageError, LogInAgainError)):
        store.load(make().key)


def test_a_keyring_that_fails_is_an_error(store: FileStore, folder: Path) -> None:
    """With a way out, and without what was to be written."""
    write(store, make())
    with pytest.raises(StorageError, match=r"Unlock it, or .* GHL_CREDENTIALS_DIR") as caught:
        open_store(folder, Failing()).load(make().key)
    assert caught.value.__context__ is None


def test_a_keyring_that_is_read_only_shows_before_anything_is_asked_for(folder: Path) -> None:
    """As a full disk does."""
    store = open_store(folder, ReadOnly())
    with pytest.raises(StorageError, match="cannot be written") as caught:
        store.reserve(make().key).__enter__()
    assert "locked:" not in shown(caught.value)
    assert not store.has_pending(make().key)


def test_no_error_holds_a_secret(store: FileStore, folder: Path, backend: MemoryKeyring) -> None:
    """Neither a token nor the key, where the file cannot be written or decrypted."""
    errors = []
    with store.reserve(make().key) as reservation:
        reservation._draft.unlink()
        with pytest.raises(StorageError) as caught:
            reservation.write(make())
    errors.append(caught.value)
    write(store, make())
    (path,) = folder.glob("*.json")
    path.write_text(path.read_text().replace('"sealed":"', '"sealed":"AAAA'))
    with pytest.raises((StorageError, LogInAgainError)) as caught:
        store.load(make().key)
    errors.append(caught.value)
    for error in errors:
        text = shown(error)
        assert "in write" in text or "in load" in text
        assert not [one for one in (*SECRETS, *backend.made) if one in text]


# Several at once.


def test_many_who_make_the_first_key_make_one(folder: Path) -> None:
    """Each with a store of its own, at the same moment, and a keyring that takes its time."""
    barrier = Barrier(8)

    class Slow(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            found = super().get_password(service, username)
            if not found:
                wait_for_others(barrier)
            return found

    backend = Slow()

    def log_in(number: int) -> None:
        write(open_store(folder, backend), make(f"location-{number}"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(log_in, range(8)))
    assert len(backend.made) == 1
    store = open_store(folder, backend)
    assert len([store.load(key) for key in store.list()]) == 8


def wait_for_others(barrier: Barrier) -> None:
    """Give the others the time to come here too, if they do."""
    with suppress(BrokenBarrierError):
        barrier.wait(0.05)


# The tokens of sub-accounts.


@pytest.fixture
def cache(folder: Path, backend: MemoryKeyring) -> LocationTokenCache:
    """A cache without a file."""
    return open_stores(folder, backend).location_tokens


def test_sub_account_tokens_are_shared_and_encrypted(
    cache: LocationTokenCache, folder: Path, backend: MemoryKeyring
) -> None:
    """Another process finds them in the same file as without a keyring; no byte tells a token."""
    one = cached.make("first", "planted-access", size=1500)
    cached.keep(cache, one, cached.make("second"))
    another = open_stores(folder, backend).location_tokens
    assert another.is_shared
    assert another.place == folder / "location_tokens.sqlite"
    assert cached.load(another) == (2, [one, cached.make("second")])
    assert not holds(contents(folder), "planted-access")


def test_sub_account_tokens_of_a_lost_key_are_left_out(
    cache: LocationTokenCache,
    folder: Path,
    backend: MemoryKeyring,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They are issued again, under the new key; the keyring is not asked for each of them."""
    cached.keep(cache, *(cached.make(f"location-{number}") for number in range(50)))
    lose(backend)
    another = open_stores(folder, backend).location_tokens
    before = backend.reads
    assert cached.load(another) == (50, [])
    assert backend.reads == before + 1
    cached.keep(another, cached.make("location-0"))
    assert cached.load(another, after=50) == (51, [cached.make("location-0")])
    assert cached.load(cache, after=50) == (51, [cached.make("location-0")])  # by the new key
    assert not caplog.records


def test_a_row_under_another_name_is_left_out(cache: LocationTokenCache) -> None:
    """A token of one sub-account is not passed off as another's."""
    cached.keep(cache, cached.make("first"), cached.make("second"))
    with cache._connection() as db:
        db.execute(
            "UPDATE tokens SET credential ="
            " (SELECT credential FROM tokens WHERE location_id = 'second')"
            " WHERE location_id = 'first'"
        )
    assert cached.load(cache) == (2, [cached.make("second")])


def test_a_keyring_that_fails_costs_the_cache_alone(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning, and tokens are issued again; calls are counted without the keyring."""
    cache = open_stores(folder, Failing()).location_tokens
    for _ in range(3):
        cached.keep(cache, cached.make())
        assert cached.load(cache) == cached.NOTHING
    assert cached.note(cache, 0.0)[0] is not None
    (record,) = caplog.records
    assert "not stored on disk" in record.getMessage()


def test_an_agencys_tokens_are_there_for_the_next_process(bench: Bench) -> None:
    """With a keyring as without one: nothing is issued twice within the day."""
    bench.backend = MemoryKeyring()
    bench.stores = bench.open_stores()
    key = bench.log_in("agency")
    with bench.client(key) as client:
        client.users()
    issuer = bench.issuer(key)
    write_issued(issuer)
    run_in_background(issuer.aclose)
    del issuer, client
    with bench.client(key) as client:
        client.users()
    assert bench.asked(MINT) == 1
    secrets = set(bench.sim.state.issued) | set(bench.sim.state.refresh_tokens)
    assert len(secrets) > 2
    for content in (path.read_bytes() for path in bench.folder.iterdir()):
        assert not [secret for secret in secrets if holds(content, secret)]
    bench.time.go(DAY)
    with bench.client(key) as client:
        client.users()
    assert bench.asked(MINT) == 2


def test_logging_out_leaves_nothing(bench: Bench) -> None:
    """Neither a file nor an entry in the keyring, after a login with sub-account tokens."""
    backend = MemoryKeyring()
    bench.backend = backend
    bench.stores = bench.open_stores()
    key = bench.log_in("agency")
    with bench.client(key) as client:
        client.users()
    write_issued(bench.issuer(key))
    bench.logins().forget(key)
    assert {path.suffix for path in bench.folder.iterdir()} == {".lock"}
    assert backend.kept == {}


LIGHT = """
import sys
from pathlib import Path
from ghl_notebook.auth.login_store import Stores
from tests.auth.test_file_store import make, write
write(Stores.open(Path(sys.argv[1]), keyring=False).logins, make())
assert "cryptography" not in sys.modules
"""


@pytest.mark.process
def test_without_a_keyring_nothing_is_loaded_that_encrypts(folder: Path) -> None:
    """It takes time in each new kernel."""
    subprocess.run(
        [sys.executable, "-c", LIGHT, str(folder)], cwd=Path(__file__).parents[2], check=True
    )


# Which keyring it is.


def of_module(name: str) -> Any:
    """Return a backend of a module of this name."""
    return type("Keyring", (MemoryKeyring,), {"__module__": name})()


def is_plain(stores: Stores) -> bool:
    """Tell whether a login is stored in clear, in a file that only its owner can read."""
    write(stores.logins, make())
    (path,) = stores.logins.folder.glob("*.json")
    assert path.stat().st_mode & 0o777 == 0o600
    return SECRETS[0].encode() in path.read_bytes()


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
    """Those that encrypt hold the key, for logins and for sub-account tokens."""
    backend = of_module(name)
    set_keyring(backend)
    stores = Stores.open(folder, keyring=True)
    write(stores.logins, make())
    cached.keep(stores.location_tokens, cached.make())
    assert stores.logins.load(make().key) == make()
    assert set(backend.kept) == {ENTRY}
    assert not holds(contents(folder), SECRETS[0])


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
    assert is_plain(Stores.open(folder, keyring=True))


@pytest.mark.parametrize("backend", [null.Keyring, fail.Keyring])
def test_no_keyring_at_all(folder: Path, backend: Any, set_keyring: Any) -> None:
    """The package has stand-ins, which keep nothing."""
    set_keyring(backend())
    assert is_plain(Stores.open(folder, keyring=True))


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
    assert is_plain(Stores.open(folder, keyring=True)) is not is_used


def test_a_keyring_that_cannot_be_found_out_about(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its backends raise what they like."""

    def fail_at_it() -> None:
        raise RuntimeError("no D-Bus")

    monkeypatch.setattr(keyring, "get_keyring", fail_at_it)
    assert is_plain(Stores.open(folder, keyring=True))


def test_a_folder_that_was_named_is_used(folder: Path, set_keyring: Any) -> None:
    """The user has decided; the keyring is not even looked for."""
    unused = ModuleType("keyring")
    before = sys.modules["keyring"]
    sys.modules["keyring"] = unused
    try:
        assert is_plain(Stores.open(folder, keyring=False))
    finally:
        sys.modules["keyring"] = before
