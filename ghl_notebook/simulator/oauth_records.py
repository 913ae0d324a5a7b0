"""What the simulated service keeps about apps and about who installed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class App:
    """A marketplace app.

    Attributes
    ----------
    redirect_uris : list of str
        A loopback address among them matches at any port.
    scopes : frozenset of str
        What an authorization URL of this app may ask for.
    """

    client_id: str
    client_secret: str = field(repr=False)
    name: str
    redirect_uris: list[str]
    scopes: frozenset[str]


@dataclass(slots=True)
class Install:
    """One finished consent: the family of all tokens that descend from it.

    Attributes
    ----------
    location_id : str or None
        The sub-account that was chosen; None where the agency was.
    approved : list of str or None
        Of the agency: the sub-accounts a token may be minted for; None is all, future ones too.
    revoked : bool
        A refresh token was used twice: nothing of this family is accepted any more.
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
    """An authorization code, until it is exchanged."""

    install: Install
    redirect_uri: str
    expires_at: datetime
    challenge: str | None = None
    challenge_method: str = "plain"


@dataclass(slots=True)
class RefreshToken:
    """A refresh token, also after it was used: that is how its reuse is noticed."""

    value: str = field(repr=False)
    install_id: str
    location_id: str | None
    expires_at: datetime
    used: bool = False
