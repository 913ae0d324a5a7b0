"""Mints the access tokens of an agency's sub-accounts, each once, as fast as the limit allows."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
import time
import weakref
import zlib
from concurrent.futures import Future
from datetime import datetime
from typing import Final

from ghl_notebook.background import call_in_background, start_in_background
from ghl_notebook.errors import CredentialMismatchError, LogInAgainError
from ghl_notebook.guard import while_made
from ghl_notebook.pacing import pacer_of
from ghl_notebook.secret import Secret

from .apart import apart
from .credential import Clock
from .endpoint import TokenEndpoint
from .minted_store import MintedStore, minted_key
from .oauth import Keeper
from .shared_pacer import SharedPacer
from .store import StoredCredential
from .tokens import Tokens

_WRITE_SECONDS: Final = 0.5
"""What is minted meanwhile is written at once."""
_PAUSE_SECONDS: Final = 30.0
"""Between two attempts to renew in the background, after one has failed."""

_LOG: Final = logging.getLogger("ghl_notebook.auth")


class Minter:
    """Gives out the access tokens of an agency's sub-accounts, and mints those that are missing.

    Parameters
    ----------
    company : Keeper
        Gives out the agency's own access token.
    endpoint : TokenEndpoint
        Mints.
    store : MintedStore
        Keeps what was minted, also for other processes.
    base_url, client_id : str
        The service, and the app.
    clock : callable
        The current time, with a time zone.
    """

    def __init__(
        self,
        company: Keeper,
        endpoint: TokenEndpoint,
        store: MintedStore,
        *,
        base_url: str,
        client_id: str,
        clock: Clock,
    ) -> None:
        self._company = company
        self._endpoint = endpoint
        self._store = store
        self._base_url, self._client_id = base_url, client_id
        self._clock = clock
        self._pacer: SharedPacer | None = None
        # Reentrant: a callback of a future that is already done runs where it is added.
        self._lock = threading.RLock()
        self._tokens: dict[str, Tokens] = {}
        self._last_read = 0
        self._is_loaded = False
        self._rejected: dict[str, Secret] = {}
        self._flights: dict[str, Future[Tokens]] = {}
        self._closes_when_landed = False
        self._unwritten: list[StoredCredential] = []
        self._writing, self._reading = threading.Lock(), threading.Lock()
        self._forgotten = 0
        self._paused_until = 0.0
        _MINTERS.add(self)

    @while_made
    def __repr__(self) -> str:
        return f"<Minter of {len(self._tokens)} access tokens>"

    def keeper(self, location_id: str) -> LocationKeeper:
        """Return what gives out the token of one sub-account."""
        return LocationKeeper(self, location_id)

    def peek(self, location_id: str) -> Tokens | None:
        """Return the token of a sub-account if there is one that holds."""
        if not self._is_loaded:
            with self._reading:
                self._read()
                self._is_loaded = True
        tokens = self._tokens.get(location_id)
        if tokens is None:
            return None
        now = self._clock()
        if tokens.is_expired(now):
            return None
        if _is_due(tokens, location_id, now):
            self._renew_early(location_id, tokens)
        return tokens

    async def tokens(self, location_id: str) -> Tokens:
        """Return a token of a sub-account that holds; mint it where there is none.

        Raises
        ------
        LogInAgainError
            If the agency's login holds no more.
        CredentialError
            If the service refuses to mint it, or there is no usable answer.
        DailyLimitError
            If the agency's calls of the day are used up.
        """
        return self.peek(location_id) or await self._fresh(location_id)

    async def renewed(self, location_id: str, rejected: Secret) -> Tokens:
        """Return another token than the one that the service has just rejected.

        Raises
        ------
        GHLError
            As `tokens`.
        """
        with self._lock:
            self._rejected[location_id] = rejected  # it may be read once more
            held = self._tokens.get(location_id)
            if held is not None and held.access_token == rejected:
                del self._tokens[location_id]
        return await self.tokens(location_id)

    def forget(self) -> None:
        """Hold no token any more, and keep none, nor what is on its way."""
        with self._writing:
            with self._lock:
                self._forgotten += 1
                self._tokens.clear()
                self._unwritten.clear()
            self._store.forget(self._base_url, self._client_id)

    async def aclose(self) -> None:
        """Write what is not yet, and close the connections; the next use opens them again."""
        await asyncio.wrap_future(start_in_background(self._close))

    def write(self) -> None:
        """Write what is not yet; return when it is on disk."""
        with self._writing:
            with self._lock:
                unwritten, self._unwritten = self._unwritten, []
            if unwritten:
                self._store.keep(unwritten, now=self._clock().timestamp())

    async def _close(self) -> None:
        with self._lock:
            self._closes_when_landed = bool(self._flights)
        await apart(self.write)
        if not self._closes_when_landed:
            await self._endpoint.aclose()

    async def _fresh(self, location_id: str) -> Tokens:
        landing = asyncio.wrap_future(self._join(location_id, None))
        # Whoever waits may be cancelled, and then nobody looks at how it ended.
        landing.add_done_callback(lambda landed: landed.cancelled() or landed.exception())
        return await asyncio.shield(landing)

    def _join(self, location_id: str, due: Tokens | None) -> Future[Tokens]:
        """Start to mint, or return what is under way. It is not cancelled with who waits for it.

        Another one than `due` that is found meanwhile will do.
        """
        with self._lock:
            flight = self._flights.get(location_id)
            self._closes_when_landed = False
            if flight is None or flight.done():
                flight = start_in_background(self._mint, location_id, due)
                self._flights[location_id] = flight
                flight.add_done_callback(lambda landed: self._landed(location_id, landed))
            return flight

    def _landed(self, location_id: str, flight: Future[Tokens]) -> None:
        with self._lock:
            if self._flights.get(location_id) is flight:
                del self._flights[location_id]
            is_last = self._closes_when_landed and not self._flights
        if is_last:
            start_in_background(self._close)

    def _renew_early(self, location_id: str, due: Tokens) -> None:
        if location_id in self._flights or time.monotonic() < self._paused_until:
            return

        def landed(flight: Future[Tokens]) -> None:
            error = None if flight.cancelled() else flight.exception()
            if error is not None and time.monotonic() >= self._paused_until:
                # Once: what is under way beside it fails for the same reason.
                self._paused_until = time.monotonic() + _PAUSE_SECONDS
                _LOG.warning("An access token was not minted ahead of its time: %s", error)

        self._join(location_id, due).add_done_callback(landed)

    async def _mint(self, location_id: str, due: Tokens | None) -> Tokens:
        forgotten = self._forgotten
        found = await apart(self._read_news, location_id)
        if found is not None and found != due:
            return found  # another process has minted it
        company = await self._company.tokens()
        pacer = self._pacer_of(company)
        try:
            minted = await self._endpoint.mint(company, location_id, pacer=pacer)
        except LogInAgainError:  # the agency's own token holds no more
            company = await self._company.renewed(company.access_token)
            minted = await self._endpoint.mint(company, location_id, pacer=pacer)
        if minted.location_id != location_id:
            raise CredentialMismatchError(
                f"The access token of sub-account {location_id} was answered with one of "
                f"{minted.location_id or 'an agency'}."
            )
        tokens = minted.without_refresh_token()  # a secret less to keep
        with self._lock:
            if forgotten == self._forgotten:  # else the user has logged out meanwhile
                self._keep(location_id, tokens)
        return tokens

    def _pacer_of(self, company: Tokens) -> SharedPacer:
        if self._pacer is None:
            whose = f"company:{company.company_id}"
            pacer = pacer_of(self._base_url, whose)
            self._pacer = SharedPacer(pacer, self._store, f"{whose} {self._base_url}")
        return self._pacer

    def _keep(self, location_id: str, tokens: Tokens) -> None:
        key = minted_key(self._base_url, self._client_id, location_id)
        with self._lock:
            self._tokens[location_id] = tokens
            is_first = not self._unwritten
            self._unwritten.append(StoredCredential(key, tokens, Secret("")))
        if is_first:
            call_in_background(_WRITE_SECONDS, self._write_apart)

    def _write_apart(self) -> None:
        threading.Thread(target=self.write, name="ghl_notebook store", daemon=True).start()

    def _read_news(self, location_id: str) -> Tokens | None:
        with self._reading:  # the others of this moment wait for what is read
            if self._store.has_changed():
                self._read()
        tokens = self._tokens.get(location_id)
        return None if tokens is None or tokens.is_expired(self._clock()) else tokens

    def _read(self) -> None:
        self._last_read, found = self._store.load(
            self._base_url,
            self._client_id,
            after=self._last_read,
            now=self._clock().timestamp(),
        )
        with self._lock:
            for credential in found:
                tokens = credential.tokens
                location_id = str(tokens.location_id)
                held = self._tokens.get(location_id)
                is_newer = held is None or held.issued_at < tokens.issued_at
                if is_newer and tokens.access_token != self._rejected.get(location_id):
                    self._tokens[location_id] = tokens

    def start_anew(self) -> None:
        """Go on in a forked process: what is under way lands in its parent."""
        self._lock = threading.RLock()
        self._writing, self._reading = threading.Lock(), threading.Lock()
        self._flights.clear()
        self._unwritten.clear()


class LocationKeeper:
    """Gives out the minted access token of one sub-account; a `Keeper`.

    Parameters
    ----------
    minter : Minter
        The agency's.
    location_id : str
        The sub-account.
    """

    def __init__(self, minter: Minter, location_id: str) -> None:
        self._minter = minter
        self._location_id = location_id

    async def tokens(self) -> Tokens:
        """Return a token that holds; see `Minter.tokens`."""
        return await self._minter.tokens(self._location_id)

    async def renewed(self, rejected: Secret) -> Tokens:
        """Return another token than the one that was rejected; see `Minter.renewed`."""
        return await self._minter.renewed(self._location_id, rejected)


_MINTERS: weakref.WeakSet[Minter] = weakref.WeakSet()


def _write_all() -> None:
    for minter in list(_MINTERS):
        minter.write()


def _start_anew() -> None:
    for minter in list(_MINTERS):
        minter.start_anew()


atexit.register(_write_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)


def _is_due(tokens: Tokens, location_id: str, now: datetime) -> bool:
    """Tell whether a token is to be minted anew in the background, ahead of its end.

    Between a twentieth and a quarter of its time before, another for each sub-account: what was
    minted in one run must not all be due at once.
    """
    lifetime, left = tokens.expires_at - tokens.issued_at, tokens.expires_at - now
    if left > lifetime / 4:  # mostly; and every request asks
        return False
    share = zlib.crc32(location_id.encode()) / 2**32
    return left <= lifetime * (0.05 + 0.2 * share)
