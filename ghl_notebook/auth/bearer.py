"""How a request proves who asks: by an access token in its header."""

from __future__ import annotations

from ghl_notebook.secret import Secret


class TokenAuth:
    """Provides an access token, and another one after the service has rejected it.

    Parameters
    ----------
    host : str
        The only host that may see it. A request to another one is sent without it.
    """

    def __init__(self, host: str) -> None:
        self.host = host

    async def token(self) -> Secret:
        """Return the access token."""
        raise NotImplementedError

    async def another(self, rejected: Secret) -> Secret | None:
        """Return the token to use instead of one that the service has rejected, if there is one.

        Parameters
        ----------
        rejected : Secret
            What `token` has returned.
        """
        raise NotImplementedError


class BearerAuth(TokenAuth):
    """Send a fixed access token: that of a private integration, or an OAuth one.

    Parameters
    ----------
    token : Secret
        The token.
    host : str
        As for `TokenAuth`.
    """

    def __init__(self, token: Secret, *, host: str) -> None:
        super().__init__(host)
        self._token = token

    async def token(self) -> Secret:
        """Return the access token."""
        return self._token

    async def another(self, rejected: Secret) -> None:
        """Return None: nobody renews it."""
