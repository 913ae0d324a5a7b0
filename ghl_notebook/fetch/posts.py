"""Posts as DataFrames."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterable
from datetime import date, datetime
from typing import Final, Unpack, get_args

import pandas as pd

from ghl_notebook.api import Agency, AsyncClient, Client
from ghl_notebook.api.versions import versions_of
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import POST_LAYOUT
from ghl_notebook.guard import guarded
from ghl_notebook.models import (
    PlatformName,
    Post,
    PostFilter,
    PostType,
    check_choice,
    read_platform,
    same_platform,
)

from .options import FetchOptions
from .paging import Report, all_pages, list_name
from .period import read_period
from .post_platforms import correct_platforms
from .recipe import AnyClient, FetchRecipe, Records, fetch, typed_by_client

_LOG: Final = logging.getLogger("ghl_notebook.fetch")


@guarded
@typed_by_client
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

        =============== ========= ==========================================================
        Column          Type      Meaning
        =============== ========= ==========================================================
        id              string    The post
        status          category  Publishing status
        type            category  ``post``, ``story`` or ``reel``
        platform        category  Platform of the account, for instance ``instagram``
        display_date    timestamp When it was or will be published (UTC)
        published_at    timestamp When it was published (UTC)
        summary         string    Text
        account_id      string    The account: ``id`` of `fetch_accounts`
        account_ids     string    All its accounts, joined by ``", "``
        tags            string    Ids of its tags, joined by ``", "``: see `fetch_tags`
        media_count     integer   Pictures and videos; may be too low for a scheduled carousel
        error           string    Why it failed
        post_id         string    Its id on the platform
        parent_post_id  string    The post of several accounts that it belongs to
        like_count      integer   Likes so far; NA if not reported
        comment_count   integer   Comments so far; NA if not reported
        share_count     integer   Shares so far; NA if not reported
        approval_status string    ``pending``, ``approved``, ``rejected``, ``not_required``
        source          string    Where it was created, for instance ``composer``
        created_by      string    The user who created it
        location_id     string    The sub-account
        created_at      timestamp UTC
        updated_at      timestamp UTC
        =============== ========= ==========================================================

        Types are pandas dtypes: ``string``, ``category``, ``Int64`` and ``datetime64[ms, UTC]``.

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

    Raises `ArgumentError` if there is no column ``id``, or an id is not text.
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
) -> Records:
    if accounts is not None and not accounts:
        return Records([])  # the API treats an empty list as all accounts

    async def fetch_page(skip: int, limit: int) -> tuple[list[Post], int | None]:
        page = await client.posts.list(
            since,
            until,
            type=status,
            accounts=accounts,
            skip=skip,
            limit=limit,
            include_users=False,
            post_type=post_type,
        )
        return page.posts, page.count

    name = list_name(POSTS.name, client)
    posts = await all_pages(name, fetch_page, report)
    await correct_platforms(client, posts, name)
    return Records(
        [
            post
            for post in posts
            if platform is None or (post.platform and same_platform(post.platform, platform))
        ]
    )


POSTS = FetchRecipe("posts", POST_LAYOUT, _posts)
