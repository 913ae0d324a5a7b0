"""A disk that refuses: whichever call of the system fails, and how, it is a StorageError."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ghl_notebook.auth.file_store import FileStore
from ghl_notebook.auth.keyring_cipher import KeyringCipher
from ghl_notebook.auth.location_token_cache import LocationTokenCache
from ghl_notebook.auth.stored_token_provider import keep, remove
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import StorageError
from ghl_notebook.settings import read_credentials_folder
from tests.auth.keyrings import MemoryKeyring
from tests.auth.test_file_store import NOW, SECRETS, make, shown

CALLS = (
    "open", "mkdir", "lstat", "stat", "fstat", "chmod", "fchmod", "unlink", "replace", "write",
    "fsync", "lseek", "scandir", "listdir",
)  # fmt: skip
FAULTS = {
    name: getattr(errno, name) for name in ("EROFS", "EACCES", "ENOSPC", "EIO", "EMFILE", "ESTALE")
}


class Disk:
    """Fails the call of the system that it is told to, below one folder.

    Attributes
    ----------
    counts : dict
        How often each call was made there.
    """

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.counts = dict.fromkeys(CALLS, 0)
        self.fault: tuple[str, int] | None = None
        self._folder = str(folder)
        for name in CALLS:
            patch.setattr(os, name, self._around(name, getattr(os, name)))

    def _around(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(first: Any, *more: Any, **named: Any) -> Any:
            if self._is_here(first):
                self.counts[name] += 1
                if self.fault is not None and self.fault[0] == name:
                    number = self.fault[1]
                    raise OSError(number, os.strerror(number), str(first))
            return real(first, *more, **named)

        return call

    def _is_here(self, first: Any) -> bool:
        if isinstance(first, int) and not isinstance(first, bool):
            try:
                first = Path(f"/proc/self/fd/{first}").readlink()
            except OSError:
                return False
        return isinstance(first, str | os.PathLike) and os.fspath(first).startswith(self._folder)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Disk:
    """The disk of the test's folder."""
    return Disk(monkeypatch, tmp_path)


STORES: dict[str, Callable[[Path], FileStore]] = {
    "files": FileStore,
    "a keyring": lambda folder: FileStore(folder, KeyringCipher(MemoryKeyring(), folder)),
}


def use(store: FileStore) -> None:
    """Keep, find, renew and forget a credential, under its lock."""
    credential = make()
    run_in_background(keep, store, credential)
    store.list()
    store.load(credential.key)
    store.has_pending(credential.key)
    run_in_background(keep, store, credential)
    run_in_background(remove, store, credential.key)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", STORES)
def test_a_call_that_fails_is_a_storage_error_or_nothing(
    tmp_path: Path, disk: Disk, kind: str, name: str, fault: str
) -> None:
    """It says what to do, and holds no secret; never is it an error of the system."""
    disk.fault = name, FAULTS[fault]
    store = STORES[kind](tmp_path / "credentials")
    failure = None
    try:
        use(store)
    except StorageError as error:
        failure = error
    told = "" if failure is None else f"{failure} {shown(failure)}"
    assert failure is None or "GHL_CREDENTIALS_DIR" in told or "Delete it" in told
    assert not any(secret in told for secret in SECRETS)


def test_the_calls_that_fail_are_those_that_are_made(tmp_path: Path, disk: Disk) -> None:
    """The search above has something to break."""
    use(FileStore(tmp_path / "credentials"))
    made = {name for name, count in disk.counts.items() if count}
    assert {"open", "mkdir", "lstat", "unlink", "replace", "write", "fsync"} <= made


@pytest.mark.parametrize("fault", FAULTS)
def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, disk: Disk, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What is issued is issued again then; a line in the log says why."""
    disk.fault = "open", FAULTS[fault]
    store = LocationTokenCache(tmp_path / "location_tokens.sqlite")
    store.keep([make()], now=NOW.timestamp())
    assert store.load("https://x", "y", after=0, now=0.0) == (0, [])
    assert "not stored on disk" in caplog.text


def test_the_home_of_a_user_that_there_is_not_is_no_folder() -> None:
    """Nothing is written somewhere else instead."""
    from ghl_notebook.errors import SettingsError

    with pytest.raises(SettingsError, match="GHL_CREDENTIALS_DIR"):
        read_credentials_folder({"GHL_CREDENTIALS_DIR": "~no-such-user-at-all/x"})
