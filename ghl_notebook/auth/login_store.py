"""The stored logins of apps: store, find, refresh, and delete them."""

from __future__ import annotations

import hashlib
import threading
import weakref
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from ghl_notebook.background import hold_during_fork, run_in_background
from ghl_notebook.errors import ArgumentError, CredentialError, LogInAgainError, SettingsError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret
from ghl_notebook.settings import RenewalSettings

from .agency_credential import AgencyCredential
from .app import App
from .credential import Clock, Credential
from .endpoint import TokenEndpoint
from .file_store import FileStore
from .keyring_backend import find_backend
from .location_token_cache import LocationTokenCache
from .location_token_issuer import LocationTokenIssuer
from .stored_credential import Key, StoredCredential
from .stored_token_provider import StoredTokenProvider, keep, remove, reserved
from .token_provider import TokenProvider
from .tokens import Tokens

if TYPE_CHECKING:
    from .keyring_cipher import KeyringCipher

_ISSUERS: weakref.WeakValueDictionary[tuple[object, Key, Clock, object], LocationTokenIssuer] = (
    weakref.WeakValueDictionary()
)
_LOCK = threading.Lock()
hold_during_fork(_LOCK)

Keys = list[Key]  # `LoginStore.list` shadows the builtin in annotations


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of tokens.

    Attributes
    ----------
    logins : FileStore
        The pairs of logins.
    location_tokens : LocationTokenCache
        The sub-account tokens that were issued with an agency's login, until they expire.
    """

    logins: FileStore
    location_tokens: LocationTokenCache

    @classmethod
    def open(cls, folder: Path, *, keyring: bool) -> Stores:
        """Open the files in a folder.

        Parameters
        ----------
        folder : Path
            The folder.
        keyring : bool
            Whether to encrypt the files with a key in the system's keyring, if there is one. False
            if the user has named a folder.

        Raises
        ------
        StorageError
            If no keyring was found in time.
        """
        backend = find_backend() if keyring else None
        if backend is None:
            return cls.at(folder)
        from .keyring_cipher import KeyringCipher  # loads the encryption library

        return cls.at(folder, KeyringCipher(backend, folder))

    @classmethod
    def at(cls, folder: Path, cipher: KeyringCipher | None = None) -> Stores:
        """Open the files in a folder, encrypted by a cipher or plain."""
        cache = LocationTokenCache(folder / "location_tokens.sqlite", cipher)
        return cls(FileStore(folder, cipher), cache)


class LoginStore:
    """The logins of apps at one API address.

    Parameters
    ----------
    stores : Stores
        The stores of the tokens.
    base_url : str
        The API's address.
    clock : callable
        Returns the current time, with a time zone.
    renewal : RenewalSettings, optional
        An app's client secret, and a first refresh token, from the environment.
    transport : httpx.AsyncBaseTransport, optional
        The transport of the requests.
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
        return f"LoginStore({self._stores.logins!r})"

    def list(self) -> list[Key]:
        """Return the names of this API address's stored logins that a user logged in for.

        Raises
        ------
        StorageError
            If the store cannot be read.
        """
        return [key for key in self.list_all() if not key.owner.startswith("env:")]

    def list_all(self) -> Keys:
        """Return also the logins that the environment's refresh token started; see `list`."""
        return [key for key in self._stores.logins.list() if key.base_url == self._base_url]

    async def finish(self, app: App, code: Secret, verifier: Secret) -> Tokens:
        """Exchange the code of a login, and store the pair before its first use.

        Raises
        ------
        CredentialError
            If the code is refused, or its result cannot be stored.
        """
        endpoint = self._endpoint(app.client_id, app.client_secret)
        # Reserve disk space first: a code can be exchanged only once.
        draft = Key(self._base_url, app.client_id, f"draft:{self._clock().isoformat()}")
        async with reserved(self._stores.logins, draft):
            tokens = await endpoint.exchange(code, verifier, app.redirect_uri)
        if tokens.location_id is None and tokens.company_id is None:
            raise CredentialError("The login was answered without a sub-account and an agency.")
        credential = StoredCredential(self.key_of(app, tokens), tokens, app.client_secret)
        await keep(self._stores.logins, credential)
        return tokens

    def key_of(self, app: App, tokens: Tokens) -> Key:
        """Return the name of the login that issued a pair."""
        return Key(self._base_url, app.client_id, _owner_of(tokens))

    def forget(self, key: Key) -> bool:
        """Delete a stored login and the tokens issued with it; tell whether there was one.

        Raises
        ------
        StorageError
            If the login cannot be deleted.
        """
        # Also tokens of another agency of the same app, which are issued again.
        for name, issuer in list(_ISSUERS.items()):
            if (name[1].base_url, name[1].client_id) == (key.base_url, key.client_id):
                issuer.forget()
        self._stores.location_tokens.forget(key.base_url, key.client_id)
        return run_in_background(remove, self._stores.logins, key)

    def credential(self, key: Key, location_id: str | None = None) -> Credential:
        """Return a stored login as a client's credential.

        Parameters
        ----------
        key : Key
            A key from `list`.
        location_id : str, optional
            The sub-account; an agency's login needs it.

        Raises
        ------
        StorageError
            If the login cannot be read.
        """
        stored = self._stores.logins.load(key)
        tokens = stored.tokens if stored else None
        kind, _, whose = key.owner.partition(":")
        if kind == "location":
            source = f"the stored login of sub-account {whose}"
            return Credential(self._provider(key), "login", whose, source=source, tokens=tokens)
        if location_id is None:
            raise ArgumentError(
                f"The stored login is that of agency {whose}.",
                "Say which sub-account: pass location_id, or set GHL_LOCATION_ID.",
            )
        provider = self.issuer(key).provider(location_id)
        source = f"the stored login of agency {whose}"
        return Credential(provider, "agency login", location_id, source=source, tokens=tokens)

    def agency_credential(self, key: Key) -> AgencyCredential:
        """Return the stored login of an agency as the credential of all its sub-accounts.

        Parameters
        ----------
        key : Key
            An agency's key from `list`.

        Raises
        ------
        StorageError
            If the login cannot be read.
        """
        stored = self._stores.logins.load(key)
        whose = key.owner.partition(":")[2]
        tokens = stored.tokens if stored else None
        source = f"the stored login of agency {whose}"
        return self._agency(key, self._provider(key), whose, source, tokens)

    def agency_from_environment(
        self, renewal: RenewalSettings, company_id: str | None = None
    ) -> AgencyCredential:
        """Return the agency's login that the environment's refresh token starts.

        A refresh token that was never used is used immediately, to learn its agency from the API.

        Raises
        ------
        SettingsError
            If the refresh token is not an agency's.
        CredentialError
            If the login cannot be refreshed.
        """
        key, first = self._from_environment(renewal)
        company = self._provider(key, first)
        stored = self._stores.logins.load(key)
        # A refresh token that was refused on its first use is stored without a type.
        is_known = stored is not None and stored.tokens.user_type != ""
        tokens = stored.tokens if stored and is_known else run_in_background(company.tokens)
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
        return self._agency(key, company, tokens.company_id, "GHL_REFRESH_TOKEN", tokens)

    def from_environment(self, renewal: RenewalSettings, location_id: str) -> Credential:
        """Return the login that the environment's refresh token starts.

        The refresh token works once. The pair that it returns is stored under the token's name, and
        used from then on.
        """
        key, first = self._from_environment(renewal)
        stored = self._stores.logins.load(key)
        login = self._provider(key, first)
        is_agency = stored is not None and stored.tokens.user_type == "Company"
        return Credential(
            _EitherTokenProvider(login, self.issuer(key, login).provider(location_id)),
            "agency login" if is_agency else "login",
            location_id,
            source="GHL_REFRESH_TOKEN",
            tokens=stored.tokens if stored else None,
        )

    def _from_environment(self, renewal: RenewalSettings) -> tuple[Key, StoredCredential]:
        digest = hashlib.sha256(renewal.refresh_token.reveal().encode()).hexdigest()[:32]
        key = Key(self._base_url, renewal.client_id, f"env:{digest}")
        now = self._clock()
        unused = Tokens(
            access_token=Secret(""),
            refresh_token=renewal.refresh_token,
            issued_at=now - timedelta(days=1),
            expires_at=now,
            user_type="",
            location_id=None,
            company_id=None,
        )
        return key, StoredCredential(key, unused, renewal.client_secret)

    def _agency(
        self, key: Key, company: TokenProvider, company_id: str, source: str, tokens: Tokens | None
    ) -> AgencyCredential:
        return AgencyCredential(
            company,
            self.issuer(key, company),
            company_id,
            kind="agency login",
            source=source,
            client_id=key.client_id,
            tokens=tokens,
        )

    def _provider(self, key: Key, first: StoredCredential | None = None) -> StoredTokenProvider:
        async def refresh(stored: StoredCredential | None) -> StoredCredential:
            if stored is None:
                raise LogInAgainError("The stored login was deleted.")
            secret = stored.client_secret
            if self._renewal is not None and self._renewal.client_id == key.client_id:
                secret = self._renewal.client_secret
            fresh = await self._endpoint(key.client_id, secret).refresh(stored.tokens)
            if not fresh.refresh_token:  # then the old one stays valid (RFC 6749, section 6)
                fresh = replace(fresh, refresh_token=stored.tokens.refresh_token)
            return stored.with_tokens(fresh)

        store = self._stores.logins
        return StoredTokenProvider(key, store, refresh, clock=self._clock, first=first)

    def issuer(self, login: Key, company: TokenProvider | None = None) -> LocationTokenIssuer:
        """Return the issuer of an agency's login, the same object throughout this process.

        Parameters
        ----------
        login : Key
            The agency's login.
        company : TokenProvider, optional
            Returns the agency's own access token. By default, the stored login's token.
        """
        # Keyed by everything that changes its behavior; tests use other clocks and transports.
        name = (self._stores.location_tokens.place, login, self._clock, self._transport)
        with _LOCK:
            known = _ISSUERS.get(name)
            if known is None:
                known = _ISSUERS[name] = LocationTokenIssuer(
                    company or self._provider(login),
                    self._endpoint(login.client_id, Secret("")),
                    self._stores.location_tokens,
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


class _EitherTokenProvider:
    """A login of a sub-account or of an agency, as its first answer shows."""

    def __init__(self, login: TokenProvider, issued: TokenProvider) -> None:
        self._login, self._issued = login, issued

    async def tokens(self) -> Tokens:
        """Return the sub-account's pair."""
        tokens = await self._login.tokens()
        return await self._issued.tokens() if tokens.user_type == "Company" else tokens

    async def refreshed(self, rejected: Secret) -> Tokens | None:
        """Return a new pair in exchange for the rejected pair."""
        tokens = await self._login.tokens()
        provider = self._issued if tokens.user_type == "Company" else self._login
        return await provider.refreshed(rejected)


def _owner_of(tokens: Tokens) -> str:
    """Return the owner of a pair, for its key."""
    if tokens.user_type == "Company" or tokens.location_id is None:
        return f"company:{tokens.company_id}"
    return f"location:{tokens.location_id}"
