"""Planned posts that will fail."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from ghl_notebook.frames import CategoryType, Schema
from ghl_notebook.guard import guarded

from .inputs import ValueType, are_known, read_columns, read_now, without_repeats
from .outputs import typed

_PLANNED: Final = ("scheduled", "in_review", "pending")
_REASON: Final = CategoryType(("expired", "expires before", "not connected"))
_COLUMNS: Final[Schema] = {
    "location_name": "string",
    "account": "string",
    "platform": "string",
    "reason": _REASON,
    "expire": "timestamp",
    "display_date": "timestamp",
    "status": "string",
    "summary": "string",
    "account_id": "string",
    "id": "string",
    "location_id": "string",
}
_POSTS: Final[dict[str, ValueType]] = {
    "status": "text",
    "display_date": "time",
    "account_id": "text",
    "location_id": "text",
    "location_name": "text",
    "platform": "text",
    "summary": "text",
    "id": "text",
}
_ACCOUNTS: Final[dict[str, ValueType]] = {
    "id": "text",
    "location_id": "text",
    "name": "text",
    "is_expired": "flag",
    "expire": "time",
    "deleted": "flag",
}


@guarded
def find_posts_at_risk(
    posts: pd.DataFrame, accounts: pd.DataFrame, *, now: datetime | None = None
) -> pd.DataFrame:
    """Find planned posts that will fail, because their connection has expired or will have.

    Parameters
    ----------
    posts : pandas.DataFrame
        Posts of `fetch_posts`: fetch the days to come. Posts that are scheduled, in review, or
        pending count.
    accounts : pandas.DataFrame
        Accounts of `fetch_accounts`, of the same client or agency. Posts of sub-accounts that are
        listed in its ``attrs["failures"]``, or that you did not fetch, are left out: their
        connections are unknown.
    now : datetime, optional
        The current time, with a time zone: ``client.clock()`` works for a demo, too. Posts before
        it are left out. By default, the time of your computer.

    Returns
    -------
    pandas.DataFrame
        One row per post, by publishing date, with a new integer index and the same columns even if
        empty. ``attrs["failures"]`` is taken from `accounts`.

        ============== ========= ==========================================================
        Column         Type      Meaning
        ============== ========= ==========================================================
        location_name  string    Its name; NA if not fetched with an agency
        account        string    Name of the account
        platform       string    For instance ``instagram``
        reason         category  ``expired`` (the connection has expired), ``expires before``
                                 (the post's date), ``not connected`` (the account was detached)
        expire         timestamp When the connection expires (UTC)
        display_date   timestamp When the post is planned (UTC)
        status         string    ``scheduled``, ``in_review``, or ``pending``
        summary        string    Text
        account_id     string    The account: ``id`` of `fetch_accounts`
        id             string    The post
        location_id    string    The sub-account
        ============== ========= ==========================================================

    Raises
    ------
    ArgumentError
        If a DataFrame lacks a column, or an argument is invalid.

    Notes
    -----
    No request is sent. Posts without an account are left out.

    Examples
    --------
    >>> posts = fetch_posts(agency, "2026-01-05", "2026-01-31")              # doctest: +SKIP
    >>> find_posts_at_risk(posts, fetch_accounts(agency))                    # doctest: +SKIP
    """
    today = read_now(now)
    rows = read_columns(
        posts, _POSTS, source="fetch_posts()", optional={"location_name", "summary"}
    )
    known = read_columns(accounts, _ACCOUNTS, source="fetch_accounts()", optional={"deleted"})
    rows = without_repeats(rows, ["id", "account_id"])
    planned = rows["status"].isin(_PLANNED) & (rows["display_date"] >= today)
    rows = rows[planned & are_known(rows["location_id"], accounts)].dropna(subset="account_id")
    known = without_repeats(known, ["location_id", "id"])
    connected = known[~known["deleted"]].rename(columns={"id": "account_id", "name": "account"})
    both = rows.merge(connected, how="left", on=["location_id", "account_id"], indicator="found")
    reason = pd.Series(pd.NA, index=both.index, dtype="object")
    reason[both["expire"] <= both["display_date"]] = "expires before"
    reason[both["is_expired"].eq(True) | (both["expire"] <= today)] = "expired"
    reason[both["found"] == "left_only"] = "not connected"
    found = typed(both.assign(reason=reason)[reason.notna()], _COLUMNS, by="display_date")
    found.attrs["failures"] = accounts.attrs.get("failures", [])
    return found
