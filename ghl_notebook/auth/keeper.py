"""Keeps one token pair fresh: one renewal at a time, in threads, tasks and processes."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future, wait
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import AsyncFileLock, Timeout

from ghl_notebook.background import start_in_background
from ghl_notebook.errors import (
    CredentialError,
    CredentialMismatchError,
    LogInAgainError,
    StorageError,
)
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .apart import apart
from .store import Key, Place, Store, StoredCredential
from .tokens import Tokens

_LOCK_SECONDS: Final = 120.0
_PAUSE_SECONDS: Final = 30.0
"""Between two attempts to renew in the background, after one has failed."""

_LOG: Final = logging.getLogger("ghl_notebook.auth")

Renew = Callable[[StoredCredential | None], Awaitable[StoredCredential]]
"""Asks the service for the next pair; None where there is none yet."""

_Place = tuple[Path, Key]


class TokenKeeper:
    """Gives out an access token that holds, and renews it through its store.

    The store is the truth: under a lock that all processes share it is read again, and only a pair
    that is still old is renewed. The next pair is on disk before anybody gets it. A renewal is not
    cancelled with the call that waits for it.

    Parameters
    ----------
    key : Key
        The credential.
    store : Store
        Where it is kept.
    renew : callable
        Asks the service for the next pair.
    clock : callable
        The current time, with a time zone.
    first : StoredCredential, optional
        What to begin with where nothing is stored.
    """

    def __init__(
        self,
        key: Key,
        store: Store,
        renew: Renew,
        *,
        clock: Callable[[], datetime],
        first: StoredCredential | None = None,
    ) -> None:
        self.key = key
        self.place = (store.folder, key)
        self._store = store
        self._renew = renew
        self._clock = clock
        self._first = first
        self._tokens: Tokens | None = None
        self._is_renewing_early = False
        self._paused_until = 0.0

    @while_made
    def __repr__(self) -> str:
        return f"TokenKeeper({self.key.subject!r})"

    async def tokens(self) -> Tokens:
        """Return a pair whose access token holds; renew it where it does not.

        Raises
        ------
        LogInAgainError
            If the service refuses the refresh token, now or before.
        CredentialError
            If it cannot be renewed or kept; the stored one is as good as it was.
        """
        tokens, now = self._tokens, self._clock()
        if tokens is None or tokens.is_expired(now):
            return await self._fresh(None)
        if tokens.is_due(now):
            self._renew_early()
        return tokens

    async def renewed(self, rejected: Secret) -> Tokens:
        """Return another pair than the one whose access token the service has just rejected.

        Raises
        ------
        CredentialError
            As `tokens`.
        """
        tokens = self._tokens
        if tokens and tokens.access_token != rejected and not tokens.is_expired(self._clock()):
            return tokens  # renewed meanwhile
        return await self._fresh(rejected)

    async def _fresh(self, rejected: Secret | None) -> Tokens:
        flight = _FLIGHTS.join(self, rejected, early=False)
        self._tokens = await asyncio.shield(asyncio.wrap_future(flight))
        return self._tokens

    def _renew_early(self) -> None:
        if not self._is_renewing_early and time.monotonic() >= self._paused_until:
            self._is_renewing_early = True
            _FLIGHTS.join(self, None, early=True).add_done_callback(self._landed_early)

    def _landed_early(self, flight: Future[Tokens]) -> None:
        error = None if flight.cancelled() else flight.exception()
        if error is None:
            self._tokens = flight.result()
        else:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            _LOG.warning("An access token was not renewed ahead of its time: %s", error)
        self._is_renewing_early = False

    async def fly(self, rejected: Secret | None, *, early: bool) -> Tokens:
        """Read the store, and renew what is in it if that is still needed: under the lock."""
        async with _locked(self._store, self.key):
            stored = await apart(self._load)
            credential = stored or self._first
            if credential is not None:
                tokens, now = credential.tokens, self._clock()
                is_old = tokens.is_due(now) if early else tokens.is_expired(now)
                if tokens.access_token != rejected and not is_old:
                    return tokens
                if credential.refused_at is not None:
                    raise LogInAgainError("The service has refused the stored refresh token.")
            was_interrupted = await apart(self._store.was_interrupted, self.key)
            async with placed(self._store, self.key) as place:
                try:
                    fresh = await self._ask(credential, place, was_interrupted)
                    # Held on to until it is on disk: the service gives it once.
                    _FLIGHTS.unkept[self.place] = (stored, fresh)
                    await apart(place.write, fresh)
                except BaseException as error:
                    # Also one that is stopped in the middle: its answer may be lost.
                    is_told = isinstance(error, CredentialError) and not error.outcome_unknown
                    if not is_told or isinstance(error, StorageError):
                        place.leave_mark()
                    raise
                del _FLIGHTS.unkept[self.place]
                return fresh.tokens

    def _load(self) -> StoredCredential | None:
        """Return what is kept; a pair that could not be kept before has to be, first."""
        stored = self._store.load(self.key)
        before, unkept = _FLIGHTS.unkept.get(self.place, (None, None))
        if unkept is None:
            return stored
        if stored == before:  # else there was another login meanwhile, or it is to be forgotten
            with self._store.place(self.key) as place:
                place.write(unkept)
            stored = unkept
        del _FLIGHTS.unkept[self.place]
        return stored

    async def _ask(
        self, credential: StoredCredential | None, place: Place, was_interrupted: bool
    ) -> StoredCredential:
        try:
            fresh = await self._renew(credential)
        except LogInAgainError as error:
            if credential is not None and credential.tokens.refresh_token:
                refused = replace(credential, refused_at=self._clock())
                with suppress(StorageError):  # it is asked again then, and refused again
                    await apart(place.write, refused)
            if not (was_interrupted or error.outcome_unknown):
                raise
            failure = LogInAgainError(
                f"{error.what} An earlier renewal was interrupted before its result was kept."
            )
        else:
            _check_owner(self.key, credential, fresh.tokens)
            return fresh
        raise failure


class _Flights:
    """The renewals under way in this process, by credential and by what they are for."""

    def __init__(self) -> None:
        # Reentrant: a callback of a future that is already done runs where it is added.
        self._lock = threading.RLock()
        self._flights: dict[tuple[_Place, Secret | None, bool], Future[Tokens]] = {}
        self.unkept: dict[_Place, tuple[StoredCredential | None, StoredCredential]] = {}

    def join(self, keeper: TokenKeeper, rejected: Secret | None, *, early: bool) -> Future[Tokens]:
        """Start a renewal, or return the one under way that has the same reason.

        One with another reason may end with the very token that was rejected.
        """
        why = (keeper.place, rejected, early)
        with self._lock:
            flight = self._flights.get(why)
            if flight is None or flight.done():
                flight = start_in_background(keeper.fly, rejected, early=early)
                self._flights[why] = flight
                flight.add_done_callback(lambda landed: self._landed(why, landed))
            return flight

    def _landed(self, why: tuple[_Place, Secret | None, bool], flight: Future[Tokens]) -> None:
        with self._lock:
            if self._flights.get(why) is flight:
                del self._flights[why]

    def finish(self) -> None:
        """Let renewals end before the process does: half of one costs a login."""
        with self._lock:
            flights = list(self._flights.values())
        wait(flights, timeout=10.0)

    def forget(self) -> None:
        """Start anew in a forked process: the parent's renewals land there."""
        self._lock = threading.RLock()
        self._flights, self.unkept = {}, {}


