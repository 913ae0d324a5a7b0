"""Statistics of connected accounts as DataFrames."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, Final, Unpack

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.ahead import side_by_side
from ghl_notebook.api.paging import Report
from ghl_notebook.errors import UnexpectedAnswerError
from ghl_notebook.frames import (
    BREAKDOWNS_LAYOUT,
    STATISTICS_LAYOUT,
    TOTALS_LAYOUT,
    DayValues,
    PeriodValue,
    Rows,
    add_up,
    breakdowns,
    day_values,
    document_columns,
    odd_series,
    step_of,
    totals,
)
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded
from ghl_notebook.models import (
    Account,
    PlatformName,
    Statistics,
    in_platforms,
    read_platforms,
)

from .account_filter import read_ids, select_ids
from .options import FetchOptions
from .period import read_period
from .recipe import AnyClient, FetchRecipe, fetch, typed_by_client
from .statistics_calls import fetch_each, fetch_together
from .unfit import warn_of_unfit

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_LAST_SECOND: Final = time(23, 59, 59)
_MAX_ACCOUNTS: Final = 100
"""Accounts per call, as the API documents."""


@guarded
@typed_by_client
@document_columns(STATISTICS_LAYOUT)
def fetch_statistics(
    client: AnyClient,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    *,
    platform: PlatformName | Sequence[PlatformName] | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    **options: Unpack[FetchOptions],
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch daily statistics: one row per account, metric, and day.

    Calls ``GET /social-media-posting/{locationId}/accounts`` (scope
    ``socialplanner/account.readonly``), then ``POST /social-media-posting/statistics`` (scope
    ``socialplanner/statistics.readonly``) once per account, or less often: accounts of different
    platforms share a call if the response separates their numbers.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    since, until : datetime, date, pandas.Timestamp or str, optional
        The first and the last day. A date without a time, such as ``"2026-01-05"``, means the whole
        day in UTC. A datetime needs a time zone. By default, the last 30 days, including
        today.
    platform : str or sequence of str, optional
        Return only accounts on this platform, for instance ``"instagram"``, or on these.
    accounts : iterable of str or pandas.DataFrame, optional
        Return only these accounts: ``id`` values, or rows of `fetch_accounts`.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per account (in the API's order), metric, and day (oldest first), with a new integer
        index and the same columns even if empty. For an agency, rows are in the order of its
        sub-accounts, ``location_name`` comes first, and ``attrs["failures"]``
        lists what is missing; see `failures`. For one sub-account, ``attrs["left_out"]`` lists the
        accounts without statistics: a dict each, with ``account_id``, ``name``, and ``platform``.

        {columns}

    Raises
    ------
    ArgumentError
        If a datetime has no time zone, or `until` is before `since`.
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    The API returns weekdays instead of dates, so the days are counted from `since`. If it
    returns weekly or monthly values, and reports that, there is a row for each week or month.
    If it returns more or fewer values than the period has days, they are NA, and a warning is
    logged. The API reports how many followers an account has won on a day, not how many it has.
    For reach and shares it returns only sums of a period: see `fetch_statistics_totals`. It
    returns the age and gender of followers only for all accounts of a call together: see
    ``client.statistics.fetch(…).demographics``.
    """
    return fetch(client, STATISTICS, _filters(client, since, until, platform, accounts), options)


