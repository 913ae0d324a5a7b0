"""The records of apps, their installs and their tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class MarketplaceApp:
    """A marketplace app.

    Attributes
    ----------
    redirect_uris : list of str
        A loopback address matches at any port.
    scopes : frozenset of str
        The scopes that an authorization URL of this app may request.
    """

    client_id: str
    client_secret: str = field(repr=False)
    name: str
    redirect_uris: list[str]
    scopes: frozenset[str]


@dataclass(slots=True)
class Install:
    """A completed consent, and the family of all tokens issued for it.

    Attributes
    ----------
    location_id : str or None
        The chosen sub-account; None for the agency.
    approved : list of str or None
        For an agency: the sub-accounts that a token can be issued for. None: all, including
        future ones.
    revoked : bool
        A refresh token was used twice: all tokens of this family are invalid.
    """

    id: str
    client_id: str
    company_id: str
    location_id: str | None
    user_id: str
    scopes: tuple[str, ...]
    approved: list[str] | None = None
    revoked: bool = False


@dataclass(slots=True)
class Grant:
    """An authorization code that was not exchanged yet."""

    install: Install
    redirect_uri: str
    expires_at: datetime
    challenge: str | None = None
    challenge_method: str = "plain"


@dataclass(slots=True)
class RefreshToken:
    """A refresh token. A used one stays stored, to detect reuse.

    Attributes
    ----------
    used_at : datetime or None
        When the token was used.
    answer : dict or None
        The response to its use, which is repeated for a short time.
    """

    value: str = field(repr=False)
    install_id: str
    location_id: str | None
    expires_at: datetime
    used_at: datetime | None = None
    answer: dict[str, Any] | None = field(default=None, repr=False)
