"""Accounts as DataFrames: what is connected, and what a login may attach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import pandas as pd

from ghl_notebook.models import (
    PLATFORMS,
    AccountGroup,
    AccountList,
    AvailableAccount,
    GroupRow,
    without_collector,
)

from .schema import Category, Schema, make_frame

PLATFORM = Category(tuple(sorted(PLATFORMS)))
TYPE = Category(("business", "group", "location", "page", "profile"))
AVAILABLE_TYPE = Category((*TYPE.values, "pinner"))

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
    """Make the frame of connected accounts; `fetch_accounts` documents its columns."""
    groups = names_of_groups(listed.groups)
    rows = [
        (
            a.id,
            a.platform,
            a.type,
            a.name,
            a.is_expired,
            a.expire,
            a.oauth_id,
            a.profile_id,
            a.origin_id,
            listed.location_id,
            groups.get(a.id),
            a.active,
            a.deleted,
            a.has_statistics_permissions,
            a.building_statistics,
            a.sync_posts,
            a.created_at,
            a.updated_at,
            a.avatar,
            _json(a.meta),
        )
        for a in listed.accounts
        if deleted or not a.deleted
    ]
    return make_frame(ACCOUNTS, rows)


def available_accounts_frame(
    accounts: Iterable[AvailableAccount], *, account_id: str, location_id: str
) -> pd.DataFrame:
    """Make the frame of what a login may attach; `fetch_available_accounts` has its columns."""
    rows = [
        (
            a.origin_id,
            a.platform,
            a.type,
            a.name,
            a.is_connected,
            a.username,
            a.page_id,
            a.urn,
            a.is_owned,
            a.is_business_account,
            a.verified,
            a.protected,
            account_id,
            location_id,
            a.avatar,
        )
        for a in accounts
    ]
    return make_frame(AVAILABLE_ACCOUNTS, rows)


def names_of_groups(groups: Iterable[AccountGroup | GroupRow]) -> dict[str | None, str]:
    """Return by account id what the column ``groups`` shows."""
    names: dict[str | None, str] = {}
    for group in groups:
        name = group.name or group.id or ""
        for account_id in group.account_ids:
            names[account_id] = f"{names[account_id]}, {name}" if account_id in names else name
    return names


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
