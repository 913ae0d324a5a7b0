"""Accounts as DataFrames: connected ones, and those that a login can attach."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ghl_notebook.models import (
    PLATFORMS,
    Account,
    AccountGroup,
    AccountList,
    AvailableAccount,
    GroupRow,
    without_collector,
)

from .later import pd
from .layout import FrameLayout
from .schema import CategoryType, Schema

PLATFORM = CategoryType(tuple(sorted(PLATFORMS)))
TYPE = CategoryType(("business", "group", "location", "page", "profile"))
AVAILABLE_TYPE = CategoryType((*TYPE.values, "pinner"))

ACCOUNTS: Schema = {
    "id": "string",
    "platform": PLATFORM,
    "type": TYPE,
    "name": "string",
    "is_expired": "boolean",
    "expire": "timestamp",
    "oauth_id": "string",
    "profile_id": "string",
    "origin_id": "string",
    "location_id": "string",
    "groups": "string",
    "active": "boolean",
    "deleted": "boolean",
    "has_statistics_permissions": "boolean",
    "building_statistics": "boolean",
    "sync_posts": "boolean",
    "created_at": "timestamp",
    "updated_at": "timestamp",
    "avatar": "string",
    "meta": "string",
}

AVAILABLE_ACCOUNTS: Schema = {
    "origin_id": "string",
    "platform": PLATFORM,
    "type": AVAILABLE_TYPE,
    "name": "string",
    "is_connected": "boolean",
    "username": "string",
    "page_id": "string",
    "urn": "string",
    "is_owned": "boolean",
    "is_business_account": "boolean",
    "verified": "boolean",
    "protected": "boolean",
    "account_id": "string",
    "location_id": "string",
    "avatar": "string",
}


@without_collector()
def accounts_frame(listed: AccountList, *, deleted: bool = False) -> pd.DataFrame:
    """Return a DataFrame of connected accounts; `fetch_accounts` documents its columns."""
    groups = names_of_groups(listed.groups)
    layout = FrameLayout(
        ACCOUNTS,
        {"groups": lambda account: groups.get(account.id), "meta": _meta},
    )
    shown = (account for account in listed.accounts if deleted or not account.deleted)
    return layout.frame(shown, listed.location_id)


def available_accounts_frame(
    accounts: Iterable[AvailableAccount], *, account_id: str, location_id: str
) -> pd.DataFrame:
    """Return a DataFrame of what a login can attach; see `fetch_available_accounts`."""
    layout = FrameLayout(AVAILABLE_ACCOUNTS, {"account_id": lambda _account: account_id})
    return layout.frame(accounts, location_id)


def names_of_groups(groups: Iterable[AccountGroup | GroupRow]) -> dict[str | None, str]:
    """Return account id → value of the column ``groups``."""
    names: dict[str | None, str] = {}
    for group in groups:
        name = group.name or group.id or ""
        for account_id in group.account_ids:
            names[account_id] = f"{names[account_id]}, {name}" if account_id in names else name
    return names


def _meta(account: Account) -> str | None:
    return None if account.meta is None else msgspec.json.encode(account.meta).decode()