_FLIGHTS = _Flights()
atexit.register(_FLIGHTS.finish)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_FLIGHTS.forget)


async def keep(store: Store, credential: StoredCredential) -> None:
    """Store the result of a login, in the place of what was there.

    Raises
    ------
    StorageError
        If it cannot be kept.
    """
    async with _locked(store, credential.key), placed(store, credential.key) as place:
        await apart(place.write, credential)


async def remove(store: Store, key: Key) -> bool:
    """Forget a credential; tell whether there was one. A renewal under way ends before.

    Raises
    ------
    StorageError
        If it cannot be deleted.
    """
    async with _locked(store, key):
        return await apart(store.delete, key)


@asynccontextmanager
async def placed(store: Store, key: Key) -> AsyncIterator[Place]:
    """Make room for a credential, without holding up the event loop."""
    manager = store.place(key)
    place = await apart(manager.__enter__)
    try:
        yield place
    finally:
        await apart(manager.__exit__, None, None, None)


@asynccontextmanager
async def _locked(store: Store, key: Key) -> AsyncIterator[None]:
    path = await apart(store.lock_path, key)
    # Not in asyncio's threads: see `apart`.
    lock = AsyncFileLock(path, timeout=_LOCK_SECONDS, mode=0o600, run_in_executor=False)
    words = None
    try:
        await lock.acquire()
    except Timeout:
        words = f"{path} has been locked by another process for {_LOCK_SECONDS:g} s."
    except (OSError, NotImplementedError) as error:
        words = f"{path} cannot be locked: {getattr(error, 'strerror', None) or error}."
    if words is not None:
        raise StorageError(
            words,
            "End that process, see to the folder's permissions, or name another folder in "
            "GHL_CREDENTIALS_DIR.",
        )
    try:
        yield
    finally:
        await lock.release()


def _check_owner(key: Key, before: StoredCredential | None, tokens: Tokens) -> None:
    """Refuse a pair of another sub-account or agency."""
    kind, _, wanted = key.subject.partition(":")
    found = {"location": tokens.location_id, "company": tokens.company_id}.get(kind, wanted)
    same = found == wanted and not (kind == "company" and tokens.user_type != "Company")
    if before is not None and kind == "seed" and before.tokens.access_token:
        old = before.tokens
        same = (old.location_id, old.company_id) == (tokens.location_id, tokens.company_id)
    if not same:
        what = {"location": "sub-account", "company": "agency"}.get(kind, "login")
        raise CredentialMismatchError(
            f"The access token of {what} {wanted} was renewed with one of {found}."
            if kind != "seed"
            else "The access token was renewed with one of another sub-account."
        )
