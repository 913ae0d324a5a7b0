"""The statistics of two periods side by side."""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from ghl_notebook.frames import Schema
from ghl_notebook.guard import guarded
from ghl_notebook.models import read_choice

from .inputs import ValueType, read_columns, without_repeats
from .outputs import typed

_KEYS: Final = {
    "location": ["location_id"],
    "account": ["location_id", "account_id"],
    "platform": ["location_id", "platform"],
}
_UNNAMED: Final = {
    "location": ["account", "platform", "account_id"],
    "account": [],
    "platform": ["account", "account_id"],
}
_COLUMNS: Final[Schema] = {
    "location_name": "string",
    "account": "string",
    "platform": "string",
    "metric": "string",
    "before": "number",
    "after": "number",
    "change": "number",
    "change_percent": "number",
    "days_before": "integer",
    "days_after": "integer",
    "account_id": "string",
    "location_id": "string",
}
_STATISTICS: Final[dict[str, ValueType]] = {
    "date": "time",
    "metric": "text",
    "value": "number",
    "platform": "text",
    "name": "text",
    "account_id": "text",
    "location_id": "text",
    "location_name": "text",
}


@guarded
def compare_statistics(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    by: Literal["location", "account", "platform"] = "location",
) -> pd.DataFrame:
    """Compare the totals of two periods: each metric side by side, with its change.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Daily statistics of `fetch_statistics`, of two periods of the same length. Sub-accounts
        listed in the ``attrs["failures"]`` of either DataFrame are left out.
    by : {"location", "account", "platform"}, default "location"
        Add up the accounts of a sub-account, or the accounts of each of its platforms; or compare
        each account.

    Returns
    -------
    pandas.DataFrame
        One row per sub-account (or account or platform) and metric, with a new integer index and
        the same columns even if empty. ``attrs["failures"]`` lists the sub-accounts that are left
        out.

        ============== ======= ============================================================
        Column         Type    Meaning
        ============== ======= ============================================================
        location_name  string  Its name; NA if not fetched with an agency
        account        string  Name of the account; NA unless by account
        platform       string  For instance ``instagram``; NA by sub-account
        metric         string  For instance ``new_followers``
        before         number  Total of the earlier period; NA if no number is known
        after          number  Total of the later period; NA if no number is known
        change         number  The difference; NA if one of them is unknown
        change_percent number  The difference in percent; NA also if `before` is 0
        days_before    integer Days with a number
        days_after     integer Days with a number
        account_id     string  ``id`` of `fetch_accounts`; NA unless by account
        location_id    string  The sub-account
        ============== ======= ============================================================

    Raises
    ------
    ArgumentError
        If a DataFrame lacks a column, or an argument is invalid.

    Notes
    -----
    No request is sent. A number that the API does not report is not 0: if `days_before` and
    `days_after` differ, the totals are not comparable. The API reports new followers per day, but
    not those who left.

    Examples
    --------
    >>> november = fetch_statistics(agency, "2025-11-01", "2025-11-30")      # doctest: +SKIP
    >>> december = fetch_statistics(agency, "2025-12-01", "2025-12-31")      # doctest: +SKIP
    >>> compare_statistics(november, december)                               # doctest: +SKIP
    """
    chosen = read_choice("grouping by", by, _KEYS)
    failures = {
        failure["location_id"]: failure
        for frame in (before, after)
        for failure in getattr(frame, "attrs", {}).get("failures", ())
    }
    key = [*_KEYS[chosen], "metric"]
    rows = pd.concat(
        [_read(frame).assign(is_after=number == 1) for number, frame in enumerate((before, after))],
        ignore_index=True,
    )
    rows = rows[~rows["location_id"].isin([*failures])]
    names = rows.drop_duplicates(key, keep="last").rename(columns={"name": "account"})
    names = names[[*key, *({"location_name", "account", "platform", "account_id"} - {*key})]]
    names[_UNNAMED[chosen]] = pd.NA
    both = names.merge(_sums(rows[~rows["is_after"]], key, "before"), how="left", on=key)
    both = both.merge(_sums(rows[rows["is_after"]], key, "after"), how="left", on=key)
    both["change"] = both["after"] - both["before"]
    both["change_percent"] = 100 * both["change"] / both["before"].where(both["before"] != 0)
    for name in ("days_before", "days_after"):
        both[name] = both[name].fillna(0)
    found = typed(both, _COLUMNS, by=["location_name", *key])
    found.attrs["failures"] = [*failures.values()]
    return found


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    rows = read_columns(
        frame, _STATISTICS, source="fetch_statistics()", optional={"location_name", "name"}
    )
    return without_repeats(rows, [*_KEYS["account"], "metric", "date"])


def _sums(rows: pd.DataFrame, key: list[str], name: str) -> pd.DataFrame:
    """Return the total of each group, and on how many days it has a number."""
    groups = rows.dropna(subset="value").groupby(key, dropna=False)
    sums: pd.DataFrame = pd.DataFrame(
        {name: groups["value"].sum(), f"days_{name}": groups["date"].nunique()}
    ).reset_index()
    return sums
