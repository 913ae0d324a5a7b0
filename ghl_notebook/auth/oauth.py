"""How a request proves who asks, by a token that is renewed."""

from __future__ import annotations

from typing import Protocol

from ghl_notebook.secret import Secret

from .bearer import TokenAuth
from .tokens import Tokens


class Keeper(Protocol):
    """Gives out an access token that holds."""

    async def tokens(self) -> Tokens:
        """Return a pair whose access token holds."""
        ...

    async def renewed(self, rejected: Secret) -> Tokens:
        """Return another pair than the one whose access token was rejected."""
        ...


class OAuthAuth(TokenAuth):
    """Send the access token of a keeper, which renews it.

    Parameters
    ----------
    keeper : Keeper
        Gives out the token.
    host : str
        As for `TokenAuth`.
    """

    def __init__(self, keeper: Keeper, *, host: str) -> None:
        super().__init__(host)
        self._keeper = keeper

    async def token(self) -> Secret:
        """Return the access token."""
        return (await self._keeper.tokens()).access_token

    async def another(self, rejected: Secret) -> Secret:
        """Return the one that the keeper has after it was told."""
        return (await self._keeper.renewed(rejected)).access_token
