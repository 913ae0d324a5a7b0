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
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from filelock import AsyncFileLock, Timeout

from ghl_notebook.background import start_in_background
from ghl_notebook.errors import (
    CredentialMismatchError,
    LogInAgainError,
    StorageError,
)
from ghl_notebook.secret import Secret

from .store import Key, Place, Store, StoredCredential
from .tokens import Tokens

_LOCK_SECONDS: Final = 120.0
_PAUSE_SECONDS: Final = 30.0
"""Between two attempts to renew in the background, after one has failed."""

_LOG: Final = logging.getLogger("ghl_notebook.auth")

Renew = Callable[[StoredCredential | None], Awaitable[StoredCredential]]
"""Asks the service for the next pair; None where there is none yet."""


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
    """

    def __init__(
        self, key: Key, store: Store, renew: Renew, *, clock: Callable[[], datetime]
    ) -> None:
        self.key = key
        self._store = store
        self._renew = renew
        self._clock = clock
        self._tokens: Tokens | None = None
        self._paused_until = 0.0

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
        if tokens.is_due(now) and time.monotonic() >= self._paused_until:
            _FLIGHTS.join(self, None, early=True).add_done_callback(self._landed_early)
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
        for _ in range(2):
            flight = _FLIGHTS.join(self, rejected, early=False)
            tokens = await asyncio.shield(asyncio.wrap_future(flight))
            if tokens.access_token != rejected:
                self._tokens = tokens
                return tokens
            # It was begun before this token had been given out, and has given out this one.
        raise LogInAgainError("The service rejects an access token that it has just given out.")

    def _landed_early(self, flight: Future[Tokens]) -> None:
        error = None if flight.cancelled() else flight.exception()
        if error is None:
            self._tokens = flight.result()
        else:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            _LOG.warning("An access token was not renewed ahead of its time: %s", error)

    async def fly(self, rejected: Secret | None, *, early: bool) -> Tokens:
        """Read the store, and renew what is in it if that is still needed: under the lock."""
        async with _locked(self._store, self.key):
            credential = await asyncio.to_thread(self._load)
            if credential is not None:
                tokens, now = credential.tokens, self._clock()
                is_old = tokens.is_due(now) if early else tokens.is_expired(now)
                if tokens.access_token != rejected and not is_old:
                    return tokens
                if credential.refused_at is not None:
                    raise LogInAgainError("The service has refused the stored refresh token.")
            was_interrupted = await asyncio.to_thread(self._store.was_interrupted, self.key)
            async with _placed(self._store, self.key) as place:
                fresh = await self._ask(credential, place, was_interrupted)
                await asyncio.to_thread(self._keep, place, fresh)
                return fresh.tokens

    def _load(self) -> StoredCredential | None:
        """Return what is kept; a pair that could not be kept before has to be, first."""
        unkept = _FLIGHTS.unkept.get(self.key)
        if unkept is not None:
            with self._store.place(self.key) as place:
                self._keep(place, unkept)
        return self._store.load(self.key)

    def _keep(self, place: Place, credential: StoredCredential) -> None:
        # Held on to until it is on disk: the service gives it once.
        _FLIGHTS.unkept[self.key] = credential
        place.write(credential)
        del _FLIGHTS.unkept[self.key]

    async def _ask(
        self, credential: StoredCredential | None, place: Place, was_interrupted: bool
    ) -> StoredCredential:
        try:
            fresh = await self._renew(credential)
        except LogInAgainError as error:
            if credential is not None and credential.tokens.refresh_token:
                refused = replace(credential, refused_at=self._clock())
                await asyncio.to_thread(place.write, refused)
            if not was_interrupted:
                raise
            failure = LogInAgainError(
                f"{error.what} An earlier renewal was interrupted before its result was kept."
            )
        else:
            _check_owner(self.key, credential, fresh.tokens)
            return fresh
        raise failure


class _Flights:
    """The renewals under way in this process, by credential."""

    def __init__(self) -> None:
        # Reentrant: a callback of a future that is already done runs where it is added.
        self._lock = threading.RLock()
        self._flights: dict[Key, Future[Tokens]] = {}
        self.unkept: dict[Key, StoredCredential] = {}

    def join(self, keeper: TokenKeeper, rejected: Secret | None, *, early: bool) -> Future[Tokens]:
        """Start a renewal, or return the one that is under way."""
        with self._lock:
            flight = self._flights.get(keeper.key)
            if flight is None:
                flight = start_in_background(keeper.fly, rejected, early=early)
                self._flights[keeper.key] = flight
                flight.add_done_callback(lambda _: self._landed(keeper.key, flight))
            return flight

    def _landed(self, key: Key, flight: Future[Tokens] | None) -> None:
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]

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
    async with _locked(store, credential.key), _placed(store, credential.key) as place:
        await asyncio.to_thread(place.write, credential)


@asynccontextmanager
async def _locked(store: Store, key: Key) -> AsyncIterator[None]:
    path = await asyncio.to_thread(store.lock_path, key)
    lock = AsyncFileLock(path, timeout=_LOCK_SECONDS, mode=0o600)
    words = None
    try:
        await lock.acquire()
    except Timeout:
        words = f"{path} has been locked by another process for {_LOCK_SECONDS:g} s."
    except OSError as error:
        words = f"{path} cannot be locked: {error.strerror}."
    if words is not None:
        raise StorageError(words, "End that process, or see to the folder's permissions.")
    try:
        yield
    finally:
        await lock.release()


@asynccontextmanager
async def _placed(store: Store, key: Key) -> AsyncIterator[Place]:
    manager = store.place(key)
    place = await asyncio.to_thread(manager.__enter__)
    try:
        yield place
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


def _check_owner(key: Key, before: StoredCredential | None, tokens: Tokens) -> None:
    """Refuse a pair of another sub-account or agency."""
    kind, _, wanted = key.subject.partition(":")
    found = {"location": tokens.location_id, "company": tokens.company_id}.get(kind, wanted)
    same = found == wanted and not (kind == "company" and tokens.user_type != "Company")
    if before is not None and kind == "seed":
        old = before.tokens
        same = (old.location_id, old.company_id) == (tokens.location_id, tokens.company_id)
    if not same:
        what = {"location": "sub-account", "company": "agency"}.get(kind, "login")
        raise CredentialMismatchError(
            f"The access token of {what} {wanted} was renewed with one of {found}."
            if kind != "seed"
            else "The access token was renewed with one of another sub-account."
        )
