"""Issues the access tokens of an agency's sub-accounts, each once, as fast as the limit allows."""

from __future__ import annotations

import asyncio
import atexit
import threading
import weakref
import zlib
from datetime import datetime
from functools import partial
from typing import Final

from ghl_notebook.background import (
    call_in_background,
    register_after_fork,
    run_in_own_thread,
    start_in_background,
)
from ghl_notebook.errors import CredentialMismatchError, LogInAgainError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret
from ghl_notebook.transport import rate_limiter_of

from .credential import Clock
from .endpoint import TokenEndpoint
from .location_token_cache import LocationTokenCache, location_key
from .shared_rate_limit import SharedRateLimiter
from .single_flight import SingleFlight, result_of
from .stored_credential import StoredCredential
from .token_provider import TokenProvider
from .tokens import Tokens

_WRITE_SECONDS: Final = 0.5
"""Tokens issued meanwhile are written together: each write syncs with other processes."""


class LocationTokenIssuer:
    """Gives out the access tokens of an agency's sub-accounts, and issues those that are missing.

    Parameters
    ----------
    company : TokenProvider
        Gives out the agency's own access token.
    endpoint : TokenEndpoint
        Issues tokens.
    cache : LocationTokenCache
        Stores the tokens, also for other processes.
    base_url, client_id : str
        The service, and the app.
    clock : callable
        The current time, with a time zone.
    """

    def __init__(
        self,
        company: TokenProvider,
        endpoint: TokenEndpoint,
        cache: LocationTokenCache,
        *,
        base_url: str,
        client_id: str,
        clock: Clock,
    ) -> None:
        self._company = company
        self._endpoint = endpoint
        self._cache = cache
        self._base_url, self._client_id = base_url, client_id
        self._clock = clock
        self._limiter: SharedRateLimiter | None = None
        self._tokens: dict[str, Tokens] = {}
        self._last_read = 0
        self._is_loaded = False
        self._rejected: dict[str, Secret] = {}
        self._flights: SingleFlight[str, Tokens] = SingleFlight()
        self._closes_when_idle = False
        self._forgotten = 0
        self._unwritten: list[StoredCredential]
        self.after_fork()
        _ISSUERS.add(self)
        register_after_fork(self)

    @while_made
    def __repr__(self) -> str:
        return f"<LocationTokenIssuer of {len(self._tokens)} access tokens>"

    def provider(self, location_id: str) -> LocationTokenProvider:
        """Return what gives out the token of one sub-account."""
        return LocationTokenProvider(self, location_id)

    def peek(self, location_id: str) -> Tokens | None:
        """Return the token of a sub-account if there is one that has not expired."""
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
            early = partial(self._issue, location_id, tokens)
            self._flights.start_early(location_id, early, done=self._close_if_idle)
        return tokens

    async def tokens(self, location_id: str) -> Tokens:
        """Return a token of a sub-account that has not expired; issue a missing one.

        Raises
        ------
        LogInAgainError
            If the agency's login has expired.
        CredentialError
            If the service refuses to issue the token, or there is no usable answer.
        DailyLimitError
            If the agency's calls of the day are used up.
        """
        tokens = self.peek(location_id)
        if tokens is not None:
            return tokens
        issue = partial(self._issue, location_id, None)
        with self._lock:
            self._closes_when_idle = False
            flight = self._flights.get_or_start(location_id, issue, done=self._close_if_idle)
        return await result_of(flight)

    async def refreshed(self, location_id: str, rejected: Secret) -> Tokens:
        """Return another token than the one that the service has just rejected.

        Raises
        ------
        GHLError
            As `tokens`.
        """
        with self._lock:
            # The cache may still return it; remember not to accept it.
            self._rejected[location_id] = rejected
            held = self._tokens.get(location_id)
            if held is not None and held.access_token == rejected:
                del self._tokens[location_id]
        return await self.tokens(location_id)

    def forget(self) -> None:
        """Delete all tokens, and store none that is being issued."""
        with self._writing:
            with self._lock:
                self._forgotten += 1
                self._tokens.clear()
                self._unwritten.clear()
            self._cache.forget(self._base_url, self._client_id)

    async def aclose(self) -> None:
        """Write what is not yet on disk, and close the connections; the next use opens new ones."""
        await asyncio.wrap_future(start_in_background(self._close))

    def write(self) -> None:
        """Write what is not yet on disk; return when it is."""
        with self._writing:
            with self._lock:
                unwritten, self._unwritten = self._unwritten, []
            if unwritten:
                self._cache.keep(unwritten, now=self._clock().timestamp())

    async def _close(self) -> None:
        with self._lock:
            self._closes_when_idle = bool(len(self._flights))
        await run_in_own_thread(self.write)
        if not self._closes_when_idle:
            await self._endpoint.aclose()

    def _close_if_idle(self, _: object) -> None:
        if self._closes_when_idle and not len(self._flights):
            start_in_background(self._close)

    async def _issue(self, location_id: str, due: Tokens | None) -> Tokens:
        """Issue a token, or return one that another process stored, unless it is `due` itself."""
        forgotten = self._forgotten
        found = await run_in_own_thread(self._read_news, location_id)
        if found is not None and found != due:
            return found
        company = await self._company.tokens()
        limiter = self._limiter_of(company)
        try:
            issued = await self._endpoint.mint(company, location_id, limiter=limiter)
        except LogInAgainError:  # the agency's own token was rejected
            other = await self._company.refreshed(company.access_token)
            if other is None:
                raise
            issued = await self._endpoint.mint(other, location_id, limiter=limiter)
        if issued.location_id != location_id:
            raise CredentialMismatchError(
                f"The access token of sub-account {location_id} was answered with one of "
                f"{issued.location_id or 'an agency'}."
            )
        tokens = issued.without_refresh_token()  # one secret less to store
        with self._lock:
            if forgotten == self._forgotten:  # otherwise the user has logged out meanwhile
                self._keep(location_id, tokens)
        return tokens

    def _limiter_of(self, company: Tokens) -> SharedRateLimiter:
        if self._limiter is None:
            bucket = f"company:{company.company_id}"
            limiter = rate_limiter_of(self._base_url, bucket)
            self._limiter = SharedRateLimiter(limiter, self._cache, f"{bucket} {self._base_url}")
        return self._limiter

    def _keep(self, location_id: str, tokens: Tokens) -> None:
        key = location_key(self._base_url, self._client_id, location_id)
        with self._lock:
            self._tokens[location_id] = tokens
            is_first = not self._unwritten
            self._unwritten.append(StoredCredential(key, tokens, Secret("")))
        if is_first:
            call_in_background(_WRITE_SECONDS, self._write_in_own_thread)

    def _write_in_own_thread(self) -> None:
        threading.Thread(target=self.write, name="ghl_notebook store", daemon=True).start()

    def _read_news(self, location_id: str) -> Tokens | None:
        with self._reading:  # calls of the same moment wait for one read
            if self._cache.has_changed():
                self._read()
        tokens = self._tokens.get(location_id)
        return None if tokens is None or tokens.is_expired(self._clock()) else tokens

    def _read(self) -> None:
        self._last_read, found = self._cache.load(
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

    def after_fork(self) -> None:
        """Go on in a forked process: running calls end in its parent, which writes their tokens."""
        self._lock = threading.RLock()
        self._writing, self._reading = threading.Lock(), threading.Lock()
        self._unwritten = []


class LocationTokenProvider:
    """Gives out the access token of one sub-account; a `TokenProvider`.

    Parameters
    ----------
    issuer : LocationTokenIssuer
        The agency's.
    location_id : str
        The sub-account.
    """

    def __init__(self, issuer: LocationTokenIssuer, location_id: str) -> None:
        self._issuer = issuer
        self._location_id = location_id

    async def tokens(self) -> Tokens:
        """Return a token that has not expired; see `LocationTokenIssuer.tokens`."""
        return await self._issuer.tokens(self._location_id)

    async def refreshed(self, rejected: Secret) -> Tokens:
        """Return another token than the one rejected; see `LocationTokenIssuer.refreshed`."""
        return await self._issuer.refreshed(self._location_id, rejected)


_ISSUERS: weakref.WeakSet[LocationTokenIssuer] = weakref.WeakSet()


def _write_all() -> None:
    for issuer in list(_ISSUERS):
        issuer.write()


atexit.register(_write_all)


def _is_due(tokens: Tokens, location_id: str, now: datetime) -> bool:
    """Tell whether to issue a new token in the background before the old one expires.

    Between a quarter and a twentieth of its lifetime before, at another time for each sub-account:
    the tokens of one run must not all be due at once.
    """
    lifetime, left = tokens.expires_at - tokens.issued_at, tokens.expires_at - now
    if left > lifetime / 4:  # fast path: this runs on every request, and most tokens are fresh
        return False
    share = zlib.crc32(location_id.encode()) / 2**32
    return left <= lifetime * (0.05 + 0.2 * share)
