"""Comments on posts as a DataFrame."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Unpack

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.resources.comments import COMMENTED
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import COMMENT_FORM
from ghl_notebook.guard import guarded
from ghl_notebook.models import Comment

from .kind import Found, Kind, Whom, by_door, fetch
from .paging import Told, all_pages, listed
from .period import Moment, read_period

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchOptions


@guarded
@by_door
def fetch_comments(
    client: Whom,
    since: Moment,
    until: Moment,
    *,
    platform: str | None = None,
    search: str | None = None,
    **options: Unpack[FetchOptions],
) -> Any:
    """Fetch the comments on posts, of a sub-account or of all of an agency's (version v3).

    ``GET /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``),
    then for each platform ``POST /social-media-posting/comments/{platform}/list``, page by page

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Made with ``api_version="v3"``. Of an async one the result is to be awaited.
    since, until : datetime, date, pandas.Timestamp or str
        When they were published. A time needs a time zone; a date alone, such as
        ``"2026-01-05"``, is a whole day in UTC.
    platform : str, optional
        Only on this one: ``"facebook"``, ``"instagram"``, ``"linkedin"``, ``"community"``,
        ``"tiktok"``, ``"bluesky"``, ``"youtube"`` or ``"threads"``.
    search : str, optional
        Only those with this in them.
    **options
        ``progress=True`` shows a bar. Of an agency also ``locations``, ``folder``, ``in_flight``,
        ``engine`` and ``lazy``, as for `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per comment, platform by platform, the latest first; replies are not among them. A
        fresh integer index, the same columns when there is none. Of an agency as `fetch_accounts`
        says: in the order of its sub-accounts, with ``location_id`` and ``location_name`` first,
        and what is missing in ``attrs["failures"]``.

        =================== ========= ================================================
        Column              Kind      Meaning
        =================== ========= ================================================
        id                  string    The comment
        platform            category  For instance ``facebook``
        content             string    Its text
        author_id           string    Who wrote it: the platform's id
        author_name         string    Who wrote it
        published_at        timestamp When (UTC)
        post_id             string    The post: ``id`` of `fetch_posts`
        origin_id           string    The account: ``origin_id`` of `fetch_accounts`
        like_count          integer   Likes
        reply_count         integer   Replies
        share_count         integer   Shares
        attachment_count    integer   Pictures
        is_read             boolean   Somebody has read it
        is_edited           boolean   It was changed
        is_deleted          boolean   It was deleted
        platform_comment_id string    The platform's own id
        preview_link        string    Where it can be seen
        location_id         string    The sub-account
        created_at          timestamp UTC
        updated_at          timestamp UTC
        =================== ========= ================================================

        Kinds are the dtypes ``string``, ``category``, ``Int64``, ``boolean`` and
        ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If the client speaks an older version of the API, a time has no time zone, or the service
        has no comments of the platform.
    GHLError
        See `ghl_notebook.errors`.
    """
    first, last = read_period(since, until)
    key = None if platform is None else platform.strip().lower()
    if key is not None and key not in COMMENTED:
        raise ArgumentError(
            f"The service has no comments of {platform}.",
            f"Choose one of: {', '.join(COMMENTED)}.",
        )
    asked = {"since": first, "until": last, "platform": key, "search": search}
    return fetch(client, COMMENTS, asked, options)


async def _comments(
    client: AsyncClient,
    told: Told,
    *,
    since: str,
    until: str,
    platform: str | None,
    search: str | None,
) -> Found:
    origins: dict[str, dict[str, None]] = {}
    for account in (await client.accounts()).accounts:
        key = account.platform or ""
        is_meant = key in COMMENTED and platform in (None, key) and not account.deleted
        if is_meant and account.origin_id:
            origins.setdefault(key, {})[account.origin_id] = None
    comments: list[Comment] = []
    for key, ids in origins.items():
        ask = functools.partial(
            _page, client, key, list(ids), from_date=since, to_date=until, search=search
        )
        comments += await all_pages(listed(COMMENTS.name, client), ask, _after(len(comments), told))
    return Found(comments)


async def _page(
    client: AsyncClient, platform: str, ids: list[str], skip: int, limit: int, **asked: Any
) -> tuple[list[Comment], int | None]:
    page = await client.comments.list(platform, ids, skip=skip, limit=limit, **asked)
    return page.comments, None if page.meta is None else page.meta.total


def _after(so_far: int, told: Told) -> Told:
    """Count on from what other platforms have given."""
    return lambda done, total: told(so_far + done, so_far + total)


COMMENTS = Kind("comments", COMMENT_FORM, _comments)
