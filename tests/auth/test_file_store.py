"""Credentials in files: their owner's alone, and whole or not at all."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ghl_notebook.auth import file_store
from ghl_notebook.auth.file_store import FileStore
from ghl_notebook.auth.stored_credential import Key, StoredCredential
from ghl_notebook.auth.tokens import Tokens
from ghl_notebook.errors import StorageError
from ghl_notebook.secret import Secret
from tests.disk import watch_disk, whole

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
SECRETS = ("planted-access", "planted-refresh", "planted-client-secret")


def make(location_id: str = "ve9EPM428h8vShlRW1KT", access_token: str = SECRETS[0]) -> Any:
    """Make a credential."""
    tokens = Tokens(
        access_token=Secret(access_token),
        refresh_token=Secret(SECRETS[1]),
        issued_at=NOW,
        expires_at=NOW + timedelta(days=1),
        user_type="Location",
        location_id=location_id,
        company_id=None,
        scopes=("users.readonly", "oauth.write"),
    )
    key = Key("https://services.leadconnectorhq.com", "65a1-client", f"location:{location_id}")
    return StoredCredential(key, tokens, Secret(SECRETS[2]))


def write(store: FileStore, credential: StoredCredential) -> None:
    """Keep a credential."""
    with store.reserve(credential.key) as reservation:
        reservation.write(credential)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """A store whose folder is not there yet."""
    return FileStore(tmp_path / "some" / "credentials")


@pytest.fixture
def path(store: FileStore) -> Path:
    """The file of a credential that is stored."""
    write(store, make())
    (path,) = store.folder.glob("*.json")
    return path


def mode(path: Path) -> int:
    """Return the permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_credential_is_on_the_disk_before_it_has_its_name(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a power cut leaves the old one or the new one; and once it is kept, it is the new one."""
    steps = watch_disk(monkeypatch)
    with store.reserve(make().key) as reservation:
        steps.clear()
        reservation.write(make())
    (path,) = store.folder.glob("*.json")
    assert steps == whole(path)


def test_what_was_stored_comes_back(store: FileStore) -> None:
    """Every field of it, also when it was refused."""
    for credential in (make(), replace(make(), refused_at=NOW)):
        write(store, credential)
        assert store.load(credential.key) == credential
    assert store.list() == [make().key]


def test_an_empty_store(store: FileStore) -> None:
    """Nothing is found, and nothing is made."""
    assert store.load(make().key) is None
    assert store.list() == []
    assert store.delete(make().key) is False
    assert not store.folder.exists()


def test_a_credential_is_forgotten(store: FileStore, path: Path) -> None:
    """Its file is gone."""
    assert store.delete(make().key) is True
    assert not path.exists()
    assert store.load(make().key) is None


def test_only_its_owner_can_read_it(store: FileStore, path: Path) -> None:
    """The folder, the file, and what lies beside it."""
    store.lock_path(make().key).touch()
    assert mode(store.folder) == 0o700
    with store.reserve(make().key):
        (draft,) = store.folder.glob("*.draft")
        assert mode(draft) == 0o600
    assert mode(path) == 0o600


def test_whatever_the_umask(tmp_path: Path) -> None:
    """Permissions do not come from the process's habits."""
    before = os.umask(0)
    try:
        store = FileStore(tmp_path / "credentials")
        write(store, make())
    finally:
        os.umask(before)
    assert mode(store.folder) == 0o700
    assert [mode(path) for path in store.folder.iterdir()] == [0o600]


@pytest.mark.parametrize("use", [lambda s: s.load(make().key), lambda s: s.list()])
def test_what_is_wider_is_narrowed(
    store: FileStore, path: Path, use: Callable[[FileStore], object]
) -> None:
    """By whatever looks at it."""
    store.folder.chmod(0o777)
    path.chmod(0o666)
    use(store)
    assert (mode(store.folder), mode(path)) == (0o700, 0o600)


@pytest.mark.parametrize("owner", ["location:../../etc", "company:a/b\\c:\0", "env:é" * 500])
def test_any_id_makes_a_safe_name(store: FileStore, owner: str) -> None:
    """Names are digests: an id cannot lead elsewhere."""
    key = replace(make().key, owner=owner)
    write(store, replace(make(), key=key))
    assert store.list() == [key]
    (path,) = store.folder.iterdir()
    assert len(path.name) == 37


# What is not used.


def test_a_link_is_refused(store: FileStore, path: Path) -> None:
    """Wherever it leads, even to a sound credential."""
    real = path.with_name("elsewhere")
    path.rename(real)
    path.symlink_to(real)
    with pytest.raises(StorageError, match="GHL_CREDENTIALS_DIR"):
        store.load(make().key)


def test_a_folder_that_is_a_link_is_refused(store: FileStore, path: Path) -> None:
    """For reading and for writing."""
    link = FileStore(store.folder.with_name("link"))
    link.folder.symlink_to(store.folder)
    for use in (lambda: link.load(make().key), lambda: write(link, make())):
        with pytest.raises(StorageError, match="is a link"):
            use()


def test_a_draft_that_is_a_link_is_not_written_through(store: FileStore, path: Path) -> None:
    """It is replaced, and what it leads to stays."""
    target = path.with_name("target")
    target.write_text("precious")
    store._draft(make().key).symlink_to(target)
    write(store, make())
    assert target.read_text() == "precious"
    assert store.load(make().key) == make()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_belongs_to_somebody_else_is_refused(
    store: FileStore, path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They could have put it there for us to use."""
    foreign = path if what == "file" else store.folder
    if os.geteuid() == 0:
        os.chown(foreign, 12345, -1)
    else:  # who cannot give a file away is shown one as if
        ours = path.stat().st_uid
        owner = ours + 1 if what == "folder" else ours
        monkeypatch.setattr(file_store.os, "geteuid", lambda: owner)
    with pytest.raises(StorageError, match="belongs to somebody else"):
        store.load(make().key)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_plain_file_is_refused(store: FileStore, path: Path, kind: str) -> None:
    """And nothing waits for somebody to write into a pipe."""
    path.unlink()
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(StorageError):
        store.load(make().key)


DAMAGES: dict[str, Callable[[Any], Any]] = {
    "nothing": lambda _: "",
    "half": lambda text: text[: len(text.strip()) // 2],
    "blanks": lambda text: " " * len(text),
    "no object": lambda _: "[1]",
    "bytes": lambda text: text.replace("planted-access", "\udcff"),
    "deep": lambda _: "[" * 100_000,
    "no token": lambda text: text.replace('"access_token"', '"token"'),
    "number as token": lambda text: text.replace('"planted-access"', "5"),
    "no time zone": lambda text: text.replace("2026-01-06T09:00:00Z", "2026-01-06T09:00:00"),
    "no time": lambda text: text.replace("2026-01-06T09:00:00Z", "tomorrow"),
    "null as scopes": lambda text: text.replace('["users.readonly","oauth.write"]', "null"),
    "truth as format": lambda text: text.replace('"format":1', '"format":true'),
    "older format": lambda text: text.replace('"format":1', '"format":0'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_an_error(store: FileStore, path: Path, damage: str) -> None:
    """It says which file, and what to do, and a new login heals it."""
    text = path.read_text()
    damaged = DAMAGES[damage](text)
    assert damaged != text
    path.write_bytes(damaged.encode(errors="surrogateescape"))
    with pytest.raises(StorageError, match=f"{path.name} is damaged.*log in again"):
        store.load(make().key)
    write(store, make())
    assert store.load(make().key) == make()


def test_a_newer_format_is_said_to_be(store: FileStore, path: Path) -> None:
    """It is not damaged: another version of this package has written it."""
    path.write_text(json.dumps({"format": 2, "something": "else"}))
    with pytest.raises(StorageError, match=r"newer ghl_notebook\. Update"):
        store.load(make().key)


def test_a_credential_under_anothers_name_is_not_used(store: FileStore, path: Path) -> None:
    """A copied file would have two of them renew one login."""
    write(store, make("other"))
    other = store._path(make("other").key)
    other.write_bytes(path.read_bytes())
    with pytest.raises(StorageError, match="name of another"):
        store.load(make("other").key)


def test_what_cannot_be_read_is_left_out_of_the_list_and_logged(
    store: FileStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are still found."""
    write(store, make("other"))
    path.write_text("{")
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        assert store.list() == [make("other").key]
    assert path.name in caplog.text


# Writing.


def test_a_file_in_the_place_of_the_folder(store: FileStore) -> None:
    """Permissions do not hold for everybody, this does: nothing can be written."""
    store.folder.parent.mkdir()
    store.folder.touch()
    uses = (lambda: write(store, make()), lambda: store.lock_path(make().key))
    for use in (*uses, lambda: store.load(make().key)):
        with pytest.raises(StorageError, match="GHL_CREDENTIALS_DIR"):
            use()


def test_what_is_not_written_leaves_the_old_one(store: FileStore, path: Path) -> None:
    """Room alone changes nothing, and a failure neither; no draft stays behind."""
    with store.reserve(make().key):
        assert store.load(make().key) == make()
    with suppress(RuntimeError), store.reserve(make().key):
        raise RuntimeError
    assert store.load(make().key) == make()
    assert list(store.folder.iterdir()) == [path]


def test_a_draft_that_was_left_over_is_no_hindrance(store: FileStore, path: Path) -> None:
    """It tells that a process has died there, until the next one has written."""
    assert not store.has_pending(make().key)
    store._draft(make().key).write_text("half")
    assert store.has_pending(make().key)
    write(store, make())
    assert not store.has_pending(make().key)


def test_a_mark_is_as_if_a_process_had_died(store: FileStore, path: Path) -> None:
    """For an answer that was lost while the process lives on."""
    with store.reserve(make().key) as reservation:
        reservation.mark_pending()
    assert store.has_pending(make().key)
    assert store.load(make().key) == make()


LIMITED = """
import resource, sys
from pathlib import Path
from ghl_notebook.errors import StorageError
from ghl_notebook.auth.file_store import FileStore
from tests.auth.test_file_store import make, write
store = FileStore(Path(sys.argv[1]))
write(store, make())
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    with store.reserve(make().key) as reservation:
        print("there was room")
        reservation.write(make(access_token="newer"))
except StorageError as error:
    print(error)
assert store.load(make().key) == make(), "the old one is there no more"
assert len(list(store.folder.iterdir())) == 1
"""


@pytest.mark.process
@pytest.mark.parametrize("size", [0, 1, 512, 16 * 1024 - 1])
def test_a_full_disk_shows_before_anything_is_asked_for(tmp_path: Path, size: int) -> None:
    """Also one that takes a part, and the old credential stays."""
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "credentials"), str(size)]
    run = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "cannot be written: File too large" in run.stdout
    assert "there was room" not in run.stdout


