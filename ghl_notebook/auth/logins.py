"""The logins of apps: kept, found, renewed, forgotten."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx

from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError, CredentialError, LogInAgainError
from ghl_notebook.secret import Secret
from ghl_notebook.settings import RenewalSettings

from .app import App
from .credential import Clock
from .endpoint import TokenEndpoint
from .file_store import FileStore
from .keeper import TokenKeeper, keep, placed, remove
from .keyring_store import open_store
from .login_credential import LoginCredential
from .memory_store import MemoryStore
from .store import Key, Store, StoredCredential
from .tokens import Tokens

Keys = list[Key]  # in the class below, `list` is something else


@dataclass(frozen=True, slots=True)
class Stores:
    """Where credentials are kept.

    Attributes
    ----------
    logins : Store
        What a user has logged in for.
    minted : Store
        The location tokens that an agency's login has been given, for their day.
    """

    logins: Store
    minted: Store

    @classmethod
    def open(cls, folder: Path, *, keyring: bool) -> Stores:
        """Open the system's keyring, or files; see `open_store`."""
        logins = open_store(folder, keyring=keyring)
        in_files = isinstance(logins, FileStore)
        minted = folder / "minted"
        return cls(logins, FileStore(minted) if in_files else MemoryStore(minted))


class Logins:
    """The logins of apps at one service.

    Parameters
    ----------
    stores : Stores
        Where they are kept.
    base_url : str
        The API's address.
    clock : callable
        The current time, with a time zone.
    renewal : RenewalSettings, optional
        An app's client secret, and a refresh token to begin with, from the environment.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests.
    """

    def __init__(
        self,
        stores: Stores,
        base_url: str,
        *,
        clock: Clock,
        renewal: RenewalSettings | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._stores = stores
        self._base_url = base_url
        self._clock = clock
        self._renewal = renewal
        self._transport = transport

    def __repr__(self) -> str:
        return f"Logins({self._stores.logins!r})"

    def list(self) -> list[Key]:
        """Name the stored logins at this service that a person has logged in for.

        Raises
        ------
        StorageError
            If the store cannot be read.
        """
        return [key for key in self.list_all() if not key.subject.startswith("seed:")]

    def list_all(self) -> Keys:
        """Name those that a refresh token of the environment has begun as well; see `list`."""
        return [key for key in self._stores.logins.list() if key.base_url == self._base_url]

    async def finish(self, app: App, code: Secret, verifier: Secret) -> Tokens:
        """Exchange the code of a login, and keep what it has given before anybody uses it.

        Raises
        ------
        CredentialError
            If the code is refused, or its result cannot be kept.
        """
        endpoint = self._endpoint(app.client_id, app.client_secret)
        # Room first: a code can be exchanged once.
        draft = Key(self._base_url, app.client_id, f"draft:{self._clock().isoformat()}")
        async with placed(self._stores.logins, draft):
            tokens = await endpoint.exchange(code, verifier, app.redirect_uri)
        if tokens.location_id is None and tokens.company_id is None:
            raise CredentialError("The login was answered without a sub-account and an agency.")
        credential = StoredCredential(self.key_of(app, tokens), tokens, app.client_secret)
        await keep(self._stores.logins, credential)
        return tokens

    def key_of(self, app: App, tokens: Tokens) -> Key:
        """Name the login that has given a pair."""
        return Key(self._base_url, app.client_id, _subject_of(tokens))

    def forget(self, key: Key) -> bool:
        """Delete a stored login, and what it has minted; tell whether there was one.

        Raises
        ------
        StorageError
            If it cannot be deleted.
        """
        for minted in self._stores.minted.list():
            if (minted.base_url, minted.client_id) == (key.base_url, key.client_id):
                self._stores.minted.delete(minted)  # another agency's are asked for again
        return run_in_background(remove, self._stores.logins, key)

    def credential(self, key: Key, location_id: str | None = None) -> LoginCredential:
        """Return a stored login as a client's credential.

        Parameters
        ----------
        key : Key
            One of `list`.
        location_id : str, optional
            The sub-account; an agency's login needs it.

        Raises
        ------
        StorageError
            If it cannot be read.
        """
        stored = self._stores.logins.load(key)
        kind, _, whose = key.subject.partition(":")
        keeper = self._keeper(key)
        if kind == "location":
            return LoginCredential(
                keeper,
                "login",
                whose,
                tokens=stored.tokens if stored else None,
                source=f"the stored login of sub-account {whose}",
            )
        if location_id is None:
            raise ArgumentError(
                f"The stored login is that of agency {whose}.",
                "Say which sub-account: pass location_id, or set GHL_LOCATION_ID.",
            )
        return LoginCredential(
            self._minting_keeper(key, keeper, location_id),
            "agency login",
            location_id,
            tokens=stored.tokens if stored else None,
            source=f"the stored login of agency {whose}",
        )

    def from_environment(self, renewal: RenewalSettings, location_id: str) -> LoginCredential:
        """Return the login that the environment's refresh token begins.

        The refresh token can be used once. What it gives is stored under its name, and used
        from then on.
        """
        seed = hashlib.sha256(renewal.refresh_token.reveal().encode()).hexdigest()[:32]
        key = Key(self._base_url, renewal.client_id, f"seed:{seed}")
        stored = self._stores.logins.load(key)
        first = StoredCredential(key, self._unused(renewal.refresh_token), renewal.client_secret)
        keeper = self._keeper(key, first)
        is_agency = stored is not None and stored.tokens.user_type == "Company"
        return LoginCredential(
            _EitherKeeper(keeper, self._minting_keeper(key, keeper, location_id)),
            "agency login" if is_agency else "login",
            location_id,
            tokens=stored.tokens if stored else None,
            source="GHL_REFRESH_TOKEN",
        )

    def _keeper(self, key: Key, first: StoredCredential | None = None) -> TokenKeeper:
        async def refresh(stored: StoredCredential | None) -> StoredCredential:
            if stored is None:
                raise LogInAgainError("The stored login is there no more.")
            secret = stored.client_secret
            if self._renewal is not None and self._renewal.client_id == key.client_id:
                secret = self._renewal.client_secret
            fresh = await self._endpoint(key.client_id, secret).refresh(stored.tokens)
            if not fresh.refresh_token:  # then the old one stays (RFC 6749, section 6)
                fresh = replace(fresh, refresh_token=stored.tokens.refresh_token)
            return stored.renewed(fresh)

        return TokenKeeper(key, self._stores.logins, refresh, clock=self._clock, first=first)

    def _minting_keeper(self, login: Key, company: TokenKeeper, location_id: str) -> TokenKeeper:
        key = Key(self._base_url, login.client_id, f"location:{location_id}")
        endpoint = self._endpoint(login.client_id, Secret(""))

        async def mint(_: StoredCredential | None) -> StoredCredential:
            tokens = await company.tokens()
            try:
                minted = await endpoint.mint(tokens, location_id)
            except LogInAgainError:  # the agency's own token holds no more
                tokens = await company.renewed(tokens.access_token)
                minted = await endpoint.mint(tokens, location_id)
            return StoredCredential(key, minted.without_refresh_token(), Secret(""))

        return TokenKeeper(key, self._stores.minted, mint, clock=self._clock)

    def _endpoint(self, client_id: str, client_secret: Secret) -> TokenEndpoint:
        return TokenEndpoint(
            self._base_url,
            client_id,
            client_secret,
            clock=self._clock,
            transport=self._transport,
        )

    def _unused(self, refresh_token: Secret) -> Tokens:
        now = self._clock()
        return Tokens(
            access_token=Secret(""),
            refresh_token=refresh_token,
            issued_at=now - timedelta(days=1),
            expires_at=now,
            user_type="",
            location_id=None,
            company_id=None,
        )


class _EitherKeeper:
    """A login that may be a sub-account's or an agency's: its first answer tells."""

    def __init__(self, login: TokenKeeper, minting: TokenKeeper) -> None:
        self._login, self._minting = login, minting

    async def tokens(self) -> Tokens:
        """Return the sub-account's pair."""
        tokens = await self._login.tokens()
        return await self._minting.tokens() if tokens.user_type == "Company" else tokens

    async def renewed(self, rejected: Secret) -> Tokens:
        """Return another pair than the one that was rejected."""
        tokens = await self._login.tokens()
        keeper = self._minting if tokens.user_type == "Company" else self._login
        return await keeper.renewed(rejected)


def _subject_of(tokens: Tokens) -> str:
    """Name whose a pair is, for its key."""
    if tokens.user_type == "Company" or tokens.location_id is None:
        return f"company:{tokens.company_id}"
    return f"location:{tokens.location_id}"