@guarded
@typed_by_client
@document_columns(TOTALS_LAYOUT)
def fetch_statistics_totals(
    client: AnyClient,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    *,
    platform: PlatformName | Sequence[PlatformName] | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    **options: Unpack[FetchOptions],
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch the totals of a period, over all accounts of a sub-account.

    Calls ``GET /social-media-posting/{locationId}/accounts`` (scope
    ``socialplanner/account.readonly``), then ``POST /social-media-posting/statistics`` (scope
    ``socialplanner/statistics.readonly``) once per 100 accounts.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    since, until, platform, accounts
        As for `fetch_statistics`.
    progress, locations, folder, in_flight, engine, lazy : optional
        As for `fetch_statistics`.

    Returns
    -------
    pandas.DataFrame
        One row per metric, with a new integer index and the same columns even if empty. An agency,
        and accounts without statistics, are handled as in `fetch_statistics`.

        {columns}

    Raises
    ------
    ArgumentError
        If a datetime has no time zone, or `until` is before `since`.
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    For more than 100 accounts, the totals of several calls are added up, and `change` is NA. We
    have not verified whether ``followers`` counts all followers, as the API's documentation states,
    or the new ones of the period.
    """
    return fetch(client, TOTALS, _filters(client, since, until, platform, accounts), options)


@guarded
@typed_by_client
@document_columns(BREAKDOWNS_LAYOUT)
def fetch_statistics_breakdowns(
    client: AnyClient,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    *,
    platform: PlatformName | Sequence[PlatformName] | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    **options: Unpack[FetchOptions],
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch the totals of a period by platform, and their change.

    Calls ``GET /social-media-posting/{locationId}/accounts`` (scope
    ``socialplanner/account.readonly``), then ``POST /social-media-posting/statistics`` (scope
    ``socialplanner/statistics.readonly``) once per 100 accounts.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    since, until, platform, accounts
        As for `fetch_statistics`.
    progress, locations, folder, in_flight, engine, lazy : optional
        As for `fetch_statistics`.

    Returns
    -------
    pandas.DataFrame
        One row per metric and platform, with a new integer index and the same columns even if
        empty. An agency, and accounts without statistics, are handled as in `fetch_statistics`.

        {columns}

    Raises
    ------
    ArgumentError
        If a datetime has no time zone, or `until` is before `since`.
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    For more than 100 accounts, the totals of several calls are added up, and `change` is NA for a
    platform that is in more than one call.
    """
    return fetch(client, BREAKDOWNS, _filters(client, since, until, platform, accounts), options)


def _filters(
    client: AnyClient,
    since: datetime | date | str | None,
    until: datetime | date | str | None,
    platform: object,
    accounts: Iterable[str] | pd.DataFrame | None,
) -> dict[str, Any]:
    first, last = read_period(client, since, until, of="statistics")
    return {
        "since": first,
        "until": last,
        "platform": read_platforms(platform),
        "accounts": read_ids(accounts),
    }


async def _statistics(client: AsyncClient, report: Report, **filters: Any) -> Rows:
    accounts, left_out = await _accounts(client, filters)
    since, until = (datetime.fromisoformat(filters[name]) for name in ("since", "until"))
    days = _days(since, until)
    rows: list[DayValues] = []
    each = await fetch_each(client, _period(filters), accounts, report)
    for account, found in zip(accounts, each, strict=True):
        step = step_of(found.grouping)
        if step is None:
            raise _unknown_grouping(found.grouping or "")
        warn_of_unfit(f"statistics of account {account.id}", [found])
        rows += day_values(found, account, since.date(), days)
        for metric, (length, steps) in odd_series(found, since.date(), days).items():
            _LOG.warning(
                "statistics of account %s: GoHighLevel returned %d values of %s for %d %ss; their "
                "dates are unknown, so they are NA",
                account.id,
                length,
                metric,
                steps,
                step,
            )
    return Rows(STATISTICS_LAYOUT, rows, {"left_out": left_out})


def _unknown_grouping(grouping: str) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        "POST /social-media-posting/statistics",
        status=200,
        service_message=f"the values are grouped by {grouping!r}, so their dates are unknown",
        next_step="Report this. client.statistics.fetch(...) returns the values without dates.",
    )


def _days(since: datetime, until: datetime) -> tuple[int, int]:
    """Return the most and the fewest days of a period: its first and last may be parts of days."""
    most = (until.date() - since.date()).days + 1
    are_complete = since.time() == time() and until.time() >= _LAST_SECOND
    return most, most if are_complete else max(1, most - 1)


async def _totals(client: AsyncClient, report: Report, **filters: Any) -> Rows:
    accounts, left_out = await _accounts(client, filters)
    values: list[PeriodValue] = []
    for chunk, found in await _in_chunks(client, report, accounts, filters):
        values += totals(found, len(chunk))
    return Rows(TOTALS_LAYOUT, add_up(values), {"left_out": left_out})


async def _breakdowns(client: AsyncClient, report: Report, **filters: Any) -> Rows:
    accounts, left_out = await _accounts(client, filters)
    values: list[PeriodValue] = []
    for _, found in await _in_chunks(client, report, accounts, filters):
        values += breakdowns(found)
    return Rows(BREAKDOWNS_LAYOUT, add_up(values), {"left_out": left_out})


async def _accounts(
    client: AsyncClient, filters: dict[str, Any]
) -> tuple[list[Account], list[dict[str, Any]]]:
    """Return the accounts with statistics, and describe the others that match the filters."""
    ids, platform = filters["accounts"], filters["platform"]
    listed = (await client.accounts.list()).accounts
    if ids is not None:
        ids = select_ids(ids, listed, client.location_id)
    matching = [
        account
        for account in listed
        if not account.deleted
        and (ids is None or account.id in ids)
        and (platform is None or in_platforms(account.platform, platform))
    ]
    # An account is fetched also if the API does not report whether it has statistics.
    found = [a for a in matching if a.profile_id and a.has_statistics_permissions is not False]
    found_ids = {a.id for a in found}
    left_out = [
        {"account_id": a.id, "name": a.name, "platform": a.platform}
        for a in matching
        if a.id not in found_ids
    ]
    return found, left_out


async def _in_chunks(
    client: AsyncClient, report: Report, accounts: list[Account], filters: dict[str, Any]
) -> list[tuple[list[Account], Statistics]]:
    """Fetch the statistics of as many accounts at a time as the API allows."""
    starts = range(0, len(accounts), _MAX_ACCOUNTS)
    chunks = [accounts[start : start + _MAX_ACCOUNTS] for start in starts]
    found = await side_by_side(
        client,
        [functools.partial(fetch_together, client, _period(filters), one) for one in chunks],
        lambda done: report(min(done * _MAX_ACCOUNTS, len(accounts)), len(accounts)),
    )
    for chunk, statistics in zip(chunks, found, strict=True):
        warn_of_unfit(f"statistics of account {chunk[0].id}", [statistics])
    return list(zip(chunks, found, strict=True))


def _period(filters: dict[str, Any]) -> tuple[str, str]:
    return filters["since"], filters["until"]


STATISTICS = FetchRecipe(STATISTICS_LAYOUT, _statistics)
TOTALS = FetchRecipe(TOTALS_LAYOUT, _totals)
BREAKDOWNS = FetchRecipe(BREAKDOWNS_LAYOUT, _breakdowns)
