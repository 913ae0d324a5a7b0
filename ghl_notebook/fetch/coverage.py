"""Which sub-account has which platform."""

from __future__ import annotations

from typing import Final

from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import (
    PLATFORM,
    CategoryType,
    Schema,
    ValueType,
    make_frame,
    user_columns,
)
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded

COVERAGE: Final = CategoryType(("yes", "no", "unknown"))
_ACCOUNTS: Final[dict[str, ValueType]] = {
    "location_id": "text",
    "platform": "text",
    "deleted": "flag",
}
_LOCATIONS: Final[dict[str, ValueType]] = {"location_id": "text", "location_name": "text"}


@guarded
def platform_coverage(accounts: pd.DataFrame, locations: pd.DataFrame) -> pd.DataFrame:
    """Show which sub-account has connected accounts on which platform.

    No request is sent. A sub-account that could not be fetched is ``unknown``, not ``no``.

    Parameters
    ----------
    accounts : pandas.DataFrame
        What `fetch_accounts` or `read_run` returned, before you merge or concatenate it.
    locations : pandas.DataFrame
        The sub-accounts to show: what `fetch_locations` returned, or some of its rows.

    Returns
    -------
    pandas.DataFrame
        One row per sub-account in the order of `locations`, with a new integer index and the same
        columns even if empty: ``location_name`` (string), a column for each platform (category:
        ``yes``, ``no`` or ``unknown``), and ``location_id`` (string). An expired connection counts
        as ``yes``; a detached account, which ``fetch_accounts(deleted=True)`` shows, does not.

    Raises
    ------
    ArgumentError
        If `accounts` does not show which sub-accounts were
        fetched, or a column is missing.

    Examples
    --------
    >>> accounts, locations = fetch_accounts(agency), fetch_locations(agency)  # doctest: +SKIP
    >>> coverage = platform_coverage(accounts, locations)                      # doctest: +SKIP
    >>> coverage[coverage["instagram"] == "no"]                                # doctest: +SKIP
    """
    known = _read("accounts", accounts, _ACCOUNTS, "fetch_accounts")
    listed = _read("locations", locations, _LOCATIONS, "fetch_locations")
    fetched = _fetched(accounts)
    attached = known[~known["deleted"].fillna(False)]
    having = set(zip(attached["location_id"], attached["platform"], strict=True))
    platforms = dict.fromkeys((*PLATFORM.values, *sorted(known["platform"].dropna().unique())))
    schema: Schema = {
        "location_name": "string",
        **dict.fromkeys(platforms, COVERAGE),
        "location_id": "string",
    }
    ids, names = (
        listed[name].astype(object).where(listed[name].notna(), None) for name in _LOCATIONS
    )
    rows = [
        (
            name,
            *(
                "yes" if (one, key) in having else "no" if one in fetched else "unknown"
                for key in platforms
            ),
            one,
        )
        for one, name in zip(ids, names, strict=True)
    ]
    return make_frame(schema, rows)


def _read(
    name: str, frame: pd.DataFrame, columns: dict[str, ValueType], function: str
) -> pd.DataFrame:
    missing = [one for one in columns if one not in getattr(frame, "columns", ())]
    if missing:
        raise ArgumentError(
            f"{name} has no column {missing[0]}.", f"Pass what {function}() returned."
        )
    return user_columns(frame, columns, source=f"{function}()")


def _fetched(accounts: pd.DataFrame) -> set[str]:
    """Return the sub-accounts whose accounts were fetched."""
    attrs = accounts.attrs
    if "location_id" in attrs:
        return {attrs["location_id"]}
    if "location_ids" not in attrs or "failures" not in attrs:
        raise ArgumentError(
            "accounts does not say which sub-accounts were fetched.",
            "Pass what fetch_accounts() returned, before you merge or concatenate it.",
        )
    return {*attrs["location_ids"]} - {one["location_id"] for one in attrs["failures"]}
