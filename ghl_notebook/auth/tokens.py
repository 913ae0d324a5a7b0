"""A token pair: an access token with its expiry, and what refreshes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec

from ghl_notebook.models import TokenAnswer
from ghl_notebook.secret import Secret

_DEFAULT_LIFETIME: Final = timedelta(hours=1)
"""If an answer reports none. A guess that is too short costs a refresh; too long, a 401."""

_LAST: Final = timedelta(seconds=30)

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with a time zone, also after it was read from a store."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token, and what refreshes it.

    Attributes
    ----------
    access_token : Secret
        The bearer.
    refresh_token : Secret
        Gives the next pair, once; empty where another credential issues the token.
    issued_at, expires_at : datetime
        By this computer's clock, in UTC.
    user_type : str
        ``"Location"`` (a sub-account) or ``"Company"`` (an agency).
    location_id, company_id, user_id : str or None
        Whose it is.
    scopes : tuple of str
        The scopes.
    """

    access_token: Secret
    refresh_token: Secret
    issued_at: Moment
    expires_at: Moment
    user_type: str
    location_id: str | None
    company_id: str | None
    user_id: str | None = None
    scopes: tuple[str, ...] = ()

    @classmethod
    def of(cls, answer: TokenAnswer, now: datetime) -> Tokens:
        """Make a pair from the token endpoint's answer.

        Parameters
        ----------
        answer : TokenAnswer
            The answer.
        now : datetime
            When the request for it was sent, with a time zone.
        """
        lifetime = _DEFAULT_LIFETIME
        if answer.expires_in is not None:
            lifetime = timedelta(seconds=answer.expires_in)
        return cls(
            access_token=answer.access_token,
            refresh_token=answer.refresh_token,
            issued_at=now.astimezone(UTC),
            expires_at=now.astimezone(UTC) + lifetime,
            user_type=answer.user_type,
            location_id=answer.location_id,
            company_id=answer.company_id,
            user_id=answer.user_id,
            scopes=answer.scopes,
        )

    def without_refresh_token(self) -> Tokens:
        """Return the pair without its refresh token: one secret less to store."""
        return replace(self, refresh_token=Secret(""))

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the access token has expired, or will within seconds."""
        left = self.expires_at - now
        return left <= _LAST and left <= self._lifetime / 20

    def is_due(self, now: datetime) -> bool:
        """Tell whether to refresh it in the background: in the last tenth of its lifetime."""
        return now >= self.expires_at - min(timedelta(hours=1), self._lifetime / 10)

    @property
    def _lifetime(self) -> timedelta:
        return self.expires_at - self.issued_at
