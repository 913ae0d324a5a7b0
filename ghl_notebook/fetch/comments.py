"""Comments on posts as a DataFrame."""

from __future__ import annotations

import functools
from collections.abc import Awaitable
from datetime import date, datetime
from typing import Any, Unpack

import pandas as pd

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.resources.comments import COMMENTED
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import COMMENT_LAYOUT
from ghl_notebook.guard import guarded
from ghl_notebook.models import Comment, CommentPlatform

from .options import FetchOptions
from .paging import Report, all_pages, list_name
from .period import read_period
from .recipe import AnyClient, FetchRecipe, Records, fetch, typed_by_client


@guarded
@typed_by_client
def fetch_comments(
    client: AnyClient,
    since: datetime | date | str,
    until: datetime | date | str,
    *,
    platform: CommentPlatform | None = None,
    search: str | None = None,
    **options: Unpack[FetchOptions],
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch comments on posts, for one sub-account or a whole agency.

    Calls ``GET /social-media-posting/{locationId}/accounts`` (scope
    ``socialplanner/account.readonly``), then ``POST
    /social-media-posting/comments/{platform}/list`` once per platform and page.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    since, until : datetime, date, pandas.Timestamp or str
        The period, by publishing date. A date without a time, such as ``"2026-01-05"``, means the
        whole day in UTC. A datetime needs a time zone.
    platform : str, optional
        Return only comments on this platform: ``"facebook"``, ``"instagram"``, ``"linkedin"``,
        ``"community"``, ``"tiktok"``, ``"bluesky"``, ``"youtube"`` or ``"threads"``.
    search : str, optional
        Return only comments that contain this text.
    progress : bool, default False
        Show a bar.
    locations, folder, in_flight, engine, lazy : optional
        For an agency only; see `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per comment, platform by platform, latest first, without replies, with a new integer
        index and the same columns even if empty. For an agency, rows are in the order of its
        sub-accounts, ``location_id`` and ``location_name`` come first, and ``attrs["failures"]``
        lists what is missing; see `failures`.

        =================== ========= ================================================
        Column              Type      Meaning
        =================== ========= ================================================
        id                  string    The comment
        platform            category  For instance ``facebook``
        content             string    Text
        author_id           string    The author's id on the platform
        author_name         string    The author's name
        published_at        timestamp When it was published (UTC)
        post_id             string    The post: ``id`` of `fetch_posts`
        origin_id           string    The account: ``origin_id`` of `fetch_accounts`
        like_count          integer   Likes
        reply_count         integer   Replies
        share_count         integer   Shares
        attachment_count    integer   Pictures
        is_read             boolean   Whether a user has read it
        is_edited           boolean   Whether the author has changed it
        is_deleted          boolean   Whether it was deleted
        platform_comment_id string    Its id on the platform
        preview_link        string    URL of the comment
        location_id         string    The sub-account
        created_at          timestamp UTC
        updated_at          timestamp UTC
        =================== ========= ================================================

        Types are pandas dtypes: ``string``, ``category``, ``Int64``, ``boolean`` and
        ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If the client uses an older API version, a datetime has no time zone, or the API has no
        comments of the platform.
    GHLError
        See `ghl_notebook.errors`.
    """
    first, last = read_period(since, until)
    key = None if platform is None else platform.strip().lower()
    if key is not None and key not in COMMENTED:
        raise ArgumentError(
            f"The API has no comments of {platform}.",
            f"Choose one of: {', '.join(COMMENTED)}.",
        )
    filters = {"since": first, "until": last, "platform": key, "search": search}
    return fetch(client, COMMENTS, filters, options)


async def _comments(
    client: AsyncClient,
    report: Report,
    *,
    since: str,
    until: str,
    platform: str | None,
    search: str | None,
) -> Records:
    origins: dict[str, dict[str, None]] = {}
    for account in (await client.accounts.list()).accounts:
        key = account.platform or ""
        is_included = key in COMMENTED and platform in (None, key) and not account.deleted
        if is_included and account.origin_id:
            origins.setdefault(key, {})[account.origin_id] = None
    comments: list[Comment] = []
    for key, ids in origins.items():
        fetch_page = functools.partial(
            _page, client, key, list(ids), from_date=since, to_date=until, search=search
        )
        name = list_name(COMMENTS.name, client)
        comments += await all_pages(name, fetch_page, _after(len(comments), report))
    return Records(comments)


async def _page(
    client: AsyncClient, platform: str, ids: list[str], skip: int, limit: int, **filters: Any
) -> tuple[list[Comment], int | None]:
    page = await client.comments.list(platform, ids, skip=skip, limit=limit, **filters)
    return page.comments, None if page.meta is None else page.meta.total


def _after(so_far: int, report: Report) -> Report:
    """Add the rows of the previous platforms to the progress."""
    return lambda done, total: report(so_far + done, so_far + total)


COMMENTS = FetchRecipe("comments", COMMENT_LAYOUT, _comments)
