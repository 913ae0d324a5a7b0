"""The access tokens issued for sub-accounts, stored for their day: thousands in one file.

The calls that issue them are recorded there as well, so that all processes together respect the
agency's limit. The file is a cache: a token that is lost is issued again, so nothing here is an
error for the user.
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
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from ghl_notebook.background import hold_during_fork
from ghl_notebook.errors import CredentialError, StorageError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .file_store import check_owner, make_private_folder
from .stored_credential import Key, StoredCredential, from_json, to_json

if TYPE_CHECKING:
    from .keyring_cipher import KeyringCipher

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS tokens (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    base_url TEXT NOT NULL, client_id TEXT NOT NULL, location_id TEXT NOT NULL,
    expires REAL NOT NULL, credential BLOB NOT NULL,
    UNIQUE (base_url, client_id, location_id)
)
"""
_CALLS: Final = """
CREATE TABLE IF NOT EXISTS calls (
    number INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, counts_from REAL NOT NULL,
    most INTEGER, seconds REAL
)
"""
_INSERT: Final = "INSERT OR REPLACE INTO tokens VALUES (NULL, ?, ?, ?, ?, ?)"
_BUSY_SECONDS: Final = 10.0

_LOG: Final = logging.getLogger("ghl_notebook.auth")

# One lock for all caches: none may be in use while a file is created or the process forks.
# Reentrant: the garbage collector may delete another cache within it.
_LOCK = threading.RLock()
hold_during_fork(_LOCK)
_PARENTS: Final[list[sqlite3.Connection]] = []

T = TypeVar("T")


class CallLimit(NamedTuple):
    """So many calls in so many seconds."""

    most: int
    seconds: float


_FIRST_LIMIT: Final = CallLimit(8, 10.0)
"""Until an answer reports the limit."""
_NONE: Final = (None, None)
_WHERE: Final = "the cache of sub-account tokens"


