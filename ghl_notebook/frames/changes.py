"""Changes of connected accounts as DataFrames: between two times, and by attaching."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from .accounts import PLATFORM
from .later import pd
from .schema import CategoryType, Schema, dtype_of, make_frame
from .user_columns import ValueType, user_columns

ATTACHMENTS: Schema = {
    "name": "string",
    "platform": "string",
    "is_attached": "boolean",
    "error": "string",
    "next_step": "string",
    "origin_id": "string",
}

CHANGE = CategoryType(("expired", "recovered", "extended", "added", "removed"))

CHANGES: Schema = {
    "location_name": "string",
    "name": "string",
    "platform": PLATFORM,
    "change": CHANGE,
    "was_expired": "boolean",
    "is_expired": "boolean",
    "expire_before": "timestamp",
    "expire": "timestamp",
    "id": "string",
    "location_id": "string",
}

_KEY = ["location_id", "id"]
_COMPARED: dict[str, ValueType] = {
    "location_id": "text",
    "id": "text",
    "location_name": "text",  # DataFrames of one sub-account lack it
    "platform": "text",
    "name": "text",
    "is_expired": "flag",
    "expire": "time",
}


def attachments_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a DataFrame of accounts to attach; `attach` documents its columns."""
    return make_frame(ATTACHMENTS, [[one[name] for name in ATTACHMENTS] for one in rows])


def changes_frame(
    before: pd.DataFrame, after: pd.DataFrame, *, unknown: AbstractSet[str] = frozenset()
) -> pd.DataFrame:
    """Return a DataFrame of the changes; `compare_accounts` documents its columns.

    Parameters
    ----------
    before, after : pandas.DataFrame
        DataFrames of connected accounts.
    unknown : set of str
        Sub-accounts missing from one of them, which cannot be compared.
    """
    both = _known(before, unknown).merge(
        _known(after, unknown), how="outer", on=_KEY, suffixes=("_before", ""), indicator=True
    )
    was, now = both["is_expired_before"].fillna(False), both["is_expired"].fillna(False)
    kept = both["_merge"] == "both"
    later = (both["expire"] > both["expire_before"]).fillna(False)
    change = pd.Series(pd.NA, index=both.index, dtype=dtype_of(CHANGE))
    change[kept & later & ~was & ~now] = "extended"
    change[kept & was & ~now] = "recovered"
    change[kept & ~was & now] = "expired"
    change[both["_merge"] == "right_only"] = "added"
    change[both["_merge"] == "left_only"] = "removed"
    found = pd.DataFrame(
        {
            "location_name": both["location_name"].fillna(both["location_name_before"]),
            "name": both["name"].fillna(both["name_before"]),
            "platform": both["platform"].fillna(both["platform_before"]),
            "change": change,
            "was_expired": both["is_expired_before"],
            "is_expired": both["is_expired"],
            "expire_before": both["expire_before"],
            "expire": both["expire"],
            "id": both["id"],
            "location_id": both["location_id"],
        }
    )
    found = found[change.notna()].sort_values(
        ["change", "location_name", "location_id", "id"], kind="stable", ignore_index=True
    )
    dtypes = {name: dtype_of(type_) for name, type_ in CHANGES.items()}
    dtypes["platform"] = dtype_of(PLATFORM, found["platform"].dropna().unique())
    typed: pd.DataFrame = found.astype(dtypes)
    return typed


def _known(frame: pd.DataFrame, unknown: AbstractSet[str]) -> pd.DataFrame:
    read = user_columns(
        frame, _COMPARED, source="fetch_accounts()", optional={"location_name"}
    ).drop_duplicates(_KEY, keep="last")
    known: pd.DataFrame = read[~read["location_id"].isin(unknown)]
    return known
