"""The records of the simulated service: tokens, sub-accounts, users, logins and accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

TokenKind = Literal["sub_account", "company", "agency_integration"]


@dataclass(slots=True)
class Token:
    """A bearer token: its owner, its scopes, and when it expires."""

    value: str = field(repr=False)
    kind: TokenKind
    company_id: str
    location_id: str | None
    scopes: frozenset[str]
    expires_at: datetime | None = None
    #: For an OAuth token: the app, and the install that it was issued for.
    client_id: str | None = None
    install_id: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """An agency."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Town:
    """The town of a sub-account."""

    name: str
    country: str
    timezone: str


@dataclass(slots=True)
class Location:
    """A sub-account."""

    id: str
    name: str
    company_id: str
    town: Town | None = None
    phone: str = ""


@dataclass(slots=True)
class User:
    """A user of a sub-account."""

    id: str
    first_name: str
    last_name: str
    email: str
    type: Literal["account", "agency"]
    role: Literal["admin", "user"]
    location_ids: list[str]
    deleted: bool = False
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page, channel or shop that a person owns on a platform and can give access to."""

    platform: str
    origin_id: str
    name: str
    username: str
    avatar: int
    type: str
    page_id: str
    urn: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person with accounts on the platforms, who can be chosen on the consent page."""

    id: str
    name: str
    email: str
    avatar: int
    pages: tuple[Page, ...]

    def pages_on(self, platform: str) -> list[Page]:
        """Return the person's pages on a platform, in the order of the consent page."""
        return [page for page in self.pages if page.platform == platform]


@dataclass(slots=True)
class Login:
    """A completed consent; GoHighLevel calls it an OAuth connection."""

    id: str
    platform: str
    location_id: str
    owner_id: str | None
    person_id: str
    pages: list[Page]
    login_type: str | None
    created_at: datetime


@dataclass(slots=True)
class Account:
    """A page that was attached to a sub-account."""

    id: str
    profile_id: str
    oauth_id: str
    location_id: str
    page: Page
    expire: datetime
    created_at: datetime
    updated_at: datetime
    login_type: str | None = None
    expired: bool = False
    deleted: bool = False


@dataclass(slots=True)
class AccountGroup:
    """A named set of accounts of one sub-account."""

    id: str
    location_id: str
    name: str
    account_ids: list[str]


@dataclass(slots=True)
class Code:
    """The provider's single-use code for a consent, before its exchange for a login."""

    ticket: dict[str, Any]
    person_id: str
    origin_ids: list[str]
