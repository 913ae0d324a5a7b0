"""A token pair: what an OAuth login has given, and until when it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec

from ghl_notebook.models import TokenAnswer
from ghl_notebook.secret import Secret

_DEFAULT_LIFETIME: Final = timedelta(hours=1)
"""Where an answer does not say: too short costs a renewal, too long an answer 401."""

_LAST: Final = timedelta(seconds=30)

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time that has a time zone, also where it is read from a store."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token, and what renews it.

    Attributes
    ----------
    access_token : Secret
        The bearer.
    refresh_token : Secret
        Gives the next pair, once; empty where another credential renews it.
    issued_at, expires_at : datetime
        By this computer's clock, in UTC.
    user_type : str
        ``"Location"`` (a sub-account) or ``"Company"`` (an agency).
    location_id, company_id, user_id : str or None
        Whose it is.
    scopes : tuple of str
        What it may do.
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
        """Make a pair of the token endpoint's answer.

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
        """Return a pair that another credential renews: a secret less to keep."""
        return replace(self, refresh_token=Secret(""))

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the access token is to be used no more: a little before its time."""
        left = self.expires_at - now
        return left <= _LAST and left <= self._lifetime / 20

    def is_due(self, now: datetime) -> bool:
        """Tell whether to renew it in the background: in the last tenth of its time."""
        return now >= self.expires_at - min(timedelta(hours=1), self._lifetime / 10)

    @property
    def _lifetime(self) -> timedelta:
        return self.expires_at - self.issued_at
