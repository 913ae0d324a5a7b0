"""Posts as DataFrames."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable
from datetime import date, datetime
from typing import Any, Final, Unpack, get_args

from ghl_notebook.api import Agency, AsyncClient, Client
from ghl_notebook.api.operation import with_rows
from ghl_notebook.api.paging import Page, Report
from ghl_notebook.api.versions import versions_of
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import POST_LAYOUT, Rows, document_columns
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded
from ghl_notebook.models import (
    PlatformName,
    PostFilter,
    PostType,
    check_choice,
    read_platform,
    same_platform,
)

from .options import FetchOptions
from .paging import fetch_list, list_name
from .period import read_period
from .post_platforms import AccountPlatforms
from .recipe import AnyClient, FetchRecipe, fetch, typed_by_client

_LOG: Final = logging.getLogger("ghl_notebook.fetch")


@guarded
@typed_by_client
@document_columns(POST_LAYOUT)
def fetch_posts(
    client: AnyClient,
    since: datetime | date | str,
    until: datetime | date | str,
    *,
    status: PostFilter | None = None,
    platform: PlatformName | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    post_type: PostType | None = None,
    **options: Unpack[FetchOptions],
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch the posts of a period, for one sub-account or a whole agency.

    Calls ``POST /social-media-posting/{locationId}/posts/list`` (scope
    ``socialplanner/post.readonly``) once per page. If the API reports a post's platform as
    ``google``, which it does for posts on any platform, it also calls ``GET
    /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``).

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    since, until : datetime, date, pandas.Timestamp or str
        The period, by publishing date, past or planned. A date without a time, such as
        ``"2026-01-05"``, means the whole day in UTC. A datetime needs a time zone.
    status : str, optional
        Return only posts with this status: ``"scheduled"``, ``"draft"``, ``"failed"``,
        ``"in_review"``, ``"published"``, ``"in_progress"``, ``"pending"``,
        ``"recent"`` or ``"deleted"``. By default, all posts except deleted ones.
    platform : str, optional
        Return only posts on this platform, for instance ``"instagram"``. The API has no such
        filter: all posts are fetched, then filtered.
    accounts : iterable of str or pandas.DataFrame, optional
        Return only posts of these accounts: ``id`` values, or rows of `fetch_accounts`.
    post_type : str, optional
        Return only ``"post"``, ``"story"`` or ``"reel"``.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per post, latest first (the API's order), with a new integer index and the same
        columns even if empty. For an agency, rows are in the order of its sub-accounts,
        ``location_id`` and ``location_name`` come first, and ``attrs["failures"]`` lists what is
        missing; see `failures`. A new post can take a moment to appear.

        {columns}

    Raises
    ------
    ArgumentError
        If a datetime has no time zone, or a filter is invalid.
    GHLError
        See `ghl_notebook.errors`.
    """
    first, last = read_period(since, until)
    check_choice("status", status, get_args(PostFilter))
    check_choice("post_type", post_type, get_args(PostType))
    filters = {
        "since": first,
        "until": last,
        "status": status or "all",
        "platform": read_platform(platform),
        "accounts": read_ids(accounts),
        "post_type": post_type,
    }
    _warn_of_version(client)
    return fetch(client, POSTS, filters, options)


def _warn_of_version(client: AnyClient) -> None:
    """Log what is missing under the version that the user has chosen."""
    core = client.core if isinstance(client, Client | Agency) else client
    versions = versions_of("/social-media-posting/{locationId}/posts")
    pinned = getattr(core, "api_version", None)
    if pinned not in (None, versions.best):
        _LOG.warning(
            "posts: version %s of the API does not return %s, so they are missing; leave out "
            "api_version to get them",
            pinned,
            versions.gives,
        )


def read_ids(accounts: Iterable[str] | pd.DataFrame | None) -> list[str] | None:
    """Read which accounts the user has passed.

    Raises `ArgumentError` if the column ``id`` is missing, or an id is not text.
    """
    if accounts is None:
        return None
    if isinstance(accounts, pd.DataFrame):
        if "id" not in accounts:
            raise ArgumentError("The DataFrame has no column id.", "Pass rows of fetch_accounts().")
        accounts = accounts["id"].tolist()
    ids = [accounts] if isinstance(accounts, str) else list(accounts)
    for one in ids:
        if not isinstance(one, str) or not one.strip():
            raise ArgumentError(
                f"{one!r} is not the id of an account.", "Pass ids as fetch_accounts() shows them."
            )
    return ids


async def _posts(
    client: AsyncClient,
    report: Report,
    *,
    since: str,
    until: str,
    status: str,
    platform: str | None,
    accounts: list[str] | None,
    post_type: str | None,
) -> Rows:
    rows = Rows(POST_LAYOUT)
    if accounts is not None and not accounts:
        return rows  # the API treats an empty list as all accounts
    operations = with_rows(client.posts, POST_LAYOUT.reader)
    platforms = AccountPlatforms(client, list_name(POSTS.name, client))

    async def fetch_page(skip: int, limit: int) -> Page:
        page = await operations.list(
            since,
            until,
            type=status,
            accounts=accounts,
            skip=skip,
            limit=limit,
            include_users=False,
            post_type=post_type,
        )
        await platforms.correct(page.posts)
        return page.posts, page.count

    def take(posts: list[Any]) -> None:
        if platform is not None:
            posts = [p for p in posts if p.platform and same_platform(p.platform, platform)]
        rows.add(posts)

    await fetch_list(client, POSTS.name, fetch_page, report, take)
    platforms.warn()
    return rows


POSTS = FetchRecipe(POST_LAYOUT, _posts)
