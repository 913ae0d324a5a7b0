"""The columns that a page displays of a DataFrame, as one list each."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any, Final

import pandas as pd

from ghl_notebook.models import platform_title
from ghl_notebook.settings import DEFAULT_BASE_URL, read_expiring_days
from ghl_notebook.widgets import Pictures

_APP: Final = "https://app.gohighlevel.com/v2/location/"

COUNTS = {
    "location_id": "string",
    "location_name": "string",
    "accounts": "Int64",
    "expired": "Int64",
    "expiring": "Int64",
    "error": "string",
    "message": "string",
}
"""Columns of a panel's DataFrame of sub-accounts, with their dtypes."""


def account_columns(
    accounts: pd.DataFrame, now: datetime, pictures: Pictures
) -> dict[str, list[Any]]:
    """Return the displayed columns of connected accounts."""
    left = accounts["expire"] - pd.Timestamp(now)
    expired, expiring = _states(accounts, now)
    platform = accounts["platform"].astype(object)
    return {
        "name": _plain(accounts["name"].fillna(accounts["origin_id"])),
        "username": [_username(meta) for meta in _plain(accounts["meta"])],
        "platform": _plain(platform),
        "title": [platform_title(key) for key in _plain(platform)],
        "groups": [_listed(names) for names in accounts["groups"]],
        "state": _plain(
            pd.Series("connected", accounts.index, dtype=object)
            .mask(expiring, "expiring")
            .mask(expired, "expired")
        ),
        "days": _plain(left.dt.days.astype("Int64")),
        "expire": [None if pd.isna(end) else end.isoformat() for end in accounts["expire"]],
        "avatar": [pictures.choose(address) for address in _plain(accounts["avatar"])],
    }


def location_columns(counts: pd.DataFrame, accounts: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the displayed columns of an agency's sub-accounts, and what they are filtered by."""
    platforms: dict[str, Counter[str]] = {}
    groups: dict[str, dict[str, None]] = {}
    of = accounts[["location_id", "platform", "groups"]].astype(object)
    for location_id, platform, names in of.itertuples(index=False, name=None):
        if not pd.isna(platform):
            platforms.setdefault(location_id, Counter())[platform_title(platform)] += 1
        groups.setdefault(location_id, {}).update(dict.fromkeys(_listed(names)))
    ids = _plain(counts["location_id"])
    return {
        "name": _plain(counts["location_name"].fillna(counts["location_id"])),
        "id": ids,
        **{name: _plain(counts[name]) for name in ("accounts", "expired", "expiring", "message")},
        "platforms": [platforms.get(one, {}) for one in ids],
        "groups": [list(groups.get(one, ())) for one in ids],
    }


def app_address(core: Any) -> str | None:
    """Return the start of the addresses of sub-accounts in GoHighLevel; None in a demo."""
    return _APP if core.base_url == DEFAULT_BASE_URL else None


def count_accounts(
    locations: pd.DataFrame, accounts: pd.DataFrame, missing: pd.DataFrame, now: datetime
) -> pd.DataFrame:
    """Count each sub-account's accounts; NA if it could not be fetched.

    Parameters
    ----------
    locations, accounts, missing : pandas.DataFrame
        What `fetch_locations`, `fetch_accounts`, and `failures` returned.
    now : datetime
        The current time.
    """
    expired, expiring = _states(accounts, now)
    flags = pd.DataFrame({"accounts": 1, "expired": expired, "expiring": expiring})
    per_location = flags.groupby(accounts["location_id"].to_numpy(dtype=object)).sum()
    ids = locations["location_id"].astype(object)
    why = missing.drop_duplicates("location_id").set_index("location_id")
    counted = per_location.reindex(ids, fill_value=0).astype("Int64").reset_index(drop=True)
    counted[ids.isin(why.index).to_numpy()] = pd.NA
    frame = locations[["location_id", "location_name"]].reset_index(drop=True).join(counted)
    for name in ("error", "message"):
        frame[name] = why[name].astype(object).reindex(ids).to_numpy()
    return frame.astype(COUNTS)


def _states(accounts: pd.DataFrame, now: datetime) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Tell which accounts have expired, and which others expire soon."""
    expire, time = accounts["expire"], pd.Timestamp(now)
    # The API marks connections as expired with a delay.
    expired = accounts["is_expired"].fillna(False).astype(bool) | (expire <= time)
    return expired, ~expired & (expire <= time + pd.Timedelta(days=read_expiring_days()))


def _username(meta: str | None) -> str | None:
    if meta is None or '"username"' not in meta:
        return None
    name = json.loads(meta).get("username")
    return name.removeprefix("@") or None if isinstance(name, str) else None


def _listed(names: Any) -> list[str]:
    """Return the names of groups; none if they are not known."""
    return [] if names is None or names is pd.NA else [name for name in names if name is not None]


def _plain(column: pd.Series[Any]) -> list[Any]:
    return column.astype(object).where(column.notna(), None).tolist()
