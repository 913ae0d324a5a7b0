"""The record of what `schedule_posts` sends: on disk before a post is sent, and after.

One SQLite file for all plans of a user. A post is known by a checksum of all that makes it
different from others; its text is only in the report of its plan. A post that is there as not yet
sent may have been: whatever ended the call has ended it between the two.
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

from ghl_notebook.disk import make_private_file, make_private_folder
from ghl_notebook.errors import PlanError
from ghl_notebook.settings import read_plans_folder

_APPLICATION: Final = 0x67686C70
_TABLES: Final = f"""
CREATE TABLE posts (
    key TEXT PRIMARY KEY, is_sent INTEGER NOT NULL, post TEXT, due REAL NOT NULL,
    checksum TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE plans (number INTEGER PRIMARY KEY AUTOINCREMENT, whose TEXT NOT NULL);
CREATE TABLE outcomes (
    plan INTEGER, row INTEGER, outcome BLOB NOT NULL, PRIMARY KEY (plan, row)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = 1;
"""
_LARGEST: Final = 2**30
_BUSY_SECONDS: Final = 10.0
_REPORTS: Final = 10
"""Of a sub-account."""
_KEPT_SECONDS: Final = 30 * 24 * 3600.0
"""For so long after it is due a post is remembered; it could not be scheduled any more anyway."""

_APART: Final[dict[str, sqlite3.Connection]] = {}


class Sent(NamedTuple):
    """What is known of a post: whether it was surely sent, and its id then."""

    is_sent: bool
    post_id: str | None


class SentPosts:
    """The record, opened.

    Parameters
    ----------
    db : sqlite3.Connection
        Where it is.
    name : str
        Where that is, for the user.
    """

    def __init__(self, db: sqlite3.Connection, name: str) -> None:
        self._db = db
        self._name = name

    def find(self, keys: Iterable[str]) -> dict[str, Sent]:
        """Return what is known of some posts.

        Raises
        ------
        PlanError
            If the record cannot be read.
        """
        with _told(self._name):
            found = {key: self._find(key) for key in keys}
        return {key: sent for key, sent in found.items() if sent}

    def begin(self, whose: str, outcomes: Iterable[bytes], now: float) -> int:
        """Begin the report of a plan, with a row for each of its rows; return its number.

        Parameters
        ----------
        whose : str
            The sub-account.
        outcomes : iterable of bytes
            In the order of the rows.
        now : float
            Seconds since 1970.

        Raises
        ------
        PlanError
            If it cannot be written.
        """
        with self._change() as db:
            db.execute("DELETE FROM posts WHERE due < ?", (now - _KEPT_SECONDS,))
            plan = db.execute("INSERT INTO plans VALUES (NULL, ?)", (whose,)).lastrowid
            db.execute(
                "DELETE FROM plans WHERE whose = ? AND number NOT IN"
                " (SELECT number FROM plans WHERE whose = ? ORDER BY number DESC LIMIT ?)",
                (whose, whose, _REPORTS),
            )
            db.execute("DELETE FROM outcomes WHERE plan NOT IN (SELECT number FROM plans)")
            rows = ((plan, row, outcome) for row, outcome in enumerate(outcomes))
            db.executemany("INSERT INTO outcomes VALUES (?, ?, ?)", rows)
            assert plan is not None
            return plan

    def claim(
        self, key: str, due: float, plan: int, row: int, outcome: bytes, *, again: bool
    ) -> Sent | None:
        """Note that a post is about to be sent.

        Parameters
        ----------
        key : str
            The post.
        due : float
            When it is published, in seconds since 1970.
        plan, row : int
            Of which row it is.
        outcome : bytes
            What the report says of the row from now on.
        again : bool
            Also if it was sent before.

        Returns
        -------
        Sent or None
            What was known of it: unless it is to be sent again, it is not claimed then.

        Raises
        ------
        PlanError
            If that cannot be written.
        """
        with self._change():
            earlier = self._find(key)
            if earlier is None or again:
                self._put(key, Sent(is_sent=False, post_id=None), due)
                self._note(plan, row, outcome)
        return earlier

    def settle(
        self, key: str, due: float, plan: int, row: int, outcome: bytes, sent: Sent | None
    ) -> None:
        """Note what has become of a post that was claimed.

        Parameters
        ----------
        key, due, plan, row, outcome
            As for `claim`.
        sent : Sent or None
            None: it was surely never sent.

        Raises
        ------
        PlanError
            If that cannot be written.
        """
        with self._change() as db:
            if sent is None:
                db.execute("DELETE FROM posts WHERE key = ?", (key,))
            else:
                self._put(key, sent, due)
            self._note(plan, row, outcome)

    def note(self, plan: int, row: int, outcome: bytes) -> None:
        """Note what the report says of a row that is not sent.

        Raises
        ------
        PlanError
            If that cannot be written.
        """
        with self._change():
            self._note(plan, row, outcome)

    def report(self, whose: str) -> list[bytes]:
        """Return the outcomes of the last plan of a sub-account.

        Raises
        ------
        PlanError
            If they cannot be read.
        """
        with _told(self._name):
            found = self._db.execute(
                "SELECT outcome FROM outcomes WHERE plan ="
                " (SELECT max(number) FROM plans WHERE whose = ?) ORDER BY row",
                (whose,),
            )
            return [bytes(outcome) for (outcome,) in found]

    def check(self) -> None:
        """Look whether all is as it was written.

        Raises
        ------
        PlanError
            If it is not.
        """
        with _told(self._name):
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            is_sound = self._db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if application != _APPLICATION or not is_sound:
                raise sqlite3.DatabaseError
            for *row, checksum in self._db.execute("SELECT * FROM posts"):
                if checksum != _sum(row):
                    raise sqlite3.DatabaseError

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """Change several things at once, while no other process does."""
        with _told(self._name), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    def _note(self, plan: int, row: int, outcome: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?)", (plan, row, outcome))

    def _find(self, key: str) -> Sent | None:
        found = self._db.execute("SELECT is_sent, post FROM posts WHERE key = ?", (key,)).fetchone()
        return Sent(bool(found[0]), found[1]) if found else None

    def _put(self, key: str, sent: Sent, due: float) -> None:
        row = [key, int(sent.is_sent), sent.post_id, due]
        self._db.execute("INSERT OR REPLACE INTO posts VALUES (?, ?, ?, ?, ?)", (*row, _sum(row)))


@contextmanager
def open_sent_posts(base_url: str, *, makes: bool = True) -> Iterator[SentPosts | None]:
    """Open the record.

    Parameters
    ----------
    base_url : str
        Of the service, which may have a record of its own.
    makes : bool
        Whether one is made. None is yielded where there is none otherwise.

    Raises
    ------
    PlanError
        If it cannot be read or made, or is damaged.
    """
    if base_url in _APART:
        yield SentPosts(_APART[base_url], "The record")
        return
    path = read_plans_folder() / "sent-posts.sqlite3"
    with _told(str(path)):
        if makes:
            make_private_folder(path.parent)
        elif not os.path.lexists(path):  # a link to nothing is refused below
            yield None
            return
        make_private_file(path, _fill)
        if path.stat().st_size > _LARGEST:
            raise OSError(errno.EFBIG, f"it is larger than {_LARGEST} bytes")
        db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        with _told(str(path)):
            db.execute("PRAGMA synchronous = EXTRA")
        sent = SentPosts(db, str(path))
        sent.check()
        yield sent
    finally:
        db.close()


def keep_apart(base_url: str) -> None:
    """Keep the record of a service in memory: it is a simulator that ends with this process."""
    drop(base_url)
    _APART[base_url] = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    _APART[base_url].executescript(_TABLES)


def drop(base_url: str) -> None:
    """Forget what `keep_apart` has kept."""
    if (db := _APART.pop(base_url, None)) is not None:
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
def _told(name: str) -> Iterator[None]:
    failure = None
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if type(error) is sqlite3.DatabaseError:  # its subclasses tell of a disk, a lock, or of us
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
    if failure is not None:  # not in the handler: error and cause would lead to each other
        raise failure
