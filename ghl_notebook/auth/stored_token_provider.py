"""Provide a login's access token, and refresh it only once in all threads and processes."""

from __future__ import annotations

import atexit
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from filelock import AsyncFileLock

from ghl_notebook.background import after_fork, run_in_own_thread
from ghl_notebook.errors import (
    CredentialError,
    CredentialMismatchError,
    LogInAgainError,
    StorageError,
    raise_without_context,
)
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .file_store import LOCK_SECONDS, FileStore, Reservation, lock_errors
from .single_flight import SingleFlight, result_of
from .stored_credential import Key, StoredCredential
from .tokens import Tokens

_LAST_SECONDS: Final = 10.0
"""Time for refreshes at the exit of a process; an answer usually takes less than a second."""

Refresh = Callable[[StoredCredential | None], Awaitable[StoredCredential]]
"""Requests the next pair; the argument is None without a stored pair."""

_Place = tuple[Path, Key]
_FLIGHTS: Final[SingleFlight[tuple[_Place, Secret | None, bool], Tokens]] = SingleFlight()
_UNSAVED: Final[dict[_Place, tuple[StoredCredential | None, StoredCredential]]] = {}
"""Pairs that could not be stored, with the earlier pair: the API issues each pair only once."""

# Wait at exit for running refreshes; an interrupted one loses the login.
atexit.register(_FLIGHTS.wait, _LAST_SECONDS)
after_fork(_UNSAVED.clear)


class StoredTokenProvider:
    """Provides a login's access token, and refreshes it through its store.

    The store is the truth: under a lock that all processes share, the provider reads it again, and
    refreshes only a pair that is still old. The next pair is on disk before any caller gets it. A
    refresh continues if the call that waits for it is canceled.

    Parameters
    ----------
    key : Key
        The login.
    store : FileStore
        The store of the login.
    refresh : callable
        Requests the next pair from the API.
    clock : callable
        Returns the current time, with a time zone.
    first : StoredCredential, optional
        The pair to start with if no pair is stored.
    """

    def __init__(
        self,
        key: Key,
        store: FileStore,
        refresh: Refresh,
        *,
        clock: Callable[[], datetime],
        first: StoredCredential | None = None,
    ) -> None:
        self.key = key
        self._place = (store.folder, key)
        self._store = store
        self._refresh = refresh
        self._clock = clock
        self._first = first
        self._tokens: Tokens | None = None

    @while_made
    def __repr__(self) -> str:
        return f"StoredTokenProvider({self.key.owner!r})"

    async def tokens(self) -> Tokens:
        """Return a pair whose access token has not expired; refresh an expired one.

        Raises
        ------
        LogInAgainError
            If the API refuses the refresh token, or has refused it before.
        CredentialError
            If the pair cannot be refreshed or stored; the stored pair stays unchanged.
        """
        tokens, now = self._tokens, self._clock()
        if tokens is None or tokens.is_expired(now):
            return await self._fresh(None)
        if tokens.is_due(now):
            early = partial(self._refresh_locked, None, early=True)
            _FLIGHTS.start_early((self._place, None, True), early, group=self._place)
        return tokens

    async def refreshed(self, rejected: Secret) -> Tokens:
        """Return a new pair in exchange for a pair whose access token the API has just rejected.

        Raises
        ------
        CredentialError
            As `tokens`.
        """
        tokens = self._tokens
        if tokens and tokens.access_token != rejected and not tokens.is_expired(self._clock()):
            return tokens  # refreshed since the rejection
        return await self._fresh(rejected)

    async def _fresh(self, rejected: Secret | None) -> Tokens:
        # A refresh for another reason may return the same token that was rejected.
        refresh = partial(self._refresh_locked, rejected, early=False)
        key = (self._place, rejected, False)
        self._tokens = await result_of(_FLIGHTS.get_or_start(key, refresh))
        return self._tokens

    async def _refresh_locked(self, rejected: Secret | None, *, early: bool) -> Tokens:
        """Read the store under the lock, and refresh the stored pair if it is still old."""
        async with _locked(self._store, self.key):
            stored = await run_in_own_thread(self._load)
            credential = stored or self._first
            if credential is not None:
                tokens, now = credential.tokens, self._clock()
                is_old = tokens.is_due(now) if early else tokens.is_expired(now)
                if tokens.access_token != rejected and not is_old:
                    self._tokens = tokens
                    return tokens
                if credential.refused_at is not None:
                    raise LogInAgainError("The service has refused the stored refresh token.")
            had_pending = await run_in_own_thread(self._store.has_pending, self.key)
            async with reserved(self._store, self.key) as reservation:
                try:
                    fresh = await self._ask(credential, reservation, had_pending)
                    _UNSAVED[self._place] = (stored, fresh)
                    await run_in_own_thread(reservation.write, fresh)
                except BaseException as error:
                    # Also if the refresh was interrupted: its answer may be lost.
                    is_told = isinstance(error, CredentialError) and not error.outcome_unknown
                    if not is_told or isinstance(error, StorageError):
                        reservation.mark_pending()
                    raise
                del _UNSAVED[self._place]
                self._tokens = fresh.tokens
                return fresh.tokens

    def _load(self) -> StoredCredential | None:
        """Return the stored pair, after storing a pair that could not be stored before."""
        stored = self._store.load(self.key)
        before, unsaved = _UNSAVED.get(self._place, (None, None))
        if unsaved is None:
            return stored
        if stored == before:  # otherwise the user has logged in again, or logged out
            with self._store.reserve(self.key) as reservation:
                reservation.write(unsaved)
            stored = unsaved
        del _UNSAVED[self._place]
        return stored

    async def _ask(
        self, credential: StoredCredential | None, reservation: Reservation, had_pending: bool
    ) -> StoredCredential:
        try:
            fresh = await self._refresh(credential)
        except LogInAgainError as error:
            if credential is not None and credential.tokens.refresh_token:
                refused = replace(credential, refused_at=self._clock())
                with suppress(StorageError):  # the next refresh is then refused again
                    await run_in_own_thread(reservation.write, refused)
            if not (had_pending or error.outcome_unknown):
                raise
            raise_without_context(
                LogInAgainError(
                    f"{error.what} An earlier refresh was interrupted before its result was stored."
                )
            )
        _check_owner(self.key, credential, fresh.tokens)
        return fresh


