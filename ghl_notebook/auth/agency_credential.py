"""The credential of an agency and its sub-accounts."""

from __future__ import annotations

from collections.abc import Iterable

import httpx

from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .bearer import TokenAuth
from .credential import Clock, Credential, CredentialKind
from .endpoint import TokenEndpoint
from .location_token_cache import LocationTokenCache
from .location_token_issuer import LocationTokenIssuer
from .token_provider import StaticTokenProvider, TokenProvider
from .tokens import Tokens
from .worker_tokens import TokenBundle


class AgencyCredential:
    """An agency's access token, and the sub-account tokens that are issued with it.

    A credential shows its source, and never its value.

    Parameters
    ----------
    company : TokenProvider
        Returns the agency's own access token.
    issuer : LocationTokenIssuer
        Returns the sub-accounts' access tokens.
    company_id : str
        The agency.
    kind : str
        ``"agency login"`` or ``"access token"``.
    source : str
        The source of the credential, in words.
    client_id : str, optional
        The app, which an access token does not name.
    tokens : Tokens, optional
        The login's current pair, which names the scopes.
    """

    def __init__(
        self,
        company: TokenProvider,
        issuer: LocationTokenIssuer,
        company_id: str,
        *,
        kind: CredentialKind,
        source: str,
        client_id: str | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        self._company = company
        self._issuer = issuer
        self._tokens = tokens
        self.company_id = company_id
        self.kind = kind
        self.source = f"{kind}, from {source}"
        self.scopes = (tokens.scopes or None) if tokens else None
        self._from = source
        # GoHighLevel writes a client id as the app's id, a hyphen, and a suffix.
        self.app_id = client_id.partition("-")[0] if client_id else None

    @while_made
    def __repr__(self) -> str:
        return f"<{self.source}>"

    def auth(self, host: str) -> TokenAuth:
        """Return the `TokenAuth` of the agency's token; only `host` may receive the token."""
        return TokenAuth(self._company, host=host)

    def of(self, location_id: str) -> Credential:
        """Return the credential of one sub-account; its token is issued when it is used."""
        return Credential(
            self._issuer.provider(location_id),
            self.kind,
            location_id,
            source=self._from,
            tokens=self._tokens,
        )

    def is_warm(self, location_id: str) -> bool:
        """Tell whether a sub-account's access token is already stored."""
        return self._issuer.peek(location_id) is not None

    async def issue(self, location_id: str) -> None:
        """Issue a sub-account's access token before it is needed.

        Raises
        ------
        LogInAgainError
            If the agency's login has expired.
        CredentialError
            If the API refuses to issue the token, or its answer is not usable.
        DailyLimitError
            If the agency's calls of the day are used up.
        """
        await self._issuer.tokens(location_id)

    def delegate(self, location_ids: Iterable[str]) -> TokenBundle:
        """Return the stored access tokens, for another process.

        Parameters
        ----------
        location_ids : iterable of str
            The sub-accounts. A sub-account without a valid token is left out.
        """
        found = ((location_id, self._issuer.peek(location_id)) for location_id in location_ids)
        return TokenBundle({i: tokens.access_token for i, tokens in found if tokens is not None})

    async def reissue(self, location_id: str, bundle: TokenBundle) -> None:
        """Replace a bundle's access token of a sub-account with a new token.

        Parameters
        ----------
        location_id : str
            The sub-account.
        bundle : TokenBundle
            The tokens of a worker; the API has rejected this sub-account's token.

        Raises
        ------
        GHLError
            As `issue`.
        """
        if location_id in bundle:
            await self._issuer.refreshed(location_id, bundle.of(location_id))
        else:
            await self.issue(location_id)

    async def aclose(self) -> None:
        """Write tokens that are not yet on disk, and close the connections."""
        await self._issuer.aclose()


def passed_credential(
    token: Secret,
    company_id: str,
    *,
    base_url: str,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
    client_id: str | None = None,
    source: str = "the token that was passed",
) -> AgencyCredential:
    """Return the credential of an agency's access token that is never refreshed.

    Parameters
    ----------
    token : Secret
        The token.
    company_id : str
        The agency.
    base_url, clock, transport
        As for `resolve_agency_credential`.
    client_id : str, optional
        The app, if it is known.
    source : str
        The source of the token, in words.
    """
    company = StaticTokenProvider(token, company_id=company_id)
    endpoint = TokenEndpoint(base_url, "", Secret(""), clock=clock, transport=transport)
    issuer = LocationTokenIssuer(
        company, endpoint, LocationTokenCache(None), base_url=base_url, client_id="", clock=clock
    )
    return AgencyCredential(
        company, issuer, company_id, kind="access token", source=source, client_id=client_id
    )
