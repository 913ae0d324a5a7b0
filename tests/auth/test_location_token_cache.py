"""Issued tokens on disk: their owner's alone, shared by processes, and never a reason to fail."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ghl_notebook.auth import file_store
from ghl_notebook.auth.location_token_cache import CallLimit, LocationTokenCache, location_key
from ghl_notebook.auth.stored_credential import StoredCredential, from_json, to_json
from ghl_notebook.auth.tokens import Tokens
from ghl_notebook.secret import Secret

BASE, APP = "https://services.leadconnectorhq.com", "65a1-client"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOTHING: tuple[int, list[StoredCredential]] = (0, [])


def make(
    location_id: str = "first", token: str = "planted-access", *, app: str = APP, size: int = 0
) -> StoredCredential:
    """Make what was issued for a sub-account."""
    tokens = Tokens(
        access_token=Secret(token.ljust(size, "x")),
        refresh_token=Secret(""),
        issued_at=NOW,
        expires_at=NOW + timedelta(days=1),
        user_type="Location",
        location_id=location_id,
        company_id="agency",
    )
    return StoredCredential(location_key(BASE, app, location_id), tokens, Secret(""))


def keep(store: LocationTokenCache, *credentials: StoredCredential) -> None:
    """Keep what was issued."""
    store.keep(credentials, now=NOW.timestamp())


def load(store: LocationTokenCache, *, after: int = 0, app: str = APP, days: float = 0) -> object:
    """Return what there is of an app, and the number of the last one."""
    return store.load(BASE, app, after=after, now=NOW.timestamp() + days * 86_400)


def mode(path: Path) -> int:
    """Return the permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be; its folder is not there yet."""
    return tmp_path / "some" / "credentials" / "location_tokens.sqlite"


@pytest.fixture
def store(path: Path) -> LocationTokenCache:
    """A store without a file."""
    return LocationTokenCache(path)


@pytest.fixture
def other(path: Path) -> LocationTokenCache:
    """Another store of the same file, as another process has."""
    return LocationTokenCache(path)


# What is kept.


@pytest.mark.parametrize("is_in_memory", [False, True])
def test_what_was_kept_comes_back(path: Path, is_in_memory: bool) -> None:
    """All of it, in the order in which it came; the last number is told."""
    store = LocationTokenCache(None if is_in_memory else path)
    keep(store, make("first"), make("second"))
    assert load(store) == (2, [make("first"), make("second")])


def test_another_store_reads_only_what_is_new(
    store: LocationTokenCache, other: LocationTokenCache
) -> None:
    """It says after which number."""
    keep(store, make("first"))
    assert load(other) == (1, [make("first")])
    keep(store, make("second"))
    assert load(other, after=1) == (2, [make("second")])
    assert load(other, after=2) == (2, [])


def test_another_stores_writing_is_noticed(
    store: LocationTokenCache, other: LocationTokenCache
) -> None:
    """Without reading; its own is not."""
    assert other.has_changed()
    assert not other.has_changed()
    keep(store, make())
    assert other.has_changed()
    assert not other.has_changed()
    keep(other, make("second"))
    assert not other.has_changed()


def test_a_later_token_takes_the_place_of_an_earlier_one(
    store: LocationTokenCache, other: LocationTokenCache
) -> None:
    """It is news for those who have read the earlier one."""
    keep(store, make(token="older"))
    keep(store, make(token="newer"))
    assert load(other, after=1) == (2, [make(token="newer")])


def test_what_holds_no_more_is_not_loaded_and_goes(store: LocationTokenCache, path: Path) -> None:
    """With the next writing, and no trace of it stays in the file."""
    keep(store, make("first", "yesterdays-token"))
    assert load(store, days=2) == NOTHING
    later = (NOW + timedelta(days=2)).timestamp()
    store.keep([], now=later)
    assert b"yesterdays-token" not in path.read_bytes()


def test_another_apps_tokens_stay_apart(store: LocationTokenCache) -> None:
    """Also when one is forgotten."""
    keep(store, make("first", "one"), make("first", "two", app="another"))
    store.forget(BASE, APP)
    assert load(store) == NOTHING
    assert load(store, app="another") == (2, [make("first", "two", app="another")])


def test_a_file_made_anew_is_read_from_its_beginning(
    store: LocationTokenCache, other: LocationTokenCache, path: Path
) -> None:
    """Its numbers begin again, and who has read the old one would miss them."""
    for _ in range(5):
        keep(store, make("first"))
    assert load(other) == (5, [make("first")])
    other.close()
    store.forget(BASE, APP)
    keep(store, make("second"))
    assert load(other, after=5) == (1, [make("second")])


# What is forgotten.


def test_of_what_is_forgotten_no_byte_stays(store: LocationTokenCache, path: Path) -> None:
    """In a file that still holds another app's."""
    for number in range(50):
        keep(store, make(f"place-{number}", f"planted-{number:03}", size=1500))
    keep(store, make("other", app="another"))
    assert b"planted-" in path.read_bytes()
    store.forget(BASE, APP)
    left = path.read_bytes()
    assert b"planted-access" in left
    assert b"planted-0" not in left


