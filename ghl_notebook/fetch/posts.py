"""Posts as DataFrames."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final, Unpack, get_args

from ghl_notebook.api import Agency, AsyncClient, Client
from ghl_notebook.api.operation import with_rows
from ghl_notebook.api.paging import Page, Report
from ghl_notebook.api.versions import versions_of
from ghl_notebook.frames import POST_LAYOUT, Rows, document_columns
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded
from ghl_notebook.models import (
    PlatformName,
    PostFilter,
    PostType,
    in_platforms,
    read_choice,
    read_platforms,
)

from .account_filter import leave_unlisted, read_ids, select_ids
from .names import UNAVAILABLE, ConnectedAccounts, find_names
from .options import FetchOptions
from .paging import fetch_list, list_name
from .period import read_period
from .post_platforms import AccountPlatforms
from .recipe import AnyClient, FetchRecipe, fetch, typed_by_client

_OF_THE_PAST: Final = ("published", "failed", "deleted")
_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_IDS: Final = {
    "account": attrgetter("account_id"),
    "tags": attrgetter("tags"),
    "author": attrgetter("created_by"),
}
"""Column with names → the ids of a post."""


@guarded
@typed_by_client
@document_columns(POST_LAYOUT)
def fetch_posts(
    client: AnyClient,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    *,
    status: PostFilter | None = None,
    platform: PlatformName | Sequence[PlatformName] | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    post_type: PostType | None = None,
    names: bool = True,
    **options: Unpack[FetchOptions],
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch the posts of a period, for one sub-account or a whole agency.

    Calls ``POST /social-media-posting/{locationId}/posts/list`` (scope
    ``socialplanner/post.readonly``) once per page. For the names, also calls ``GET
    /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``), ``GET
    /users/?locationId=`` (scope ``users.readonly``), and, if a post has tags, ``GET
    /social-media-posting/{locationId}/tags`` (scope ``socialplanner/tag.readonly``). If a scope is
    missing, the names are NA, and a warning is logged.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    since, until : datetime, date, pandas.Timestamp or str, optional
        The period, by publishing date, past or planned. A date without a time, such as
        ``"2026-01-05"``, means the whole day in UTC. A datetime needs a time zone. By default,
        the last 30 days, including today.
    status : str, optional
        Return only posts with this status: ``"scheduled"``, ``"draft"``, ``"failed"``,
        ``"in_review"``, ``"published"``, ``"in_progress"``, ``"pending"``,
        ``"recent"`` or ``"deleted"``. By default, all posts except deleted ones.
    platform : str or sequence of str, optional
        Return only posts on this platform, for instance ``"instagram"``, or on these. The API has
        no such filter: all posts are fetched, then filtered.
    accounts : iterable of str or pandas.DataFrame, optional
        Return only posts of these accounts: ``id`` values, or rows of `fetch_accounts`.
    post_type : str, optional
        Return only ``"post"``, ``"story"`` or ``"reel"``.
    names : bool, default True
        Fetch the names of accounts, tags, and users. False sends fewer requests; ``account``,
        ``tags``, and ``author`` are then NA.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per post, latest first (the API's order), with a new integer index and the same
        columns even if empty. For an agency, rows are in the order of its sub-accounts,
        ``location_name`` comes first, and ``attrs["failures"]`` lists what is missing; see
        `failures`. A new post can take a moment to appear.

        {columns}

    Raises
    ------
    ArgumentError
        If a datetime has no time zone, or a filter is invalid.
    GHLError
        See `ghl_notebook.errors`.
    """
    chosen = "all" if status is None else read_choice("status", status, get_args(PostFilter))
    past = f"{chosen} posts" if chosen in _OF_THE_PAST else None
    first, last = read_period(client, since, until, of=past)
    filters = {
        "since": first,
        "until": last,
        "status": chosen,
        "platform": read_platforms(platform),
        "accounts": read_ids(accounts),
        "post_type": None
        if post_type is None
        else read_choice("post_type", post_type, get_args(PostType)),
        "names": bool(names),
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


async def _posts(
    client: AsyncClient,
    report: Report,
    *,
    since: str,
    until: str,
    status: str,
    platform: list[str] | None,
    accounts: list[str] | None,
    post_type: str | None,
    names: bool,
) -> Rows:
    rows = Rows(POST_LAYOUT)
    if accounts is not None and not accounts:
        return rows  # the API treats an empty list as all accounts
    operations = with_rows(client.posts, POST_LAYOUT.reader)
    connected = ConnectedAccounts(client)
    if accounts is not None:
        try:
            accounts = select_ids(accounts, await connected.list(), client.location_id)
        except UNAVAILABLE:  # without their scope, posts can be fetched all the same
            leave_unlisted(client.location_id)
        if not accounts:
            return rows
    platforms = AccountPlatforms(connected, list_name(POSTS.name, client))
    with_ids: set[str] = set()

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
            posts = [p for p in posts if in_platforms(p.platform, platform)]
        for column, ids in _IDS.items():
            if column not in with_ids and any(map(ids, posts)):
                with_ids.add(column)
        rows.add(posts)

    await fetch_list(client, POSTS.name, fetch_page, report, take)
    platforms.warn()
    if names:
        rows.names = await find_names(client, with_ids, connected)
    return rows


POSTS = FetchRecipe(POST_LAYOUT, _posts)
