"""What proves who asks for a whole agency."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import httpx

from ghl_notebook.errors import LogInAgainError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .bearer import TokenAuth
from .credential import Clock, Credential, Kind
from .endpoint import TokenEndpoint
from .lent import LentTokens
from .login_credential import LoginCredential
from .minted_store import MintedStore
from .minter import Minter
from .oauth import Keeper, OAuthAuth
from .tokens import Tokens


class AgencyCredential:
    """An agency's access token, and the sub-accounts' that are minted by it.

    It shows where it comes from, and never its value.

    Parameters
    ----------
    company : Keeper
        Gives out the agency's own access token.
    minter : Minter
        Gives out the sub-accounts'.
    company_id : str
        The agency.
    kind : str
        ``"agency login"`` or ``"access token"``.
    source : str
        Where it comes from, in words.
    client_id : str, optional
        The app; an access token does not say it.
    tokens : Tokens, optional
        What is known of the login so far.
    """

    def __init__(
        self,
        company: Keeper,
        minter: Minter,
        company_id: str,
        *,
        kind: Kind,
        source: str,
        client_id: str | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        self._company = company
        self._minter = minter
        self._tokens = tokens
        self.company_id = company_id
        self.kind = kind
        self.source = f"{kind}, from {source}"
        self.scopes = (tokens.scopes or None) if tokens else None
        self._from = source
        # The service writes the client id as the app's id, a hyphen, and a suffix.
        self.app_id = client_id.partition("-")[0] if client_id else None

    @while_made
    def __repr__(self) -> str:
        return f"<{self.source}>"

    def auth(self, host: str) -> TokenAuth:
        """Return what adds the agency's token; `host` is the only one that may see it."""
        return OAuthAuth(self._company, host=host)

    def of(self, location_id: str) -> Credential:
        """Return the credential of one sub-account; nothing is asked before it is used."""
        return LoginCredential(
            self._minter.keeper(location_id),
            self.kind,
            location_id,
            tokens=self._tokens,
            source=self._from,
        )

    def is_warm(self, location_id: str) -> bool:
        """Tell whether a sub-account's access token is there already."""
        return self._minter.peek(location_id) is not None

    async def mint(self, location_id: str) -> None:
        """Have a sub-account's access token there before it is needed.

        Raises
        ------
        LogInAgainError
            If the agency's login holds no more.
        CredentialError
            If the service refuses to mint it, or there is no usable answer.
        DailyLimitError
            If the agency's calls of the day are used up.
        """
        await self._minter.tokens(location_id)

    def lend(self, location_ids: Iterable[str]) -> LentTokens:
        """Return the access tokens that are there, for another process.

        Parameters
        ----------
        location_ids : iterable of str
            Whose. One without a token that holds is left out.
        """
        found = ((location_id, self._minter.peek(location_id)) for location_id in location_ids)
        return LentTokens({i: tokens.access_token for i, tokens in found if tokens is not None})

    async def renew(self, location_id: str, lent: LentTokens) -> None:
        """Have another access token of a sub-account there than the one that was lent.

        Parameters
        ----------
        location_id : str
            The sub-account.
        lent : LentTokens
            Where the service has rejected its token.

        Raises
        ------
        GHLError
            As `mint`.
        """
        if location_id in lent:
            await self._minter.renewed(location_id, lent.of(location_id))
        else:
            await self.mint(location_id)

    async def aclose(self) -> None:
        """Write what was minted, and close the connections."""
        await self._minter.aclose()


class FixedKeeper:
    """Gives out an agency's access token that nobody renews.

    Parameters
    ----------
    token : Secret
        The token.
    company_id : str
        The agency.
    clock : callable
        The current time, with a time zone.
    """

    def __init__(self, token: Secret, company_id: str, *, clock: Clock) -> None:
        now = clock()
        self._tokens = Tokens(
            access_token=token,
            refresh_token=Secret(""),
            issued_at=now,
            expires_at=now + timedelta(days=3650),  # the service tells when it is over
            user_type="Company",
            location_id=None,
            company_id=company_id,
        )

    async def tokens(self) -> Tokens:
        """Return the token."""
        return self._tokens

    async def renewed(self, rejected: Secret) -> Tokens:  # noqa: ARG002 - as every keeper
        """Say that there is no other one."""
        raise LogInAgainError(
            "The service does not take the agency's access token that was passed.",
            "Pass another one; or log in for the agency with ghl_notebook.log_in(), once.",
        )


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
    """Return the credential of an agency's access token that nobody renews.

    Parameters
    ----------
    token : Secret
        The token.
    company_id : str
        The agency.
    base_url, clock, transport
        As for `find_agency_credential`.
    client_id : str, optional
        The app, where it is known.
    source : str
        Where the token comes from, in words.
    """
    company = FixedKeeper(token, company_id, clock=clock)
    endpoint = TokenEndpoint(base_url, "", Secret(""), clock=clock, transport=transport)
    minter = Minter(
        company, endpoint, MintedStore(None), base_url=base_url, client_id="", clock=clock
    )
    return AgencyCredential(
        company, minter, company_id, kind="access token", source=source, client_id=client_id
    )
