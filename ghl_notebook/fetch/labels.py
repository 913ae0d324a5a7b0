"""Categories and tags of posts as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from ghl_notebook.api import AsyncClient
from ghl_notebook.frames import CATEGORY_FORM, TAG_FORM
from ghl_notebook.guard import guarded
from ghl_notebook.models import Category, Tag

from .kind import Found, Kind, Whom, by_door, fetch
from .paging import Told, all_pages, listed

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchOptions


@guarded
@by_door
def fetch_categories(
    client: Whom, *, search: str | None = None, **options: Unpack[FetchOptions]
) -> Any:
    """Fetch the categories of posts, of a sub-account or of all of an agency's.

    ``GET /social-media-posting/{locationId}/categories`` (scope
    ``socialplanner/category.readonly``), page by page

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Of an async one the result is to be awaited.
    search : str, optional
        Only those with this in their name.
    **options
        ``progress=True`` shows a bar. Of an agency also ``locations``, ``folder``, ``in_flight``,
        ``engine`` and ``lazy``, as for `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per category in the service's order, a fresh integer index, the same columns when
        there is none. Of an agency as `fetch_accounts` says: in the order of its sub-accounts, with
        ``location_id`` and ``location_name`` first, and what is missing in ``attrs["failures"]``.

        =============== ========= =================================
        Column          Kind      Meaning
        =============== ========= =================================
        id              string    The category
        name            string    Its name
        primary_color   string    For instance ``#004EEB``
        secondary_color string    The colour behind it
        location_id     string    The sub-account
        created_by      string    The user who made it
        deleted         boolean   Marked as deleted
        created_at      timestamp UTC
        updated_at      timestamp UTC
        =============== ========= =================================

        Kinds are the dtypes ``string``, ``boolean`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, CATEGORIES, {"search": search}, options)


@guarded
@by_door
def fetch_tags(client: Whom, *, search: str | None = None, **options: Unpack[FetchOptions]) -> Any:
    """Fetch the tags of posts, of a sub-account or of all of an agency's.

    ``GET /social-media-posting/{locationId}/tags`` (scope ``socialplanner/tag.readonly``), page by
    page

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Of an async one the result is to be awaited.
    search : str, optional
        Only those with this in their name.
    **options
        ``progress=True`` shows a bar. Of an agency also ``locations``, ``folder``, ``in_flight``,
        ``engine`` and ``lazy``, as for `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per tag in the service's order, a fresh integer index, the same columns when there
        is none. Of an agency as `fetch_accounts` says: in the order of its sub-accounts, with
        ``location_id`` and ``location_name`` first, and what is missing in ``attrs["failures"]``.

        =========== ========= =========================================
        Column      Kind      Meaning
        =========== ========= =========================================
        id          string    As in the column ``tags`` of posts
        tag         string    Its name
        location_id string    The sub-account
        created_by  string    The user who made it
        deleted     boolean   Marked as deleted
        created_at  timestamp UTC
        updated_at  timestamp UTC
        =========== ========= =========================================

        Kinds are the dtypes ``string``, ``boolean`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, TAGS, {"search": search}, options)


async def _categories(client: AsyncClient, told: Told, *, search: str | None) -> Found:
    async def ask(skip: int, limit: int) -> tuple[list[Category], int | None]:
        page = await client.categories.list(search_text=search, skip=skip, limit=limit)
        return page.categories, page.count

    return Found(await all_pages(listed(CATEGORIES.name, client), ask, told))


async def _tags(client: AsyncClient, told: Told, *, search: str | None) -> Found:
    async def ask(skip: int, limit: int) -> tuple[list[Tag], int | None]:
        page = await client.tags.list(search_text=search, skip=skip, limit=limit)
        return page.tags, page.count

    return Found(await all_pages(listed(TAGS.name, client), ask, told))


CATEGORIES = Kind("categories", CATEGORY_FORM, _categories)
TAGS = Kind("tags", TAG_FORM, _tags)
