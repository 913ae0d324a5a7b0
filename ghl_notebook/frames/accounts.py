"""Accounts as DataFrames: connected ones, and those that a login can attach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ghl_notebook.models import (
    PLATFORMS,
    AccountGroup,
    AccountList,
    AvailableAccount,
)

from .columns import Column
from .later import pd
from .layout import FrameLayout, Rows
from .schema import CategoryType

PLATFORM = CategoryType(tuple(sorted(PLATFORMS)))
TYPE = CategoryType(("business", "group", "location", "page", "profile"))
AVAILABLE_TYPE = CategoryType((*TYPE.values, "pinner"))


def _json(values: Sequence[object]) -> list[str | None]:
    return [None if value is None else msgspec.json.encode(value).decode() for value in values]


ACCOUNT_LAYOUT = FrameLayout(
    "accounts",
    {
        "name": Column("string", "As shown on the platform"),
        "platform": Column(PLATFORM, "For instance ``instagram``"),
        "type": Column(TYPE, "``page``, ``profile``, ``location``, ..."),
        "is_expired": Column("boolean", "Whether the account must be reconnected"),
        "expire": Column("timestamp", "When the connection expires (UTC)"),
        "groups": Column("list", "Names of its groups"),
        "active": Column("boolean", "Whether the API marks it as active"),
        "deleted": Column("boolean", "Whether the API marks it as deleted"),
        "has_statistics_permissions": Column("boolean", "False: it has no statistics"),
        "building_statistics": Column("boolean", "Whether statistics are being collected"),
        "sync_posts": Column("boolean", "Whether posts made elsewhere are imported"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
        "avatar": Column("string", "URL of the picture"),
        "meta": Column("string", "JSON: fields of some platforms only", convert=_json),
        "id": Column("string", "Opaque key of the connection; never build or split it"),
        "oauth_id": Column("string", "The Instagram (or other) login: its ``account_id``"),
        "profile_id": Column("string", "The key that the API uses for statistics"),
        "origin_id": Column("string", "Its id on the platform"),
        "location_id": Column("string", "The sub-account"),
    },
    AccountList,
)
ACCOUNTS = ACCOUNT_LAYOUT.schema
AGENCY_ACCOUNTS = ACCOUNT_LAYOUT.of_agency

AVAILABLE_LAYOUT = FrameLayout(
    "available_accounts",
    {
        "name": Column("string", "As shown on the platform"),
        "platform": Column(PLATFORM, "For instance ``instagram``"),
        "type": Column(AVAILABLE_TYPE, "``page``, ``profile``, ``pinner``, ... in lower case"),
        "is_connected": Column("boolean", "Whether it is attached to this sub-account"),
        "username": Column("string", "The name after ``@``"),
        "is_owned": Column("boolean", "Facebook: whether the user who logged in owns it"),
        "is_business_account": Column("boolean", "Instagram: whether it is a business account"),
        "verified": Column("boolean", "Whether the platform has verified it"),
        "protected": Column("boolean", "X: whether its posts are protected"),
        "avatar": Column("string", "URL of the picture"),
        "urn": Column("string", "LinkedIn: its URN"),
        "origin_id": Column("string", "Its id on the platform: the argument of `attach`"),
        "page_id": Column("string", "Instagram: the Facebook page behind the account"),
        "account_id": Column("string", "The login's ``account_id``"),
        "location_id": Column("string", "The sub-account"),
    },
)
AVAILABLE_ACCOUNTS = AVAILABLE_LAYOUT.schema


def account_rows(listed: AccountList, *, deleted: bool = False) -> Rows:
    """Return the rows of connected accounts.

    Parameters
    ----------
    listed : AccountList
        The accounts and groups of a sub-account, as records or rows.
    deleted : bool, default False
        Also include accounts that the API marks as deleted.
    """
    names = _names_of_groups(listed.groups)
    rows = Rows(ACCOUNT_LAYOUT)
    for block in ACCOUNT_LAYOUT.reader.blocks(listed):
        shown = block if deleted else [account for account in block if not account.deleted]
        rows.add(
            shown, groups=[names.get(one.id, ()) for one in shown] if names else [()] * len(shown)
        )
    return rows


def available_accounts_frame(
    accounts: Iterable[AvailableAccount], *, account_id: str, location_id: str
) -> pd.DataFrame:
    """Return a DataFrame of what a login can attach; see `fetch_available_accounts`."""
    found = [*accounts]
    rows = Rows(AVAILABLE_LAYOUT)
    rows.add(found, account_id=[account_id] * len(found))
    return rows.frame(location_id)


def _names_of_groups(groups: Iterable[AccountGroup]) -> dict[str | None, list[str]]:
    """Return account id → value of the column ``groups``."""
    names: dict[str | None, list[str]] = {}
    for group in groups:
        for account_id in group.account_ids:
            names.setdefault(account_id, []).append(group.name or group.id or "")
    return names
