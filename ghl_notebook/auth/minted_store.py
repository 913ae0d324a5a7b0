"""The access tokens that were minted for sub-accounts, kept for their day: thousands in one file.

The calls that mint them are noted there as well, so that all processes together keep to the
agency's limit. It is a cache: what is lost of it is minted again, so nothing here is an error for
the user.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from ghl_notebook.errors import StorageError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .file_store import check_owner, make_private_folder
from .store import Key, StoredCredential, from_json, to_json

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS minted (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    base_url TEXT NOT NULL, client_id TEXT NOT NULL, location_id TEXT NOT NULL,
    expires REAL NOT NULL, credential TEXT NOT NULL,
    UNIQUE (base_url, client_id, location_id)
)
"""
_CALLS: Final = """
CREATE TABLE IF NOT EXISTS calls (
    number INTEGER PRIMARY KEY AUTOINCREMENT, whose TEXT NOT NULL, counts_from REAL NOT NULL,
    most INTEGER, seconds REAL
)
"""
_INSERT: Final = "INSERT OR REPLACE INTO minted VALUES (NULL, ?, ?, ?, ?, ?)"
_BUSY_SECONDS: Final = 10.0

_LOG: Final = logging.getLogger("ghl_notebook.auth")

# One for all: that a file is made, or a process forked, is to find none of them at work. Reentrant:
# the garbage collector may end another one within it.
_LOCK = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release)
    os.register_at_fork(after_in_child=_LOCK.release)
_PARENTS: Final[list[sqlite3.Connection]] = []

T = TypeVar("T")


class CallLimit(NamedTuple):
    """So many calls in so many seconds."""

    most: int
    seconds: float


_FIRST_LIMIT: Final = CallLimit(8, 10.0)
"""As long as no answer has told it."""
_NONE: Final = (None, None)


