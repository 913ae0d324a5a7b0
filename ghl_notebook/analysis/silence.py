"""Accounts and sub-accounts that have not posted for some days."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import pandas as pd

from ghl_notebook.frames import Schema
from ghl_notebook.guard import guarded
from ghl_notebook.models import read_choice

from .engagement import MIN_POSTS, published
from .inputs import (
    ValueType,
    are_known,
    check_number,
    read_columns,
    read_now,
    without_repeats,
)
from .outputs import typed

_COLUMNS: Final[Schema] = {
    "location_name": "string",
    "account": "string",
    "platform": "string",
    "last_published": "timestamp",
    "days": "number",
    "usual_days": "number",
    "posts": "integer",
    "account_id": "string",
    "location_id": "string",
}
_POSTS: Final[dict[str, ValueType]] = {
    "id": "text",
    "status": "text",
    "published_at": "time",
    "display_date": "time",
    "account_id": "text",
    "location_id": "text",
}
_ACCOUNTS: Final[dict[str, ValueType]] = {
    "id": "text",
    "location_id": "text",
    "location_name": "text",
    "name": "text",
    "platform": "text",
    "deleted": "flag",
}
_MAX_DAYS: Final = 3650
_DAY: Final = 86_400
"""Seconds."""


@guarded
def find_silent_accounts(
    posts: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    days: float = 14,
    by: Literal["account", "location"] = "account",
    now: datetime | None = None,
) -> pd.DataFrame:
    """Find accounts, or sub-accounts, that have not published for some days.

    Parameters
    ----------
    posts : pandas.DataFrame
        Posts of `fetch_posts`: fetch a few months, to see the usual interval.
    accounts : pandas.DataFrame
        Accounts of `fetch_accounts`, of the same client or agency. Sub-accounts that are listed in
        the ``attrs["failures"]`` of either DataFrame, or whose posts you did not fetch, are left
        out: they may have posted.
    days : float, default 14
        List those whose last post is at least this many days ago.
    by : {"account", "location"}, default "account"
        List accounts, or sub-accounts in which no account has published.
    now : datetime, optional
        The current time, with a time zone: ``client.clock()`` works for a demo, too. By default,
        the time of your computer.

    Returns
    -------
    pandas.DataFrame
        One row per account or sub-account, longest silence first, with a new integer index and the
        same columns even if empty. ``attrs["failures"]`` lists the sub-accounts that could not be
        fetched.

        ============== ========= ==========================================================
        Column         Type      Meaning
        ============== ========= ==========================================================
        location_name  string    Its name; NA if not fetched with an agency
        account        string    Name of the account; NA by sub-account
        platform       string    For instance ``instagram``; NA by sub-account
        last_published timestamp Its last post (UTC); NA if `posts` has none
        days           number    Days since then; NA if `posts` has none
        usual_days     number    Median of the days between two posts; NA for fewer than 3
        posts          integer   Its published posts in `posts`
        account_id     string    ``id`` of `fetch_accounts`; NA by sub-account
        location_id    string    The sub-account
        ============== ========= ==========================================================

    Raises
    ------
    ArgumentError
        If a DataFrame lacks a column, or an argument is invalid.

    Notes
    -----
    No request is sent. GoHighLevel lists only posts made with it, and imported ones (see
    ``sync_posts`` of `fetch_accounts`): an account may have posted elsewhere. Sub-accounts without
    a connected account are not listed.

    Examples
    --------
    >>> posts = fetch_posts(agency, "2025-10-01", "2026-01-05")              # doctest: +SKIP
    >>> find_silent_accounts(posts, fetch_accounts(agency), days=14)         # doctest: +SKIP
    """
    chosen = read_choice("grouping by", by, ("account", "location"))
    check_number("days", days, 0, _MAX_DAYS)
    today = read_now(now)
    rows = published(read_columns(posts, _POSTS, source="fetch_posts()", optional={"id"}))
    known = read_columns(
        accounts, _ACCOUNTS, source="fetch_accounts()", optional={"location_name", "deleted"}
    )
    known = without_repeats(known, ["location_id", "id"])
    failures = {
        failure["location_id"]: failure
        for frame in (accounts, posts)
        for failure in frame.attrs.get("failures", ())
    }
    ids = known["location_id"]
    connected = known[~known["deleted"] & are_known(ids, accounts) & are_known(ids, posts)]
    connected = connected.rename(columns={"id": "account_id", "name": "account"})
    key = ["location_id", "account_id"] if chosen == "account" else ["location_id"]
    if chosen == "location":
        for name in ("account", "platform", "account_id"):
            connected[name] = pd.NA
    listed = connected.drop_duplicates(key)
    times = rows[rows["when"] <= today].groupby(key, dropna=False)["when"]
    found = times.agg(last_published="max", usual_days=_usual_days, posts="size").reset_index()
    # Without posts, pandas takes it for a datetime.
    found["usual_days"] = found["usual_days"].astype("object").astype("Float64")
    both = listed.merge(found, how="left", on=key)
    both["days"] = (today - both["last_published"]).dt.total_seconds() / _DAY
    both["posts"] = both["posts"].fillna(0)
    silent = both[both["days"].isna() | (both["days"] >= days)]
    result = typed(silent, _COLUMNS, by="last_published", na_position="first")
    result.attrs["failures"] = [*failures.values()]
    return result


def _usual_days(times: pd.Series[Any]) -> float | None:
    if len(times) < MIN_POSTS:
        return None
    return float(times.sort_values().diff().dt.total_seconds().median() / _DAY)
