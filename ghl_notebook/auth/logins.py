"""The logins of apps: kept, found, renewed, forgotten."""

from __future__ import annotations

import hashlib
import os
import threading
import weakref
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx

from ghl_notebook.background import run_in_background
from ghl_notebook.errors import ArgumentError, CredentialError, LogInAgainError, SettingsError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret
from ghl_notebook.settings import RenewalSettings

from .agency_credential import AgencyCredential
from .app import App
from .credential import Clock
from .endpoint import TokenEndpoint
from .file_store import FileStore
from .keeper import TokenKeeper, keep, placed, remove
from .keyring_store import open_store
from .login_credential import LoginCredential
from .minted_store import MintedStore
from .minter import Minter
from .oauth import Keeper
from .store import Key, Store, StoredCredential
from .tokens import Tokens

_MINTERS: weakref.WeakValueDictionary[tuple[object, Key, Clock, object], Minter] = (
    weakref.WeakValueDictionary()
)
_LOCK = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release)
    os.register_at_fork(after_in_child=_LOCK.release)

Keys = list[Key]  # in the class below, `list` is something else


@dataclass(frozen=True, slots=True)
class Stores:
    """Where credentials are kept.

    Attributes
    ----------
    logins : Store
        What a user has logged in for.
    minted : MintedStore
        The location tokens that an agency's login has been given, for their day.
    """

    logins: Store
    minted: MintedStore

    @classmethod
    def open(cls, folder: Path, *, keyring: bool) -> Stores:
        """Open the system's keyring, or files; see `open_store`."""
        logins = open_store(folder, keyring=keyring)
        in_files = isinstance(logins, FileStore)
        return cls(logins, MintedStore(folder / "minted.sqlite" if in_files else None))


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

    @while_made
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
        # Another agency's of the same app are asked for again.
        for name, minter in list(_MINTERS.items()):
            if (name[1].base_url, name[1].client_id) == (key.base_url, key.client_id):
                minter.forget()
        self._stores.minted.forget(key.base_url, key.client_id)
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
        if kind == "location":
            return LoginCredential(
                self._keeper(key),
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
            self.minter(key).keeper(location_id),
            "agency login",
            location_id,
            tokens=stored.tokens if stored else None,
            source=f"the stored login of agency {whose}",
        )

    def agency_credential(self, key: Key) -> AgencyCredential:
        """Return the stored login of an agency as what all its sub-accounts are asked with.

        Parameters
        ----------
        key : Key
            One of `list`, of an agency.

        Raises
        ------
        StorageError
            If it cannot be read.
        """
        stored = self._stores.logins.load(key)
        whose = key.subject.partition(":")[2]
        keeper = self._keeper(key)
        return AgencyCredential(
            keeper,
            self.minter(key, keeper),
            whose,
            kind="agency login",
            source=f"the stored login of agency {whose}",
            client_id=key.client_id,
            tokens=stored.tokens if stored else None,
        )

    def agency_from_environment(
        self, renewal: RenewalSettings, company_id: str | None = None
    ) -> AgencyCredential:
        """Return the agency's login that the environment's refresh token begins.

        It is renewed at once if it never was: only the service knows whose it is.

        Raises
        ------
        SettingsError
            If it is no agency's.
        CredentialError
            If it cannot be renewed.
        """
        key, first = self._seed(renewal)
        keeper = self._keeper(key, first)
        stored = self._stores.logins.load(key)
        # What is stored of one that was refused at once does not tell.
        is_known = stored is not None and stored.tokens.user_type != ""
        tokens = stored.tokens if stored and is_known else run_in_background(keeper.tokens)
        if tokens.user_type != "Company" or tokens.company_id is None:
            raise SettingsError(
                "GHL_REFRESH_TOKEN is of a sub-account, not of an agency.",
                "Use Client() for the sub-account, or log in for the agency with "
                "ghl_notebook.log_in().",
            )
        if company_id not in (None, tokens.company_id):
            raise SettingsError(
                f"GHL_REFRESH_TOKEN is of agency {tokens.company_id}, not of {company_id}.",
                "Change GHL_COMPANY_ID or company_id, or unset GHL_REFRESH_TOKEN.",
            )
        return AgencyCredential(
            keeper,
            self.minter(key, keeper),
            tokens.company_id,
            kind="agency login",
            source="GHL_REFRESH_TOKEN",
            client_id=key.client_id,
            tokens=tokens,
        )

    def from_environment(self, renewal: RenewalSettings, location_id: str) -> LoginCredential:
        """Return the login that the environment's refresh token begins.

        The refresh token can be used once. What it gives is stored under its name, and used
        from then on.
        """
        key, first = self._seed(renewal)
        stored = self._stores.logins.load(key)
        keeper = self._keeper(key, first)
        is_agency = stored is not None and stored.tokens.user_type == "Company"
        return LoginCredential(
            _EitherKeeper(keeper, self.minter(key, keeper).keeper(location_id)),
            "agency login" if is_agency else "login",
            location_id,
            tokens=stored.tokens if stored else None,
            source="GHL_REFRESH_TOKEN",
        )

    def _seed(self, renewal: RenewalSettings) -> tuple[Key, StoredCredential]:
        seed = hashlib.sha256(renewal.refresh_token.reveal().encode()).hexdigest()[:32]
        key = Key(self._base_url, renewal.client_id, f"seed:{seed}")
        unused = self._unused(renewal.refresh_token)
        return key, StoredCredential(key, unused, renewal.client_secret)

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

    def minter(self, login: Key, company: Keeper | None = None) -> Minter:
        """Return what mints for an agency's login: the same one for all of this process.

        Parameters
        ----------
        login : Key
            The agency's.
        company : Keeper, optional
            Gives out the agency's own access token, where that is not what is stored.
        """
        # By what it does: tests of this process have other clocks and transports.
        name = (self._stores.minted.place, login, self._clock, self._transport)
        with _LOCK:
            known = _MINTERS.get(name)
            if known is None:
                known = _MINTERS[name] = Minter(
                    company or self._keeper(login),
                    self._endpoint(login.client_id, Secret("")),
                    self._stores.minted,
                    base_url=self._base_url,
                    client_id=login.client_id,
                    clock=self._clock,
                )
        return known

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

    def __init__(self, login: Keeper, minting: Keeper) -> None:
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
