"""Categories and tags of posts as DataFrames."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Unpack

from ghl_notebook.frames import CATEGORY_LAYOUT, TAG_LAYOUT, document_columns
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded

from .options import FetchOptions
from .recipe import AnyClient, fetch, paged_recipe, typed_by_client


@guarded
@typed_by_client
@document_columns(CATEGORY_LAYOUT)
def fetch_categories(
    client: AnyClient, *, search: str | None = None, **options: Unpack[FetchOptions]
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch the categories of posts, for one sub-account or a whole agency.

    Calls ``GET /social-media-posting/{locationId}/categories`` (scope
    ``socialplanner/category.readonly``) once per page.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    search : str, optional
        Return only those whose name contains this text.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per category in the API's order, with a new integer index and the same columns even
        if empty. For an agency, rows are in the order of its sub-accounts,
        ``location_name`` comes first, and ``attrs["failures"]`` lists what is missing; see
        `failures`.

        {columns}

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, CATEGORIES, {"search_text": search}, options)


@guarded
@typed_by_client
@document_columns(TAG_LAYOUT)
def fetch_tags(
    client: AnyClient, *, search: str | None = None, **options: Unpack[FetchOptions]
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch the tags of posts, for one sub-account or a whole agency.

    Calls ``GET /social-media-posting/{locationId}/tags`` (scope ``socialplanner/tag.readonly``)
    once per page.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    search : str, optional
        Return only those whose name contains this text.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per tag in the API's order, with a new integer index and the same columns even if
        empty. For an agency, rows are in the order of its sub-accounts,
        ``location_name`` comes first, and ``attrs["failures"]`` lists what is missing; see
        `failures`.

        {columns}

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.
    """
    return fetch(client, TAGS, {"search_text": search}, options)


CATEGORIES = paged_recipe(CATEGORY_LAYOUT, "categories")
TAGS = paged_recipe(TAG_LAYOUT, "tags")