def test_a_replaced_token_leaves_no_byte(store: LocationTokenCache, path: Path) -> None:
    """Longer than the one that takes its place."""
    keep(store, make(token="planted-long", size=3000))
    keep(store, make(token="short"))
    assert b"planted-long" not in path.read_bytes()
    assert b"short" in path.read_bytes()


def test_an_empty_file_goes(store: LocationTokenCache, path: Path) -> None:
    """Nothing stays behind when all is forgotten."""
    keep(store, make())
    store.forget(BASE, APP)
    assert list(path.parent.iterdir()) == []


def test_forgetting_nothing_makes_nothing(store: LocationTokenCache, path: Path) -> None:
    """Not even the folder."""
    store.forget(BASE, APP)
    assert not path.parent.exists()


def test_what_cannot_be_read_is_forgotten_as_well(store: LocationTokenCache, path: Path) -> None:
    """There may be tokens in it."""
    keep(store, make())
    store.close()
    path.write_bytes(b"SQLite format 3\0" + b"planted" * 1000)
    LocationTokenCache(path).forget(BASE, APP)
    assert not path.exists()


def test_tokens_in_memory_are_forgotten(path: Path) -> None:
    """Where a keyring keeps the logins."""
    store = LocationTokenCache(None)
    keep(store, make())
    store.forget(BASE, APP)
    store.close()
    assert load(store) == NOTHING


# Whose it is.


