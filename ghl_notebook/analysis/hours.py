"""The best hour to post, for each client or account."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final, Literal

import pandas as pd

from ghl_notebook.frames import CategoryType, Schema
from ghl_notebook.guard import guarded
from ghl_notebook.models import read_choice

from .engagement import POST_COLUMNS, in_zones, published, with_engagement, zones_of
from .inputs import check_number, read_columns
from .outputs import typed

_WEEKDAY: Final = CategoryType(
    (
        *("Monday", "Tuesday", "Wednesday", "Thursday"),
        *("Friday", "Saturday", "Sunday"),
    )
)
_COLUMNS: Final[Schema] = {
    "location_name": "string",
    "weekday": _WEEKDAY,
    "hour": "integer",
    "engagement": "number",
    "posts": "integer",
    "timezone": "string",
    "account_id": "string",
    "location_id": "string",
}
_MAX_FEW: Final = 1000


@guarded
def find_best_hours(
    posts: pd.DataFrame,
    *,
    by: Literal["account", "location"] = "location",
    tz: str | tzinfo | pd.DataFrame = "UTC",
    few: int = 3,
) -> pd.DataFrame:
    """Find the hour of the week with the most engagement, for each sub-account or account.

    The engagement of a post is the sum of its likes, comments, and shares so far, divided by the
    median of its account. `plot_hours` draws the same numbers.

    Parameters
    ----------
    posts : pandas.DataFrame
        Posts of `fetch_posts`: fetch a few months. Posts that are not published, or that have no
        numbers, do not count, nor do posts of accounts with fewer than 3 posts or a median of 0.
    by : {"account", "location"}, default "location"
        Find the best hour of each sub-account, or of each account.
    tz : str, datetime.tzinfo or pandas.DataFrame, default "UTC"
        The time zone of the hours, for instance ``"Europe/Berlin"``. Pass
        ``fetch_locations(agency, installed=False)`` to use each sub-account's own; posts of
        sub-accounts without a time zone are left out.
    few : int, default 3
        Hours with fewer posts than this do not count.

    Returns
    -------
    pandas.DataFrame
        One row per sub-account or account with such a post, with a new integer index and the same
        columns even if empty. ``attrs["failures"]`` is taken from `posts`.

        ============== ========= ==========================================================
        Column         Type      Meaning
        ============== ========= ==========================================================
        location_name  string    Its name; NA if not fetched with an agency
        weekday        category  ``Monday`` to ``Sunday``; NA if no hour has enough posts
        hour           integer   0 to 23: the hour that begins then; NA as above
        engagement     number    Mean engagement of its posts; 1 is the usual of the account
        posts          integer   The posts of this hour
        timezone       string    The time zone of `weekday` and `hour`
        account_id     string    ``id`` of `fetch_accounts`; NA by sub-account
        location_id    string    The sub-account
        ============== ========= ==========================================================

    Raises
    ------
    ArgumentError
        If the DataFrame lacks a column, none of its published posts has numbers, or an argument is
        invalid.

    Notes
    -----
    No request is sent. A best hour of few posts is weak evidence: check `posts`.

    Examples
    --------
    >>> posts = fetch_posts(agency, "2025-07-01", "2026-01-05")              # doctest: +SKIP
    >>> find_best_hours(posts, tz="Europe/Paris")                            # doctest: +SKIP
    """
    chosen = read_choice("grouping by", by, ("account", "location"))
    check_number("few", few, 1, _MAX_FEW)
    rows = published(
        read_columns(
            posts,
            {**POST_COLUMNS, "location_name": "text"},
            source="fetch_posts()",
            optional={"location_name", "id"},
        )
    )
    used = with_engagement(rows, relative=True)
    zones, _ = zones_of(used, tz) if len(used) else (pd.Series(dtype="object"), "")
    used = used.assign(timezone=zones.map(str, na_action="ignore"))
    names = used.dropna(subset="location_name").drop_duplicates("location_id", keep="last")
    renamed = dict(zip(names["location_id"], names["location_name"], strict=True))
    used["location_name"] = used["location_id"].map(renamed).astype("string")
    if chosen == "location":
        used["account_id"] = pd.NA
    local = in_zones(used["when"], zones).join(used)
    key = ["location_id", "location_name", "account_id", "timezone"]
    hours = (
        local.groupby([*key, "day", "hour"], dropna=False)["engagement"]
        .agg(engagement="mean", posts="size")
        .reset_index()
    )
    enough = hours["posts"] >= few
    hours.loc[~enough, ["day", "hour", "engagement", "posts"]] = pd.NA
    best = hours.sort_values("engagement", ascending=False, kind="stable").drop_duplicates(key)
    best["weekday"] = best["day"].map(dict(enumerate(_WEEKDAY.values)))
    found = typed(best, _COLUMNS, by=["location_name", "location_id", "account_id"])
    found.attrs["failures"] = posts.attrs.get("failures", [])
    return found
