"""A stored login as a client's credential."""

from __future__ import annotations

from ghl_notebook.guard import while_made

from .bearer import TokenAuth
from .credential import Kind
from .oauth import Keeper, OAuthAuth
from .tokens import Tokens


class LoginCredential:
    """The stored login of an app: renewed as long as its refresh token holds.

    Parameters
    ----------
    keeper : Keeper
        Gives out the sub-account's access token; for an agency's login, it mints one.
    kind : str
        ``"login"`` or ``"agency login"``.
    location_id : str
        The sub-account.
    tokens : Tokens or None
        What is known of the login so far.
    source : str
        Where it comes from, in words.
    """

    def __init__(
        self,
        keeper: Keeper,
        kind: Kind,
        location_id: str,
        *,
        tokens: Tokens | None,
        source: str,
    ) -> None:
        self._keeper = keeper
        self.kind = kind
        self.location_id = location_id
        self.source = f"{kind}, from {source}"
        self.company_id = tokens.company_id if tokens else None
        self.scopes = (tokens.scopes or None) if tokens else None

    @while_made
    def __repr__(self) -> str:
        return f"<{self.source}>"

    def auth(self, host: str) -> TokenAuth:
        """Return what adds it to requests; `host` is the only one that may see it."""
        return OAuthAuth(self._keeper, host=host)
