"""A credential: what a client holds to prove who asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .bearer import TokenAuth
from .token_provider import StaticTokenProvider, TokenProvider
from .tokens import Tokens

CredentialKind = Literal["private integration", "access token", "login", "agency login"]


class Credential:
    """Proves who asks, for one sub-account.

    A credential shows where it comes from, and never its value.

    Parameters
    ----------
    provider : TokenProvider
        Gives out the sub-account's access token.
    kind : str
        Which kind of credential it is.
    location_id : str
        The sub-account.
    source : str
        Where it comes from, in words.
    tokens : Tokens, optional
        The pair of the login so far; it names the agency and the scopes.

    Attributes
    ----------
    kind, location_id
        As given.
    source : str
        The kind and where it comes from, in one line.
    company_id : str or None
        The agency, where it is known.
    scopes : tuple of str or None
        The scopes; None where only the service knows them.
    """

    def __init__(
        self,
        provider: TokenProvider,
        kind: CredentialKind,
        location_id: str,
        *,
        source: str,
        tokens: Tokens | None = None,
    ) -> None:
        self._provider = provider
        self.kind = kind
        self.location_id = location_id
        self.source = f"{kind}, from {source}"
        self.company_id = tokens.company_id if tokens else None
        self.scopes = (tokens.scopes or None) if tokens else None

    @classmethod
    def of_token(cls, token: Secret, location_id: str, *, source: str) -> Credential:
        """Return the credential of a private integration's token, or of an access token.

        Parameters
        ----------
        token : Secret
            The token; it is never refreshed.
        location_id, source
            As for the class.
        """
        is_private = token.reveal().startswith("pit-")
        kind: CredentialKind = "private integration" if is_private else "access token"
        return cls(StaticTokenProvider(token), kind, location_id, source=source)

    @while_made
    def __repr__(self) -> str:
        return f"<{self.source}>"

    def auth(self, host: str) -> TokenAuth:
        """Return what adds the token to requests; `host` is the only one that may see it."""
        return TokenAuth(self._provider, host=host)


Clock = Callable[[], datetime]
"""The current time, with a time zone."""