def test_only_its_owner_can_read_it(store: LocationTokenCache, path: Path) -> None:
    """Neither the folder, nor the file, nor the journal that lies beside it while it is written."""
    before, modes = os.umask(0), {}
    try:
        keep(store, make())
        with store._connection() as db:
            db.execute("DELETE FROM tokens")
            modes = {one.name: mode(one) for one in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert modes == {"location_tokens.sqlite": 0o600, "location_tokens.sqlite-journal": 0o600}


def test_what_is_wider_is_narrowed(
    store: LocationTokenCache, other: LocationTokenCache, path: Path
) -> None:
    """By the next one who opens it."""
    keep(store, make())
    path.parent.chmod(0o777)
    path.chmod(0o666)
    assert load(other) == (1, [make()])
    assert (mode(path.parent), mode(path)) == (0o700, 0o600)


def is_link(path: Path) -> None:
    """Have the file be a link to another one."""
    target = path.with_name("target")
    path.rename(target)
    path.symlink_to(target)


def is_dangling(path: Path) -> None:
    """Have it be a link to where nothing is."""
    path.unlink()
    path.symlink_to(path.with_name("target"))


def is_folder(path: Path) -> None:
    """Have a folder be in its place: nothing can be written, whoever runs this."""
    path.unlink()
    path.mkdir()


def is_in_a_linked_folder(path: Path) -> None:
    """Have the folder be a link to another one."""
    elsewhere = path.parent.with_name("elsewhere")
    path.parent.rename(elsewhere)
    path.parent.symlink_to(elsewhere)


REFUSED: dict[str, Callable[[Path], None]] = {
    "link": is_link,
    "dangling link": is_dangling,
    "folder": is_folder,
    "in a linked folder": is_in_a_linked_folder,
}


def everything(folder: Path) -> dict[str, bytes | None]:
    """Return what is below a folder, links not followed."""
    return {
        str(path): path.read_bytes() if path.is_file() and not path.is_symlink() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("how", REFUSED)
def test_what_is_no_plain_file_of_ours_is_left_alone(
    store: LocationTokenCache,
    path: Path,
    tmp_path: Path,
    how: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is read from it, written through it or deleted, and one warning tells."""
    keep(store, make())
    store.close()
    REFUSED[how](path)
    before = everything(tmp_path)
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        for _ in range(3):
            keep(store, make("second"))
            assert load(store) == NOTHING
            assert not store.has_changed()
    assert everything(tmp_path) == before
    (record,) = caplog.records
    assert record.getMessage().startswith("Sub-account tokens are not stored on disk (StorageErr")


def test_forgetting_deletes_nothing_behind_a_linked_folder(
    store: LocationTokenCache, path: Path, tmp_path: Path
) -> None:
    """It is somebody else's there."""
    keep(store, make())
    store.close()
    is_in_a_linked_folder(path)
    before = everything(tmp_path)
    store.forget(BASE, APP)
    assert everything(tmp_path) == before


def test_what_belongs_to_somebody_else_is_left_alone(
    store: LocationTokenCache,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They could have put it there for us to use."""
    keep(store, make())
    store.close()
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:  # who cannot give a file away is shown one as if
        monkeypatch.setattr(file_store.os, "geteuid", lambda: path.stat().st_uid + 1)
    before = path.read_bytes()
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        keep(store, make("second"))
        assert load(store) == NOTHING
    assert path.read_bytes() == before
    assert "belongs to somebody else" in caplog.text


# What is damaged.


def truncated(path: Path) -> None:
    """Cut its second half off."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def torn(path: Path) -> None:
    """Overwrite all but its first page."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no database": lambda path: path.write_bytes(b"planted-access " * 500),
    "half": truncated,
    "torn": torn,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_anew(
    store: LocationTokenCache, path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, with one warning; from then on it is as any other."""
    keep(store, *(make(f"place-{number}", size=1500) for number in range(40)))
    store.close()
    DAMAGES[damage](path)
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        found = load(store)
        inode = path.stat().st_ino
        keep(store, make("second"))
    assert found == NOTHING
    assert load(LocationTokenCache(path)) == (1, [make("second")])
    assert path.stat().st_ino == inode
    assert mode(path) == 0o600
    (record,) = caplog.records
    assert "was damaged" in record.getMessage()
    assert "planted" not in caplog.text


@pytest.mark.parametrize(
    "text", ["", "{", "planted", "null", b"\xff\xfe", '{"format":99}', "[" * 100_000]
)
def test_a_row_that_makes_no_sense_is_left_out_alone(
    store: LocationTokenCache, path: Path, text: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are loaded, and what is issued next takes its place."""
    keep(store, make("first"), make("second"))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "UPDATE tokens SET credential = CAST(? AS TEXT) WHERE location_id = 'first'", (text,)
        )
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        assert load(store) == (2, [make("second")])
    assert not caplog.records
    keep(store, make("first"))
    assert load(store) == (3, [make("second"), make("first")])


# A disk that is full.


LIMITED = """
import logging, resource, sys
from pathlib import Path
from ghl_notebook.auth.location_token_cache import CallLimit, LocationTokenCache
from tests.auth.test_location_token_cache import keep, load, make
logging.basicConfig(level=logging.WARNING, stream=sys.stdout)
store = LocationTokenCache(Path(sys.argv[1]))
keep(store, make("first"))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
for number in range(3):
    keep(store, make("second", size=100_000))
assert load(store) == (1, [make("first")]), "what was there is lost"
"""


@pytest.mark.process
@pytest.mark.parametrize("size", [0, 4096, 40_000])
def test_a_full_disk_is_told_once_and_costs_nothing_that_was_kept(path: Path, size: int) -> None:
    """Wherever in the writing it shows."""
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), str(size)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()
    assert "Sub-account tokens are not stored on disk (OperationalError: " in line
    assert load(LocationTokenCache(path)) == (1, [make("first")])


# Its locks.


BUSY = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=0)
try:
    db.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error)
"""


@pytest.mark.process
def test_opening_it_again_takes_no_lock_away(
    store: LocationTokenCache, other: LocationTokenCache
) -> None:
    """POSIX locks are the process's: closing any descriptor of the file would end them."""
    keep(store, make())
    with store._connection() as db:
        db.execute("DELETE FROM tokens")
        other._connection()
        command = [sys.executable, "-c", BUSY, str(store.place)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "database is locked"


FORKING = """
import os, sys
from pathlib import Path
from ghl_notebook.auth.location_token_cache import CallLimit, LocationTokenCache
from tests.auth.test_location_token_cache import keep, load, make
store = LocationTokenCache(Path(sys.argv[1]))
keep(store, make("parents"))
child = os.fork()
if child == 0:
    keep(store, make("childs"))
    assert load(store) == (2, [make("parents"), make("childs")])
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert store.has_changed()
assert load(store, after=1) == (2, [make("childs")])
"""


@pytest.mark.process
def test_a_forked_process_has_a_connection_of_its_own(path: Path) -> None:
    """It writes, and ends, and the parent goes on."""
    run = subprocess.run(
        [sys.executable, "-c", FORKING, str(path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


# Ten thousand of them.


def calls_of(work: Callable[[], object]) -> tuple[object, int]:
    """Do work, and count the calls of functions in it: the same number on a busy machine."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        done = work()
    finally:
        sys.setprofile(None)
    return done, calls


@pytest.mark.exhaustive
def test_ten_thousand_large_tokens_are_loaded_at_the_cost_of_reading_them(
    store: LocationTokenCache, other: LocationTokenCache
) -> None:
    """The file adds little to what their texts take alone."""
    many = [make(f"place-{number}", size=1500) for number in range(10_000)]
    keep(store, *many)
    texts = [to_json(one) for one in many]
    read, alone = calls_of(lambda: [from_json(text, "") for text in texts])
    found, whole = calls_of(lambda: load(other))
    assert found == (10_000, read)
    assert whole < 1.5 * alone, f"{whole:,} calls, their texts alone {alone:,}"


def note(
    store: LocationTokenCache, at: float, *, whose: str = "agency"
) -> tuple[int | None, float]:
    """Note a call, of which two may be made in ten seconds."""
    return store.note_call(whose, CallLimit(2, 10.0), now=NOW.timestamp() + at)


def test_calls_of_all_who_share_a_file_count_together(tmp_path: Path) -> None:
    """Of one agency; who comes too early is told for how long to wait."""
    one, other = (LocationTokenCache(tmp_path / "folder" / "tokens.db") for _ in range(2))
    assert note(one, 0.0)[1] == note(other, 1.0)[1] == 0.0
    assert note(one, 4.0) == (None, 6.0)
    assert note(other, 4.0, whose="another")[0] is not None
    call, _ = note(other, 10.0)
    assert call is not None
    assert note(one, 10.5) == (None, 0.5)


def test_a_limit_that_one_process_knows_holds_for_the_others(tmp_path: Path) -> None:
    """Where nobody knows it, a low one."""
    one, other = (LocationTokenCache(tmp_path / "folder" / "tokens.db") for _ in range(2))
    now = NOW.timestamp()
    first = [other.note_call("a", None, now=now)[0] for _ in range(10)]
    assert [call is None for call in first] == [False] * 8 + [True] * 2
    one.note_call("a", CallLimit(12, 1.0), now=now + 5.0)
    later = [other.note_call("a", None, now=now + 5.5) for _ in range(12)]
    assert [wait for _, wait in later] == [0.0] * 11 + [0.5]


def test_a_call_counts_from_its_answer(tmp_path: Path) -> None:
    """One that was not sent does not count."""
    store = LocationTokenCache(tmp_path / "folder" / "tokens.db")
    first, second = note(store, 0.0)[0], note(store, 0.0)[0]
    assert first is not None
    assert second is not None
    store.note_answer(first, now=NOW.timestamp() + 3.0)
    assert note(store, 5.0) == (None, 5.0)
    store.note_answer(second, now=None)
    assert note(store, 5.0)[1] == 0.0
    assert note(store, 12.0) == (None, 1.0)


def test_a_clock_that_is_set_back_holds_nobody_up(tmp_path: Path) -> None:
    """What was noted in the future is forgotten."""
    store = LocationTokenCache(tmp_path / "folder" / "tokens.db")
    assert note(store, 3600.0)[1] == note(store, 3600.0)[1] == 0.0
    assert note(store, 0.0)[1] == 0.0


def test_what_cannot_be_noted_holds_nobody_up(tmp_path: Path) -> None:
    """It is a help, and no condition."""
    (tmp_path / "folder").write_text("")
    store = LocationTokenCache(tmp_path / "folder" / "tokens.db")
    assert [note(store, 0.0) for _ in range(3)] == [(0, 0.0)] * 3
    store.note_answer(0, now=None)
