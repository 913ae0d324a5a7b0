"""Who gives out an access token: one protocol for all, and the provider of a fixed token."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Protocol

from ghl_notebook.errors import LogInAgainError
from ghl_notebook.secret import Secret

from .tokens import Tokens

_FROM: Final = datetime.min.replace(tzinfo=UTC)
_UNTIL: Final = datetime.max.replace(tzinfo=UTC)
"""Only the service tells when a fixed token expires."""


class TokenProvider(Protocol):
    """Gives out an access token that has not expired."""

    async def tokens(self) -> Tokens:
        """Return a pair whose access token has not expired."""
        ...

    async def refreshed(self, rejected: Secret) -> Tokens | None:
        """Return another pair than the one whose access token the service rejected.

        None: there is no other.
        """
        ...


class StaticTokenProvider:
    """Gives out a token that is never refreshed.

    Parameters
    ----------
    token : Secret
        The token of a private integration, or an access token.
    company_id : str, optional
        The agency, if it is an agency's access token.
    """

    def __init__(self, token: Secret, *, company_id: str | None = None) -> None:
        self._tokens = Tokens(
            access_token=token,
            refresh_token=Secret(""),
            issued_at=_FROM,
            expires_at=_UNTIL,
            user_type="Location" if company_id is None else "Company",
            location_id=None,
            company_id=company_id,
        )

    async def tokens(self) -> Tokens:
        """Return the token."""
        return self._tokens

    async def refreshed(self, rejected: Secret) -> None:  # noqa: ARG002 - of the protocol
        """Return None: there is no other token.

        Raises
        ------
        LogInAgainError
            If it is an agency's: sub-accounts wait for another one.
        """
        if self._tokens.company_id is not None:
            raise LogInAgainError(
                "GoHighLevel rejected the agency's access token that was passed.",
                "Pass another one; or log in for the agency once, with ghl_notebook.log_in().",
            )