class LocationTokenCache:
    """Stores sub-account tokens, in a file that only its owner can read, or in memory.

    Each method may be called from any thread, and none raises for what a disk or a keyring does.

    Parameters
    ----------
    path : Path or None
        The file. None: in memory, where an access token was passed and nothing is stored.
    cipher : KeyringCipher, optional
        Encrypts the tokens; bucket they are, and until when they can be used, stays readable.
    """

    def __init__(self, path: Path | None, cipher: KeyringCipher | None = None) -> None:
        self._path = path
        self._cipher = cipher
        self._opened: tuple[int, sqlite3.Connection] | None = None
        self._version = -1
        self._said = ""

    def __del__(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            _close(opened)

    @while_made
    def __repr__(self) -> str:
        return f"LocationTokenCache({str(self._path) if self._path else None!r})"

    @property
    def is_shared(self) -> bool:
        """Whether other processes use it too."""
        return self._path is not None

    @property
    def place(self) -> object:
        """Two caches of one place are the same."""
        return self._path or self

    def load(
        self, base_url: str, client_id: str, *, after: int, now: float
    ) -> tuple[int, list[StoredCredential]]:
        """Read the tokens of an app that were stored after a number, and have not expired.

        Parameters
        ----------
        after : int
            The number that the last call returned; 0 for all.
        now : float
            Seconds since 1970.

        Returns
        -------
        tuple of int and list
            The number of the last one, and the credentials.
        """

        def read(db: sqlite3.Connection) -> tuple[int, list[tuple[str, bytes]]]:
            (newest,) = db.execute(
                "SELECT max(seq) FROM sqlite_sequence WHERE name = 'tokens'"
            ).fetchone()
            # A new file counts from 1 again.
            last = after if after <= (newest or 0) else 0
            rows = db.execute(
                "SELECT number, location_id, CAST(credential AS BLOB) FROM tokens"
                " WHERE number > ? AND base_url = ? AND client_id = ? AND expires > ?"
                " ORDER BY number",
                (last, base_url, client_id, now),
            ).fetchall()
            return (rows[-1][0] if rows else last), [row[1:] for row in rows]

        nothing: tuple[int, list[tuple[str, bytes]]] = (after, [])
        last, rows = self._do(read, nothing)
        found = []
        for location_id, content in rows:
            key = location_key(base_url, client_id, location_id)
            # A row that is damaged, or was encrypted with another key, is issued again.
            with suppress(CredentialError):
                found.append(from_json(self._decrypted(content, key), _WHERE))
        return last, found

    def has_changed(self) -> bool:
        """Tell whether another process, or another part of this one, may have stored something."""
        return self._do(self._is_news, False)

    def keep(self, credentials: Iterable[StoredCredential], *, now: float) -> None:
        """Store tokens, replacing older ones; expired ones are deleted."""
        try:
            # Before the lock: a keyring may ask its user for a password.
            rows = [self._row(credential) for credential in credentials]
        except StorageError as error:
            self._warn(f"Sub-account tokens are not stored on disk ({error})")
            return

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute("DELETE FROM tokens WHERE expires <= ?", (now,))
                db.executemany(_INSERT, rows)

        self._do(write, None)

    def forget(self, base_url: str, client_id: str) -> None:
        """Delete the tokens of an app, and the file when there is nothing else in it."""

        def delete(db: sqlite3.Connection) -> bool:
            with db:
                db.execute(
                    "DELETE FROM tokens WHERE base_url = ? AND client_id = ?", (base_url, client_id)
                )
            return db.execute("SELECT 1 FROM tokens").fetchone() is None

        is_there = self._path is None or os.path.lexists(self._path)
        # Also a file that cannot be read: nothing in it is worth keeping.
        if is_there and self._do(delete, True):
            self._delete()

    def note_call(
        self, bucket: str, limit: CallLimit | None, *, now: float
    ) -> tuple[int | None, float]:
        """Record a call that is about to be made, unless the limit is reached.

        Parameters
        ----------
        bucket : str
            Whom the service counts the call for.
        limit : CallLimit or None
            None: this process does not know it. The limit that another process knows, or else a low
            one, is used then.
        now : float
            Seconds since 1970.

        Returns
        -------
        tuple
            The call's number, and 0; or None, and the seconds until another one may be made.
        """

        def note(db: sqlite3.Connection) -> tuple[int | None, float]:
            with db:
                db.execute("BEGIN IMMEDIATE")  # no other process records one meanwhile
                most, seconds = limit or _known_limit(db, bucket)
                # A call in the future was recorded before somebody set the clock back.
                db.execute(
                    "DELETE FROM calls WHERE bucket = ?"
                    " AND NOT (counts_from > ? AND counts_from <= ?)",
                    (bucket, now - seconds, now + seconds),
                )
                made = db.execute(
                    "SELECT counts_from FROM calls WHERE bucket = ? ORDER BY counts_from", (bucket,)
                ).fetchall()
                if len(made) >= most:
                    return None, max(0.0, made[len(made) - most][0] + seconds - now)
                noted = db.execute(
                    "INSERT INTO calls VALUES (NULL, ?, ?, ?, ?)", (bucket, now, *(limit or _NONE))
                )
            return noted.lastrowid, 0.0

        unknown: tuple[int | None, float] = (0, 0.0)
        return self._do(note, unknown)

    def note_answer(self, call: int, *, now: float | None) -> None:
        """Record when a call was answered: it counts from then. None: it was not sent."""

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

    def _row(self, credential: StoredCredential) -> tuple[str, str, str | None, float, bytes]:
        key, tokens = credential.key, credential.tokens
        text = to_json(credential)
        content = (
            self._cipher.encrypt(text, key.identity)
            if self._cipher is not None
            else text.reveal().encode()
        )
        return (
            key.base_url,
            key.client_id,
            tokens.location_id,
            tokens.expires_at.timestamp(),
            content,
        )

    def _decrypted(self, content: bytes, key: Key) -> Secret:
        if self._cipher is None:
            return Secret(content.decode(errors="surrogateescape"))
        return self._cipher.decrypt(content, key.identity, where=_WHERE, asks_again=False)

    def _do(self, act: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        with _LOCK:
            for may_begin_anew in (True, False):
                try:
                    return act(self._connection())
                except (sqlite3.Error, StorageError, OSError) as error:
                    error.__traceback__ = None  # its frames hold tokens
                    words = f"{type(error).__name__}: {error}"
                    # Its subclasses are about a disk, a lock, or our own mistakes.
                    is_damaged = type(error) is sqlite3.DatabaseError
                if not (is_damaged and may_begin_anew and self._delete()):
                    break
                self._warn(f"The file of sub-account tokens was damaged; it is new ({words})")
            self._warn(f"Sub-account tokens are not stored on disk ({words})")
            return otherwise

    def _warn(self, words: str) -> None:
        if words != self._said:  # once, not for each of thousands of tokens
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
            # A killed process loses nothing by it; after a power cut the file is made anew.
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
        """Delete the file if it is in a folder of this user."""
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


def _known_limit(db: sqlite3.Connection, bucket: str) -> CallLimit:
    found = db.execute(
        "SELECT most, seconds FROM calls WHERE bucket = ? AND most NOT NULL ORDER BY number DESC",
        (bucket,),
    ).fetchone()
    return CallLimit(*found) if found else _FIRST_LIMIT


def _make_private_file(path: Path) -> None:
    make_private_folder(path.parent)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    # By name: closing a descriptor of a file releases all locks of this process on it, and so
    # SQLite's.
    check_owner(path.lstat(), path, stat.S_ISREG)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) != 0o600:
        path.chmod(0o600)  # SQLite gives its journal the same


def _close(opened: tuple[int, sqlite3.Connection]) -> None:
    process, db = opened
    if process == os.getpid():
        db.close()
    else:  # a forked process must not touch its parent's connection, not even to close it
        _PARENTS.append(db)


def location_key(base_url: str, client_id: str, location_id: str) -> Key:
    """Return the name of a sub-account's token."""
    return Key(base_url, client_id, f"location:{location_id}")
