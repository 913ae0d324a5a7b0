"""Statistics of connected accounts as DataFrames."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final, Unpack

import pandas as pd

from ghl_notebook.api import AsyncClient
from ghl_notebook.frames import (
    BREAKDOWNS_FORM,
    STATISTICS_FORM,
    TOTALS_FORM,
    DayValue,
    Part,
    breakdowns,
    day_values,
    odd_series,
    together,
    totals,
)
from ghl_notebook.guard import guarded
from ghl_notebook.models import Account, Statistics, same_platform

from .kind import Found, Kind, Whom, by_door, fetch
from .paging import Told
from .period import Moment, read_period
from .posts import read_ids

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchOptions

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_LAST_SECOND: Final = time(23, 59, 59)
_MOST: Final = 100
"""Accounts of one call."""


@guarded
@by_door
def fetch_statistics(
    client: Whom,
    since: Moment,
    until: Moment,
    *,
    platform: str | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    **options: Unpack[FetchOptions],
) -> Any:
    """Fetch statistics day by day: one row per account, metric and day.

    ``GET /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``),
    then for each account ``POST /social-media-posting/statistics`` (scope
    ``socialplanner/statistics.readonly``), at the pace that the service allows

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Of an async one the result is to be awaited.
    since, until : datetime, date, pandas.Timestamp or str
        The first and the last day. A time needs a time zone; a date alone, such as
        ``"2026-01-05"``, is a whole day in UTC.
    platform : str, optional
        Only accounts on this one, for instance ``"instagram"``.
    accounts : iterable of str or pandas.DataFrame, optional
        Only these: their ``id``, or rows of `fetch_accounts`.
    **options
        ``progress=True`` shows a bar. Of an agency also ``locations``, ``folder``, ``in_flight``,
        ``engine`` and ``lazy``, as for `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        Accounts in the service's order, of each the metrics, of each the days, oldest first; a
        fresh integer index; the same columns when there is none. Of an agency as `fetch_accounts`
        says: in the order of its sub-accounts, with ``location_id`` and ``location_name`` first,
        and what is missing in ``attrs["failures"]``. Of one sub-account, ``attrs["left_out"]``
        lists the accounts of which the service has no statistics: a dict each, with
        ``account_id``, ``name`` and ``platform``.

        =========== ========= ===========================================================
        Column      Kind      Meaning
        =========== ========= ===========================================================
        date        timestamp The day, as its first moment (UTC)
        account_id  string    The account: ``id`` of `fetch_accounts`
        name        string    As shown on the platform
        platform    category  For instance ``instagram``
        profile_id  string    The key that statistics are asked for
        metric      category  ``posts``, ``impressions``, ``likes``, ``comments``, ``followers``
        value       number    On that day
        location_id string    The sub-account
        =========== ========= ===========================================================

        Kinds are the dtypes ``datetime64[ms, UTC]``, ``string``, ``category`` and ``Float64``.

    Raises
    ------
    ArgumentError
        If a time has no time zone, or the period ends before it begins.
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    The service names weekdays, and no dates: the days are counted from the period's first. Where it
    gives another number of values than there are days, they are NA, and a warning is logged. Reach
    and shares it gives as sums of the period only: see `fetch_statistics_totals`; which followers
    there are, by age and gender, only for all accounts of a call together, in
    ``client.statistics.fetch(…).demographics``.
    """
    return fetch(client, STATISTICS, _asked(since, until, platform, accounts), options)


@guarded
@by_door
def fetch_statistics_totals(
    client: Whom,
    since: Moment,
    until: Moment,
    *,
    platform: str | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    **options: Unpack[FetchOptions],
) -> Any:
    """Fetch sums of a period, of all accounts of a sub-account together.

    ``GET /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``),
    then ``POST /social-media-posting/statistics`` (scope ``socialplanner/statistics.readonly``),
    once for 100 accounts

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Of an async one the result is to be awaited.
    since, until, platform, accounts
        As for `fetch_statistics`.
    **options
        As for `fetch_statistics`.

    Returns
    -------
    pandas.DataFrame
        One row per metric, a fresh integer index, the same columns when there is none. Of an
        agency, and of accounts without statistics, as `fetch_statistics` says.

        ============= ======== =================================================================
        Column        Kind     Meaning
        ============= ======== =================================================================
        metric        category ``posts``, ``impressions``, ``reach``, ``likes``, ``comments``, ...
        value         number   Of all accounts and days
        change        number   In percent of as many days before; NA where the service says nothing
        account_count integer  How many accounts it is of
        location_id   string   The sub-account
        ============= ======== =================================================================

        Kinds are the dtypes ``category``, ``Float64``, ``Int64`` and ``string``.

    Raises
    ------
    ArgumentError
        If a time has no time zone, or the period ends before it begins.
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    Of more than 100 accounts the sums of several calls are added, and `change` is NA.
    """
    return fetch(client, TOTALS, _asked(since, until, platform, accounts), options)


@guarded
@by_door
def fetch_statistics_breakdowns(
    client: Whom,
    since: Moment,
    until: Moment,
    *,
    platform: str | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    **options: Unpack[FetchOptions],
) -> Any:
    """Fetch sums of a period by platform, with how they have changed.

    ``GET /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``),
    then ``POST /social-media-posting/statistics`` (scope ``socialplanner/statistics.readonly``),
    once for 100 accounts

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Of an async one the result is to be awaited.
    since, until, platform, accounts
        As for `fetch_statistics`.
    **options
        As for `fetch_statistics`.

    Returns
    -------
    pandas.DataFrame
        One row per metric and platform, a fresh integer index, the same columns when there is
        none. Of an agency, and of accounts without statistics, as `fetch_statistics` says.

        =========== ======== ===================================================================
        Column      Kind     Meaning
        =========== ======== ===================================================================
        platform    category For instance ``instagram``
        metric      category ``engagement`` is likes, comments and shares together
        value       number   Of all of the platform's accounts and days
        change      number   In percent of as many days before; NA where the service says nothing
        location_id string   The sub-account
        =========== ======== ===================================================================

        Kinds are the dtypes ``category``, ``Float64`` and ``string``.

    Raises
    ------
    ArgumentError
        If a time has no time zone, or the period ends before it begins.
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    Of more than 100 accounts the sums of several calls are added, and `change` is NA where a
    platform is in more than one.
    """
    return fetch(client, BREAKDOWNS, _asked(since, until, platform, accounts), options)


def _asked(
    since: Moment,
    until: Moment,
    platform: str | None,
    accounts: Iterable[str] | pd.DataFrame | None,
) -> dict[str, Any]:
    first, last = read_period(since, until)
    return {"since": first, "until": last, "platform": platform, "accounts": read_ids(accounts)}


async def _statistics(client: AsyncClient, told: Told, **asked: Any) -> Found:
    having, left_out = await _accounts(client, asked)
    since, until = (datetime.fromisoformat(asked[name]) for name in ("since", "until"))
    first, days = since.date(), _days(since, until)
    rows: list[DayValue] = []
    async for some, found in _of_each(client, told, having, 1, asked):
        rows += day_values(found, some[0], first, days)
        for metric, length in odd_series(found, days).items():
            _LOG.warning(
                "statistics of account %s: the service gives %d values of %s for %d days, so that "
                "nothing says which day each is of: they are NA",
                some[0].id,
                length,
                metric,
                days[0],
            )
    return Found(rows, {"left_out": left_out})


def _days(since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many days a period has at most and at least: its first and last may be parts."""
    most = (until.date() - since.date()).days + 1
    are_whole = since.time() == time() and until.time() >= _LAST_SECOND
    return most, most if are_whole else max(1, most - 1)


async def _totals(client: AsyncClient, told: Told, **asked: Any) -> Found:
    having, left_out = await _accounts(client, asked)
    parts: list[Part] = []
    async for some, found in _of_each(client, told, having, _MOST, asked):
        parts += totals(found, len(some))
    return Found(together(parts), {"left_out": left_out})


async def _breakdowns(client: AsyncClient, told: Told, **asked: Any) -> Found:
    having, left_out = await _accounts(client, asked)
    parts: list[Part] = []
    async for _, found in _of_each(client, told, having, _MOST, asked):
        parts += breakdowns(found)
    return Found(together(parts), {"left_out": left_out})


async def _accounts(
    client: AsyncClient, asked: dict[str, Any]
) -> tuple[list[Account], list[dict[str, Any]]]:
    """Return the accounts that there are statistics of, and name the others that are meant."""
    wanted, platform = asked["accounts"], asked["platform"]
    meant = [
        account
        for account in (await client.accounts()).accounts
        if not account.deleted
        and (wanted is None or account.id in wanted)
        and (platform is None or same_platform(account.platform or "", platform))
    ]
    # Where the service does not say whether it has any, it is asked.
    having = [a for a in meant if a.profile_id and a.has_statistics_permissions is not False]
    ids = {a.id for a in having}
    left_out = [
        {"account_id": a.id, "name": a.name, "platform": a.platform}
        for a in meant
        if a.id not in ids
    ]
    return having, left_out


async def _of_each(
    client: AsyncClient, told: Told, accounts: list[Account], size: int, asked: dict[str, Any]
) -> AsyncIterator[tuple[list[Account], Statistics]]:
    """Ask for the statistics of some accounts after the other."""
    for begin in range(0, len(accounts), size):
        some = accounts[begin : begin + size]
        found = await client.statistics.fetch(
            [str(account.profile_id) for account in some],
            current_range=(asked["since"], asked["until"]),
        )
        yield some, found
        told(begin + len(some), len(accounts))


STATISTICS = Kind("statistics", STATISTICS_FORM, _statistics)
TOTALS = Kind("statistics_totals", TOTALS_FORM, _totals)
BREAKDOWNS = Kind("statistics_breakdowns", BREAKDOWNS_FORM, _breakdowns)
