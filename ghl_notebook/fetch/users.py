"""Users as DataFrames."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Unpack

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.paging import Report
from ghl_notebook.frames import USER_LAYOUT, Rows, document_columns
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded

from .options import FetchOptions
from .paging import list_name
from .recipe import AnyClient, FetchRecipe, fetch, typed_by_client
from .unfit import warn_of_unfit


@guarded
@typed_by_client
@document_columns(USER_LAYOUT)
def fetch_users(
    client: AnyClient, *, deleted: bool = False, **options: Unpack[FetchOptions]
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch the users of a sub-account, or of each sub-account of an agency.

    Calls ``GET /users/?locationId=`` (scope ``users.readonly``), under API version 2021-07-28
    because version v3 has no list of users.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    deleted : bool, default False
        Also include users that the API marks as deleted.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per user in the API's order, with a new integer index and the same columns even if
        empty. For an agency, rows are in the order of its sub-accounts, ``location_name`` comes
        first, and ``attrs["failures"]`` lists what is missing; see `failures`. A user of several
        sub-accounts has a row for each of them.

        {columns}

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    The API does not report who connected an account. It reports who created a post: see
    ``created_by`` and ``author`` of `fetch_posts`.

    Examples
    --------
    >>> users = fetch_users(client)                              # doctest: +SKIP
    >>> posts[~posts["created_by"].isin(users["id"])]            # doctest: +SKIP
    """
    return fetch(client, USERS, {"deleted": deleted}, options)


async def _users(client: AsyncClient, report: Report, *, deleted: bool) -> Rows:
    found = await client.users()
    report(len(found), len(found))
    warn_of_unfit(list_name(USERS.name, client), found)
    return Rows(USER_LAYOUT, [one for one in found if deleted or not one.deleted])


USERS = FetchRecipe(USER_LAYOUT, _users)
