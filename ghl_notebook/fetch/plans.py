"""CSV imports and queues as DataFrames."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Unpack

from ghl_notebook.frames import CSV_IMPORT_LAYOUT, QUEUE_LAYOUT, document_columns
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded

from .options import FetchOptions
from .recipe import AnyClient, fetch, paged_recipe, typed_by_client


@guarded
@typed_by_client
@document_columns(CSV_IMPORT_LAYOUT)
def fetch_csv_imports(
    client: AnyClient, **options: Unpack[FetchOptions]
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch CSV imports, for one sub-account or a whole agency.

    Calls ``GET /social-media-posting/{locationId}/csv`` (scope ``socialplanner/csv.readonly``) once
    per page, and ``GET /users/`` (scope ``users.readonly``) before if the client has no user id.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per import, newest first (the API's order), with a new integer index and the same
        columns even if empty. For an agency, rows are in the order of its sub-accounts,
        ``location_name`` comes first, and ``attrs["failures"]`` lists what is
        missing; see `failures`. To get the rows of a file, call ``client.csv_imports.get(id)``.

        {columns}

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, CSV_IMPORTS, {}, options)


@guarded
@typed_by_client
@document_columns(QUEUE_LAYOUT)
def fetch_queues(
    client: AnyClient, **options: Unpack[FetchOptions]
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch queues, for one sub-account or a whole agency.

    Calls ``POST /social-media-posting/category/queues/list`` (scope
    ``socialplanner/category.readonly``) once per page.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per queue in the API's order, with a new integer index and the same columns even if
        empty. For an agency, rows are in the order of its sub-accounts,
        ``location_name`` comes first, and ``attrs["failures"]`` lists what is missing; see
        `failures`.

        {columns}

    Raises
    ------
    ArgumentError
        If the client uses an older API version.
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, QUEUES, {}, options)


CSV_IMPORTS = paged_recipe(CSV_IMPORT_LAYOUT, "csv_imports")
QUEUES = paged_recipe(QUEUE_LAYOUT, "queues")