async def keep(store: FileStore, credential: StoredCredential) -> None:
    """Store the result of a login, replacing an earlier login.

    Raises
    ------
    StorageError
        If the login cannot be stored.
    """
    async with _locked(store, credential.key), reserved(store, credential.key) as reservation:
        await run_in_own_thread(reservation.write, credential)


async def remove(store: FileStore, key: Key) -> bool:
    """Delete a credential after its running refresh; tell whether there was one.

    Raises
    ------
    StorageError
        If the credential cannot be deleted.
    """
    async with _locked(store, key):
        return await run_in_own_thread(store.delete, key)


@asynccontextmanager
async def reserved(store: FileStore, key: Key) -> AsyncIterator[Reservation]:
    """Reserve disk space for a credential, without blocking the event loop."""
    manager = store.reserve(key)
    reservation = await run_in_own_thread(manager.__enter__)
    try:
        yield reservation
    finally:
        await run_in_own_thread(manager.__exit__, None, None, None)


@asynccontextmanager
async def _locked(store: FileStore, key: Key) -> AsyncIterator[None]:
    path = await run_in_own_thread(store.lock_path, key)
    # Not in asyncio's threads: see `run_in_own_thread`.
    lock = AsyncFileLock(path, timeout=LOCK_SECONDS, mode=0o600, run_in_executor=False)
    with lock_errors(path, LOCK_SECONDS):
        await lock.acquire()
    try:
        yield
    finally:
        await lock.release()


def _check_owner(key: Key, before: StoredCredential | None, tokens: Tokens) -> None:
    """Refuse a pair of another sub-account or agency."""
    kind, _, wanted = key.owner.partition(":")
    found = {"location": tokens.location_id, "company": tokens.company_id}.get(kind, wanted)
    same = found == wanted and not (kind == "company" and tokens.user_type != "Company")
    if before is not None and kind == "env" and before.tokens.access_token:
        old = before.tokens
        same = (old.location_id, old.company_id) == (tokens.location_id, tokens.company_id)
    if not same:
        what = {"location": "sub-account", "company": "agency"}.get(kind, "login")
        raise CredentialMismatchError(
            f"The access token of {what} {wanted} was refreshed with one of {found}."
            if kind != "env"
            else "The access token was refreshed with one of another sub-account."
        )
