"""CSV imports and queues as DataFrames."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Unpack

import pandas as pd

from ghl_notebook.api import AsyncClient
from ghl_notebook.frames import CSV_IMPORT_LAYOUT, QUEUE_LAYOUT
from ghl_notebook.guard import guarded
from ghl_notebook.models import CsvImport, Queue

from .options import FetchOptions
from .recipe import AnyClient, fetch, paged_recipe, typed_by_client


@guarded
@typed_by_client
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
        ``location_id`` and ``location_name`` come first, and ``attrs["failures"]`` lists what is
        missing; see `failures`. To get the rows of a file, call ``client.csv_imports.get(id)``.

        ============= ========= ============================================================
        Column        Type      Meaning
        ============= ========= ============================================================
        id            string    The import
        status        category  Progress, for instance ``in_review`` before it is scheduled
        count         integer   Rows in the file
        file_name     string    Name of the file
        account_ids   string    ``id`` of its accounts, joined by ``", "``
        csv_file_type string    ``basic`` or ``advance`` (API version v3)
        approver      string    The user who approves the posts
        location_id   string    The sub-account
        created_by    string    The user who created it
        created_at    timestamp UTC
        updated_at    timestamp UTC
        ============= ========= ============================================================

        Types are pandas dtypes: ``string``, ``category``, ``Int64`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, CSV_IMPORTS, {}, options)


@guarded
@typed_by_client
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
        empty. For an agency, rows are in the order of its sub-accounts, ``location_id`` and
        ``location_name`` come first, and ``attrs["failures"]`` lists what is missing; see
        `failures`.

        ====================== ========= ==================================================
        Column                 Type      Meaning
        ====================== ========= ==================================================
        id                     string    The queue
        status                 category  ``draft``, ``active`` or ``paused``
        category_id            string    Its category: ``id`` of `fetch_categories`
        category_name          string    The category's name
        time_slots             string    When it publishes, as ``"Mon 09:00, Thu 17:30"``
        total_posts            integer   Posts in the queue
        current_post_id        string    The next post
        last_scheduled_time    timestamp When a post was last scheduled (UTC)
        start_date             timestamp When it starts (UTC)
        enable_future_posts    boolean   Whether later posts of the category join it
        prioritize_new_content boolean   Whether those come first
        location_id            string    The sub-account
        created_by             string    The user who created it
        created_at             timestamp UTC
        updated_at             timestamp UTC
        ====================== ========= ==================================================

        Types are pandas dtypes: ``string``, ``category``, ``Int64``, ``boolean`` and
        ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If the client uses an older API version.
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, QUEUES, {}, options)


async def _csv_import_page(
    client: AsyncClient, skip: int, limit: int
) -> tuple[list[CsvImport], int | None]:
    page = await client.csv_imports.list(skip=skip, limit=limit)
    return page.csvs, page.count


async def _queue_page(client: AsyncClient, skip: int, limit: int) -> tuple[list[Queue], int | None]:
    page = await client.queues.list(skip=skip, limit=limit)
    return page.queues, None if page.meta is None else page.meta.count


CSV_IMPORTS = paged_recipe("csv_imports", CSV_IMPORT_LAYOUT, _csv_import_page)
QUEUES = paged_recipe("queues", QUEUE_LAYOUT, _queue_page)
