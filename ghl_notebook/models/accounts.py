"""Connected accounts and users, as the API returns them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from ghl_notebook.gc_pause import without_collector

from .record import Record


class StorefrontAddress(Record, kw_only=True):
    """The address of a business (`meta.storefrontAddress`, Google)."""

    region_code: str | None = None
    language_code: str | None = None
    postal_code: str | None = None
    administrative_area: str | None = None
    locality: str | None = None
    address_lines: list[str] | None = None


class MetaPage(Record, kw_only=True):
    """The Facebook page behind an account (`meta.page`)."""

    id: str | None = None
    name: str | None = None
    avatar: str | None = None


class AccountMeta(Record, kw_only=True):
    """Fields of an account that only some platforms have (`meta`)."""

    page_id: str | None = None
    page: MetaPage | None = None
    store_code: str | None = None
    is_verified: bool | None = None
    verified: bool | None = None
    protected: bool | None = None
    location_id: str | None = None
    account_id: str | None = None
    open_id: str | None = None
    urn: str | None = None
    username: str | None = None
    login_type: str | None = None
    storefront_address: StorefrontAddress | None = None


class AttachedAccount(Record, kw_only=True):
    """The response to attaching an account (step 3).

    The fields are those in GoHighLevel's documentation page "Starts OAuth For Instagram Account".
    """

    id: str | None = msgspec.field(default=None, name="_id")
    oauth_id: str | None = msgspec.field(default=None, name="oAuthId")
    old_id: str | None = None
    location_id: str | None = None
    origin_id: str | None = None
    platform: str | None = None
    type: str | None = None
    name: str | None = None
    avatar: str | None = None
    meta: AccountMeta | None = None
    active: bool | None = None
    deleted: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Account(Record, kw_only=True):
    """A row of the list of connected accounts.

    `id` is opaque: never build or split it. The API uses `profile_id` for statistics.
    """

    id: str | None = None
    oauth_id: str | None = None
    profile_id: str | None = None
    origin_id: str | None = None
    name: str | None = None
    platform: str | None = None
    type: str | None = None
    avatar: str | None = None
    expire: datetime | None = None
    is_expired: bool | None = None
    active: bool | None = None
    deleted: bool | None = None
    has_statistics_permissions: bool | None = None
    building_statistics: bool | None = None
    sync_posts: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    meta: dict[str, Any] | None = None


class AccountGroup(Record, kw_only=True):
    """A named group of connected accounts."""

    id: str | None = None
    name: str | None = None
    account_ids: list[str] = msgspec.field(default_factory=list)


class AccountList(Record, kw_only=True):
    """All accounts and groups connected to one sub-account."""

    location_id: str | None = None
    accounts: list[Account] = msgspec.field(default_factory=list)
    groups: list[AccountGroup] = msgspec.field(default_factory=list)

    @classmethod
    @without_collector()
    def from_wire(cls, wire: object, *, location_id: str | None = None) -> AccountList:
        """Make the list from the `results` of the response."""
        found = super().from_wire(wire)
        found.location_id = location_id
        return found


class UserRoles(Record, kw_only=True):
    """The permissions of a user (`roles`)."""

    type: str | None = None
    role: str | None = None
    location_ids: list[str] | None = None


class User(Record, kw_only=True):
    """A user of a sub-account."""

    id: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    deleted: bool | None = None
    roles: UserRoles | None = None

    @property
    def full_name(self) -> str | None:
        """The name, or the first and last name; None if the user has neither."""
        parts = (part for part in (self.first_name, self.last_name) if part)
        return self.name or " ".join(parts) or None

    @property
    def is_admin(self) -> bool:
        """Whether the user is an administrator and was not deleted."""
        return not self.deleted and self.roles is not None and self.roles.role == "admin"
