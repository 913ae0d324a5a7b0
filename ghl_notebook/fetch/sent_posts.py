"""The record of what `schedule_posts` sends, written before and after each post.

A single SQLite file holds all plans of a user. A post is identified by a checksum of what
distinguishes it from other posts; its text is only in the report of its plan. A post recorded as
not yet sent may have been sent: the call ended between sending and recording.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from ghl_notebook.api import upload_record
from ghl_notebook.disk import make_private_file, make_private_folder
from ghl_notebook.errors import PlanError, raise_without_context
from ghl_notebook.settings import read_plans_folder

_APPLICATION: Final = 0x67686C70
_TABLES: Final = f"""
CREATE TABLE posts (
    key TEXT PRIMARY KEY, is_sent INTEGER NOT NULL, post TEXT, due REAL NOT NULL,
    checksum TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE plans (number INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL);
CREATE TABLE outcomes (
    plan INTEGER, row INTEGER, outcome BLOB NOT NULL, PRIMARY KEY (plan, row)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = 2;
"""
_MAX_RECORD_BYTES: Final = 2**30
_BUSY_SECONDS: Final = 10.0
_MAX_REPORTS: Final = 10
"""Reports kept per sub-account."""
_KEPT_SECONDS: Final = 30 * 24 * 3600.0
"""How long a post is remembered after its date, when it can no longer be scheduled anyway."""

_IN_MEMORY: Final[dict[str, sqlite3.Connection]] = {}


class SentState(NamedTuple):
    """The recorded state of a post: whether the API has confirmed it, and its id then."""

    is_sent: bool
    post_id: str | None


class SentPosts:
    """The open record. Its methods raise `PlanError` if it cannot be read or written.

    Parameters
    ----------
    db : sqlite3.Connection
        The database.
    name : str
        Its path, for messages.
    """

    def __init__(self, db: sqlite3.Connection, name: str) -> None:
        self._db = db
        self._name = name

    def find(self, keys: Iterable[str]) -> dict[str, SentState]:
        """Return what is recorded of some posts."""
        with _plan_errors(self._name):
            found = {key: self._find(key) for key in keys}
        return {key: sent for key, sent in found.items() if sent}

    def start(self, owner: str, outcomes: Iterable[bytes], now: float) -> int:
        """Start the report of a plan, with an outcome for each of its rows; return its number.

        Parameters
        ----------
        owner : str
            The sub-account.
        outcomes : iterable of bytes
            In the order of the rows.
        now : float
            Seconds since 1970.
        """
        with self._change() as db:
            db.execute("DELETE FROM posts WHERE due < ?", (now - _KEPT_SECONDS,))
            plan = db.execute("INSERT INTO plans VALUES (NULL, ?)", (owner,)).lastrowid
            db.execute(
                "DELETE FROM plans WHERE owner = ? AND number NOT IN"
                " (SELECT number FROM plans WHERE owner = ? ORDER BY number DESC LIMIT ?)",
                (owner, owner, _MAX_REPORTS),
            )
            db.execute("DELETE FROM outcomes WHERE plan NOT IN (SELECT number FROM plans)")
            rows = ((plan, row, outcome) for row, outcome in enumerate(outcomes))
            db.executemany("INSERT INTO outcomes VALUES (?, ?, ?)", rows)
            assert plan is not None
            return plan

    def claim(
        self, key: str, due: float, plan: int, row: int, outcome: bytes, *, again: bool
    ) -> SentState | None:
        """Record that a post is about to be sent.

        Parameters
        ----------
        key : str
            The post.
        due : float
            Its date, in seconds since 1970.
        plan, row : int
            The plan and its row.
        outcome : bytes
            The row's new outcome in the report.
        again : bool
            Claim the post even if it was sent before.

        Returns
        -------
        SentState or None
            What was recorded of it before. If there is something, the post is claimed only with
            `again`.
        """
        with self._change():
            earlier = self._find(key)
            if earlier is None or again:
                self._put(key, SentState(is_sent=False, post_id=None), due)
                self._note(plan, row, outcome)
        return earlier

    def settle(
        self, key: str, due: float, plan: int, row: int, outcome: bytes, sent: SentState | None
    ) -> None:
        """Record the outcome of a claimed post.

        Parameters
        ----------
        key, due, plan, row, outcome
            As for `claim`.
        sent : SentState or None
            None if the API has rejected it.
        """
        with self._change() as db:
            if sent is None:
                db.execute("DELETE FROM posts WHERE key = ?", (key,))
            else:
                self._put(key, sent, due)
            self._note(plan, row, outcome)

    def note(self, plan: int, row: int, outcome: bytes) -> None:
        """Record the outcome of a row that is not sent."""
        with self._change():
            self._note(plan, row, outcome)

    def report(self, owner: str) -> list[bytes]:
        """Return the outcomes of the last plan of a sub-account."""
        with _plan_errors(self._name):
            found = self._db.execute(
                "SELECT outcome FROM outcomes WHERE plan ="
                " (SELECT max(number) FROM plans WHERE owner = ?) ORDER BY row",
                (owner,),
            )
            return [bytes(outcome) for (outcome,) in found]

    def check(self) -> None:
        """Check that the record is undamaged.

        Raises `PlanError` if it is damaged.
        """
        with _plan_errors(self._name):
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            is_sound = self._db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if application != _APPLICATION or not is_sound:
                raise sqlite3.DatabaseError
            for *row, checksum in self._db.execute("SELECT * FROM posts"):
                if checksum != _sum(row):
                    raise sqlite3.DatabaseError

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """Make several changes in one transaction, which locks out other processes."""
        with _plan_errors(self._name), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    def _note(self, plan: int, row: int, outcome: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)", (plan, row, outcome))

    def _find(self, key: str) -> SentState | None:
        found = self._db.execute("SELECT is_sent, post FROM posts WHERE key = ?", (key,)).fetchone()
        return SentState(bool(found[0]), found[1]) if found else None

    def _put(self, key: str, sent: SentState, due: float) -> None:
        row = [key, int(sent.is_sent), sent.post_id, due]
        self._db.execute("INSERT OR REPLACE INTO posts VALUES (?, ?, ?, ?, ?)", (*row, _sum(row)))


@contextmanager
def open_sent_posts(base_url: str, *, create: bool = True) -> Iterator[SentPosts | None]:
    """Open the record.

    Raises `PlanError` if the record cannot be read or created, or is damaged.

    Parameters
    ----------
    base_url : str
        The API's address. The simulator has a record of its own.
    create : bool
        Create the record if there is none. Otherwise, yield None in that case.
    """
    if base_url in _IN_MEMORY:
        yield SentPosts(_IN_MEMORY[base_url], "The record")
        return
    path = read_plans_folder() / "sent-posts.sqlite3"
    with _plan_errors(str(path)):
        if create:
            make_private_folder(path.parent)
        elif not os.path.lexists(path):  # a broken link exists, and is rejected below
            yield None
            return
        make_private_file(path, _fill)
        if path.stat().st_size > _MAX_RECORD_BYTES:
            raise OSError(errno.EFBIG, f"it is larger than {_MAX_RECORD_BYTES} bytes")
        db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        with _plan_errors(str(path)):
            db.execute("PRAGMA synchronous = EXTRA")
        sent = SentPosts(db, str(path))
        sent.check()
        yield sent
    finally:
        db.close()


def keep_in_memory(base_url: str) -> None:
    """Keep the records of a simulator in memory, because both end with this process."""
    drop(base_url)
    upload_record.keep_in_memory(base_url)
    _IN_MEMORY[base_url] = sqlite3.connect(
        ":memory:", check_same_thread=False, isolation_level=None
    )
    _IN_MEMORY[base_url].executescript(_TABLES)


def drop(base_url: str) -> None:
    """Delete the records of `keep_in_memory`."""
    upload_record.drop(base_url)
    if (db := _IN_MEMORY.pop(base_url, None)) is not None:
        db.close()


def _fill(path: Path) -> None:
    db = sqlite3.connect(path)
    try:
        db.executescript(_TABLES)
    finally:
        db.close()


def _sum(row: list[object]) -> str:
    return hashlib.sha256(repr(row).encode()).hexdigest()


@contextmanager
def _plan_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if type(error) is sqlite3.DatabaseError:  # subclasses: disk, lock, or programming errors
            failure = PlanError(
                f"{name} is damaged, so nothing is sent.",
                "Restore it from a backup. If you move it away, schedule_posts recognizes earlier "
                "posts only if fetch_posts() shows them: compare before you send.",
            )
        else:
            words = getattr(error, "strerror", None) or str(error)
            failure = PlanError(
                f"{name} cannot be used, so nothing is sent: {words}.",
                "Check permissions and free disk space, or set GHL_PLANS_DIR to another folder.",
            )
        raise_without_context(failure)
