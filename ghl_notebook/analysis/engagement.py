"""The engagement of posts, and what is usual for an account; the local times of posts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import read_zone

from .inputs import ValueType, read_columns, without_repeats

COUNTS: Final = ("like_count", "comment_count", "share_count")
POST_COLUMNS: Final[Mapping[str, ValueType]] = {
    "id": "text",
    "status": "text",
    "published_at": "time",
    "display_date": "time",
    "location_id": "text",
    "account_id": "text",
    **dict.fromkeys(COUNTS, "number"),
}
MIN_POSTS: Final = 3
"""Posts of an account without which nothing is usual."""


def published(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the published posts, each of them once, with the column ``when``."""
    rows = without_repeats(posts, ["id", "account_id"])
    rows = rows.assign(when=rows["published_at"].fillna(rows["display_date"]))
    return rows[(rows["status"] == "published").fillna(False)].dropna(subset="when")


def with_engagement(posts: pd.DataFrame, *, relative: bool) -> pd.DataFrame:
    """Return the posts that have numbers, with the column ``engagement``.

    Parameters
    ----------
    posts : pandas.DataFrame
        What `published` returned.
    relative : bool
        Divide the engagement of a post by the median of its account. Posts of accounts without a
        usual engagement are left out: with fewer than 3 posts, or a median of 0.

    Raises `ArgumentError` if no post has numbers.
    """
    known = posts.dropna(subset=list(COUNTS), how="all")
    if known.empty and len(posts):
        raise ArgumentError(
            f"None of {len(posts):,} published posts has a number of likes, comments, or shares.",
            "Fetch them with a client without api_version: older versions return no numbers.",
        )
    known = known.assign(engagement=known[list(COUNTS)].sum(axis=1))
    if not relative:
        return known
    accounts = known.groupby("account_id", dropna=False)["engagement"]
    usual = accounts.transform("median").where(accounts.transform("size") >= MIN_POSTS)
    ratio = known["engagement"] / usual.where(usual > 0)
    return known.assign(engagement=ratio).dropna(subset="engagement")


def zones_of(posts: pd.DataFrame, tz: object) -> tuple[pd.Series[Any], str]:
    """Return the time zone of each post, and their common name."""
    if isinstance(tz, pd.DataFrame):
        columns: dict[str, ValueType] = {"location_id": "text", "timezone": "text"}
        locations = read_columns(tz, columns, source="fetch_locations()").dropna()
        known = {}
        for location_id, name in locations.itertuples(index=False):
            with suppress(ArgumentError):  # others wrote it, and it may be unknown here
                known[location_id] = read_zone(name)
        if not posts["location_id"].isin([*known]).any():
            raise ArgumentError(
                "None of the posts' sub-accounts has a known time zone.",
                "Pass what fetch_locations(agency, installed=False) returned.",
            )
        return posts["location_id"].map(known).astype("object"), "each sub-account's time"
    zone = read_zone(tz)
    return pd.Series([zone] * len(posts), index=posts.index, dtype="object"), str(zone)


def in_zones(times: pd.Series[Any], zones: pd.Series[Any]) -> pd.DataFrame:
    """Return ``date``, ``day`` of the week, and ``hour`` of times in their time zones.

    Times without a time zone are left out.
    """
    parts = [
        pd.DataFrame(
            {
                "date": local.dt.tz_localize(None).dt.normalize(),
                "day": local.dt.day_of_week,
                "hour": local.dt.hour,
            }
        )
        # By name: the time zones of dateutil cannot be hashed.
        for _, part in times.groupby(zones.map(str, na_action="ignore"), sort=False)
        for local in [part.dt.tz_convert(zones[part.index[0]])]
    ]
    if parts:
        return pd.concat(parts)
    return pd.DataFrame({"date": times[:0].dt.tz_localize(None), "day": 0, "hour": 0})
