"""How a request proves who asks: with an access token in its header."""

from __future__ import annotations

from ghl_notebook.secret import Secret

from .token_provider import TokenProvider


class TokenAuth:
    """Gives a `Sender` an access token, and another one if the service rejects it.

    Parameters
    ----------
    provider : TokenProvider
        Gives out the token.
    host : str
        The only host that may see the token. A request to another host is sent without it.
    """

    def __init__(self, provider: TokenProvider, *, host: str) -> None:
        self._provider = provider
        self.host = host

    async def token(self) -> Secret:
        """Return the access token."""
        return (await self._provider.tokens()).access_token

    async def another(self, rejected: Secret) -> Secret | None:
        """Return a token to use instead of the one that the service rejected, if there is one.

        Parameters
        ----------
        rejected : Secret
            What `token` returned.
        """
        tokens = await self._provider.refreshed(rejected)
        return None if tokens is None else tokens.access_token
