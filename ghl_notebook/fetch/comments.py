"""Comments on posts as a DataFrame."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Sequence
from datetime import date, datetime
from typing import Any, Unpack

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.ahead import side_by_side
from ghl_notebook.api.operation import with_rows
from ghl_notebook.api.paging import Page, Report
from ghl_notebook.api.resources.comments import COMMENTED
from ghl_notebook.frames import COMMENT_LAYOUT, Rows, document_columns
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded
from ghl_notebook.models import CommentPlatform, read_platforms

from .options import FetchOptions
from .paging import fetch_list
from .period import read_period
from .recipe import AnyClient, FetchRecipe, fetch, typed_by_client


@guarded
@typed_by_client
@document_columns(COMMENT_LAYOUT)
def fetch_comments(
    client: AnyClient,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    *,
    platform: CommentPlatform | Sequence[CommentPlatform] | None = None,
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
    since, until : datetime, date, pandas.Timestamp or str, optional
        The period, by publishing date. A date without a time, such as ``"2026-01-05"``, means the
        whole day in UTC. A datetime needs a time zone. By default, the last 30 days, including
        today.
    platform : str or sequence of str, optional
        Return only comments on these platforms: ``"facebook"``, ``"instagram"``, ``"linkedin"``,
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
        sub-accounts, ``location_name`` comes first, and ``attrs["failures"]``
        lists what is missing; see `failures`.

        {columns}

    Raises
    ------
    ArgumentError
        If the client uses an older API version, a datetime has no time zone, or the API has no
        comments of the platform.
    GHLError
        See `ghl_notebook.errors`.
    """
    first, last = read_period(client, since, until, of="comments")
    platforms = read_platforms(platform, COMMENTED)
    filters = {"since": first, "until": last, "platform": platforms, "search": search}
    return fetch(client, COMMENTS, filters, options)


async def _comments(
    client: AsyncClient,
    report: Report,
    *,
    since: str,
    until: str,
    platform: list[str] | None,
    search: str | None,
) -> Rows:
    origins: dict[str, dict[str, None]] = {}
    names: dict[str, str] = {}
    for account in (await client.accounts.list()).accounts:
        key = account.platform or ""
        is_included = (
            key in COMMENTED and (platform is None or key in platform) and not account.deleted
        )
        if is_included and account.origin_id:
            origins.setdefault(key, {})[account.origin_id] = None
            names[account.origin_id] = account.name or ""
    counts: dict[str, tuple[int, int]] = {}

    async def fetch_platform(key: str) -> list[Any]:
        def add(done: int, total: int) -> None:
            counts[key] = done, total
            report(*map(sum, zip(*counts.values(), strict=True)))

        fetch_page = functools.partial(
            _page, client, key, list(origins[key]), from_date=since, to_date=until, search=search
        )
        return await fetch_list(client, COMMENTS.name, fetch_page, add)

    rows = Rows(COMMENT_LAYOUT)
    rows.names["account"] = {key: name for key, name in names.items() if name}
    calls = [functools.partial(fetch_platform, key) for key in origins]
    for found in await side_by_side(client, calls):
        rows.add(found)
    return rows


async def _page(
    client: AsyncClient, platform: str, ids: list[str], skip: int, limit: int, **filters: Any
) -> Page:
    operations = with_rows(client.comments, COMMENT_LAYOUT.reader)
    page = await operations.list(platform, ids, skip=skip, limit=limit, **filters)
    return COMMENT_LAYOUT.reader.content(page)


COMMENTS = FetchRecipe(COMMENT_LAYOUT, _comments)
