"""CSV imports and queues as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from ghl_notebook.api import AsyncClient
from ghl_notebook.frames import CSV_IMPORT_FORM, QUEUE_FORM
from ghl_notebook.guard import guarded
from ghl_notebook.models import CsvImport, Queue

from .kind import Found, Kind, Whom, by_door, fetch
from .paging import Told, all_pages, listed

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchOptions


@guarded
@by_door
def fetch_csv_imports(client: Whom, **options: Unpack[FetchOptions]) -> Any:
    """Fetch the CSV imports of a sub-account, or of all of an agency's.

    ``GET /social-media-posting/{locationId}/csv`` (scope ``socialplanner/csv.readonly``), page by
    page; before it ``GET /users/`` (scope ``users.readonly``) where the client knows no user

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Of an async one the result is to be awaited.
    **options
        ``progress=True`` shows a bar. Of an agency also ``locations``, ``folder``, ``in_flight``,
        ``engine`` and ``lazy``, as for `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per import in the service's order, the newest first, a fresh integer index, the
        same columns when there is none. Of an agency as `fetch_accounts` says: in the order of its
        sub-accounts, with ``location_id`` and ``location_name`` first, and what is missing in
        ``attrs["failures"]``. The rows of a file are what ``client.csv_imports.get(id)`` returns.

        ============= ========= ============================================================
        Column        Kind      Meaning
        ============= ========= ============================================================
        id            string    The import
        status        category  How far it is: for instance ``in_review`` before it is planned
        count         integer   Rows of the file
        file_name     string    What it is called
        account_ids   string    ``id`` of the accounts it is for, joined by ``", "``
        csv_file_type string    ``basic`` or ``advance`` (version v3)
        approver      string    The user who has to approve the posts
        location_id   string    The sub-account
        created_by    string    The user who made it
        created_at    timestamp UTC
        updated_at    timestamp UTC
        ============= ========= ============================================================

        Kinds are the dtypes ``string``, ``category``, ``Int64`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, CSV_IMPORTS, {}, options)


@guarded
@by_door
def fetch_queues(client: Whom, **options: Unpack[FetchOptions]) -> Any:
    """Fetch the queues of a sub-account, or of all of an agency's (version v3).

    ``POST /social-media-posting/category/queues/list`` (scope
    ``socialplanner/category.readonly``), page by page

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Made with ``api_version="v3"``. Of an async one the result is to be awaited.
    **options
        ``progress=True`` shows a bar. Of an agency also ``locations``, ``folder``, ``in_flight``,
        ``engine`` and ``lazy``, as for `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per queue in the service's order, a fresh integer index, the same columns when
        there is none. Of an agency as `fetch_accounts` says: in the order of its sub-accounts, with
        ``location_id`` and ``location_name`` first, and what is missing in ``attrs["failures"]``.

        ====================== ========= ==================================================
        Column                 Kind      Meaning
        ====================== ========= ==================================================
        id                     string    The queue
        status                 category  ``draft``, ``active`` or ``paused``
        category_id            string    Whose posts it publishes: ``id`` of `fetch_categories`
        category_name          string    Its name
        time_slots             string    When, as ``"Mon 09:00, Thu 17:30"``
        total_posts            integer   How many posts are in it
        current_post_id        string    The post that is published next
        last_scheduled_time    timestamp When it was planned last (UTC)
        start_date             timestamp When it begins (UTC)
        enable_future_posts    boolean   Posts that the category gets later join it
        prioritize_new_content boolean   Those come first
        location_id            string    The sub-account
        created_by             string    The user who made it
        created_at             timestamp UTC
        updated_at             timestamp UTC
        ====================== ========= ==================================================

        Kinds are the dtypes ``string``, ``category``, ``Int64``, ``boolean`` and
        ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If the client speaks an older version of the API.
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, QUEUES, {}, options)


async def _csv_imports(client: AsyncClient, told: Told) -> Found:
    async def ask(skip: int, limit: int) -> tuple[list[CsvImport], int | None]:
        page = await client.csv_imports.list(skip=skip, limit=limit)
        return page.csvs, page.count

    return Found(await all_pages(listed(CSV_IMPORTS.name, client), ask, told))


async def _queues(client: AsyncClient, told: Told) -> Found:
    async def ask(skip: int, limit: int) -> tuple[list[Queue], int | None]:
        page = await client.queues.list(skip=skip, limit=limit)
        return page.queues, None if page.meta is None else page.meta.count

    return Found(await all_pages(listed(QUEUES.name, client), ask, told))


CSV_IMPORTS = Kind("csv_imports", CSV_IMPORT_FORM, _csv_imports)
QUEUES = Kind("queues", QUEUE_FORM, _queues)