def test_a_forked_process_does_not_take_the_draft_away(store: FileStore, path: Path) -> None:
    """It has a copy of what holds it, and drops that when it ends."""
    room = store.reserve(make().key)
    reservation = room.__enter__()
    reservation._pid = os.getpid() + 1  # as in the child
    room.__exit__(None, None, None)
    assert store.has_pending(make().key)


# Secrets.


def test_no_error_holds_a_secret(store: FileStore, path: Path) -> None:
    """Nor its traceback with the locals of every frame of ours."""
    path.write_text(path.read_text().replace('"format":1', '"format":"one"'))
    errors = []
    with pytest.raises(StorageError) as caught:
        store.load(make().key)
    errors.append(caught.value)
    with store.reserve(make().key) as reservation:
        reservation._draft.unlink()
        with pytest.raises(StorageError) as caught:
            reservation.write(make())
    errors.append(caught.value)
    for error in errors:
        assert "in write" in shown(error) or "in load" in shown(error)
        assert not [secret for secret in SECRETS if secret in shown(error)]


def shown(error: BaseException) -> str:
    """Return a traceback that prints locals, with its contexts, without the frames of tests."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    links = [trace]
    for link in links:
        link.__suppress_context__ = False
        kept = [frame for frame in link.stack if "/tests/" not in frame.filename]
        link.stack = traceback.StackSummary.from_list(kept)
        links += [below for below in (link.__cause__, link.__context__) if below is not None]
    return "".join(trace.format())