class MintedStore:
    """Keeps minted tokens, in a file that only its owner can read, or for the process alone.

    Each method may be called from any thread, and none raises for what a disk does.

    Parameters
    ----------
    path : Path or None
        The file. None: in memory, where the logins are in a keyring, which is not for thousands.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._opened: tuple[int, sqlite3.Connection] | None = None
        self._version = -1
        self._said = ""

    def __del__(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            _close(opened)

    @while_made
    def __repr__(self) -> str:
        return f"MintedStore({str(self._path) if self._path else None!r})"

    @property
    def is_shared(self) -> bool:
        """Whether other processes have it too."""
        return self._path is not None

    @property
    def place(self) -> object:
        """Two stores of one place are the same."""
        return self._path or self

    def load(
        self, base_url: str, client_id: str, *, after: int, now: float
    ) -> tuple[int, list[StoredCredential]]:
        """Read the tokens of an app that were kept after a number, and still hold.

        Parameters
        ----------
        after : int
            The number that the last call has returned; 0 for all.
        now : float
            Seconds since 1970.

        Returns
        -------
        tuple of int and list
            The number of the last one, and the credentials.
        """

        def read(db: sqlite3.Connection) -> tuple[int, list[StoredCredential]]:
            found = []
            (newest,) = db.execute(
                "SELECT max(seq) FROM sqlite_sequence WHERE name = 'minted'"
            ).fetchone()
            # A file that was made anew counts from 1 again.
            last = after if after <= (newest or 0) else 0
            rows = db.execute(
                "SELECT number, CAST(credential AS BLOB) FROM minted WHERE number > ?"
                " AND base_url = ? AND client_id = ? AND expires > ? ORDER BY number",
                (last, base_url, client_id, now),
            )
            for last, text in rows:  # noqa: B007 - the last one counts
                # What makes no sense, or is of another version, is minted again in its place.
                with suppress(StorageError):
                    clear = Secret(text.decode(errors="surrogateescape"))
                    found.append(from_json(clear, "the cache of minted tokens"))
            return last, found

        nothing: tuple[int, list[StoredCredential]] = (after, [])
        return self._do(read, nothing)

    def has_changed(self) -> bool:
        """Tell whether another process, or another part of this one, may have kept something."""
        return self._do(self._is_news, False)

    def keep(self, credentials: Iterable[StoredCredential], *, now: float) -> None:
        """Keep tokens, in the place of older ones; what holds no more goes."""
        kept = list(credentials)

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute("DELETE FROM minted WHERE expires <= ?", (now,))
                db.executemany(_INSERT, map(_row, kept))

        self._do(write, None)

    def forget(self, base_url: str, client_id: str) -> None:
        """Delete the tokens of an app, and the file when there is nothing else in it."""

        def delete(db: sqlite3.Connection) -> bool:
            with db:
                db.execute(
                    "DELETE FROM minted WHERE base_url = ? AND client_id = ?", (base_url, client_id)
                )
            return db.execute("SELECT 1 FROM minted").fetchone() is None

        is_there = self._path is None or os.path.lexists(self._path)
        # Also where it cannot be read: there is nothing in it to be sorry for.
        if is_there and self._do(delete, True):
            self._delete()

    def note_call(
        self, whose: str, limit: CallLimit | None, *, now: float
    ) -> tuple[int | None, float]:
        """Note a call that is about to be made, unless as many as may be were made already.

        Parameters
        ----------
        whose : str
            Whom the service counts it for.
        limit : CallLimit or None
            None: not known to this process. What another one knows, or else a low one, holds then.
        now : float
            Seconds since 1970.

        Returns
        -------
        tuple
            The call's number, and 0; or None, and the seconds until another one may be made.
        """

        def note(db: sqlite3.Connection) -> tuple[int | None, float]:
            with db:
                db.execute("BEGIN IMMEDIATE")  # no other process notes one meanwhile
                most, seconds = limit or _known_limit(db, whose)
                # One of the future was noted before somebody has set the clock.
                db.execute(
                    "DELETE FROM calls WHERE whose = ?"
                    " AND NOT (counts_from > ? AND counts_from <= ?)",
                    (whose, now - seconds, now + seconds),
                )
                made = db.execute(
                    "SELECT counts_from FROM calls WHERE whose = ? ORDER BY counts_from", (whose,)
                ).fetchall()
                if len(made) >= most:
                    return None, max(0.0, made[len(made) - most][0] + seconds - now)
                noted = db.execute(
                    "INSERT INTO calls VALUES (NULL, ?, ?, ?, ?)", (whose, now, *(limit or _NONE))
                )
            return noted.lastrowid, 0.0

        unknown: tuple[int | None, float] = (0, 0.0)
        return self._do(note, unknown)

    def note_answer(self, call: int, *, now: float | None) -> None:
        """Note when a call was answered: it counts from then. None: it was not sent."""

        def note(db: sqlite3.Connection) -> None:
            with db:
                if now is None:
                    db.execute("DELETE FROM calls WHERE number = ?", (call,))
                else:
                    db.execute("UPDATE calls SET counts_from = ? WHERE number = ?", (now, call))

        self._do(note, None)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with _LOCK:
            if self._opened is not None and self._path is not None:
                _close(self._opened)
                self._opened = None

    def _do(self, act: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        with _LOCK:
            for may_begin_anew in (True, False):
                try:
                    return act(self._connection())
                except (sqlite3.Error, StorageError, OSError) as error:
                    error.__traceback__ = None  # its frames hold tokens
                    words = f"{type(error).__name__}: {error}"
                    # Its subclasses tell of a disk, a lock, or of us.
                    is_damaged = type(error) is sqlite3.DatabaseError
                if not (is_damaged and may_begin_anew and self._delete()):
                    break
                self._warn(f"The file of minted access tokens was damaged; it is new ({words})")
            self._warn(f"Minted access tokens are not kept on disk ({words})")
            return otherwise

    def _warn(self, words: str) -> None:
        if words != self._said:  # once, and not with each of thousands
            self._said = words
            _LOG.warning("%s", words)

    def _connection(self) -> sqlite3.Connection:
        if self._opened is not None and self._opened[0] != os.getpid():
            _close(self._opened)
            self._opened = None
        if self._opened is None:
            self._opened = (os.getpid(), self._open())
            self._version = -1
        return self._opened[1]

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            _make_private_file(self._path)
        db = sqlite3.connect(
            self._path or ":memory:", timeout=_BUSY_SECONDS, check_same_thread=False
        )
        try:
            # A process that is killed loses nothing by it; after a power cut it is made anew.
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA secure_delete = ON")
            db.execute(_TABLE)
            db.execute(_CALLS)
        except BaseException:
            db.close()
            raise
        return db

    def _is_news(self, db: sqlite3.Connection) -> bool:
        (version,) = db.execute("PRAGMA data_version").fetchone()
        is_news: bool = version != self._version
        self._version = version
        return is_news

    def _delete(self) -> bool:
        """Delete the file, if it is in a folder of ours."""
        self.close()
        if self._path is None:
            return False
        try:
            make_private_folder(self._path.parent)
            self._path.with_name(self._path.name + "-journal").unlink(missing_ok=True)
            self._path.unlink()
        except (OSError, StorageError):
            return False
        return True


def _known_limit(db: sqlite3.Connection, whose: str) -> CallLimit:
    found = db.execute(
        "SELECT most, seconds FROM calls WHERE whose = ? AND most NOT NULL ORDER BY number DESC",
        (whose,),
    ).fetchone()
    return CallLimit(*found) if found else _FIRST_LIMIT


def _make_private_file(path: Path) -> None:
    make_private_folder(path.parent)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    # By its name: closing a descriptor of a file takes away all locks that SQLite has on it for
    # this process.
    check_owner(path.lstat(), path, stat.S_ISREG)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) != 0o600:
        path.chmod(0o600)  # SQLite gives its journal the same


def _close(opened: tuple[int, sqlite3.Connection]) -> None:
    process, db = opened
    if process == os.getpid():
        db.close()
    else:  # a forked process must not touch its parent's connection: it is left where it is
        _PARENTS.append(db)


def _row(credential: StoredCredential) -> tuple[str, str, str | None, float, str]:
    key, tokens = credential.key, credential.tokens
    expires = tokens.expires_at.timestamp()
    text = to_json(credential)
    return key.base_url, key.client_id, tokens.location_id, expires, text.reveal()


def minted_key(base_url: str, client_id: str, location_id: str) -> Key:
    """Name the minted token of a sub-account."""
    return Key(base_url, client_id, f"location:{location_id}")
