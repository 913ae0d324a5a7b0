"""Posts as DataFrames."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Unpack

import pandas as pd

from ghl_notebook.api import AsyncClient
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import POST_FORM
from ghl_notebook.guard import guarded
from ghl_notebook.models import Post, same_platform

from .kind import Found, Kind, Whom, by_door, fetch
from .paging import Told, all_pages, listed
from .period import Moment, read_period, short

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchOptions

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_STATUSES: Final = (
    *("all", "recent", "scheduled", "draft", "failed", "in_review", "published", "in_progress"),
    *("pending", "deleted"),
)


@guarded
@by_door
def fetch_posts(
    client: Whom,
    since: Moment,
    until: Moment,
    *,
    status: str | None = None,
    platform: str | None = None,
    accounts: Iterable[str] | pd.DataFrame | None = None,
    post_type: str | None = None,
    **options: Unpack[FetchOptions],
) -> Any:
    """Fetch the posts of a period, of a sub-account or of all of an agency's.

    ``POST /social-media-posting/{locationId}/posts/list`` (scope ``socialplanner/post.readonly``),
    page by page

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Of an async one the result is to be awaited.
    since, until : datetime, date, pandas.Timestamp or str
        The period, by when a post was or will be published. A time needs a time zone; a date alone,
        such as ``"2026-01-05"``, is a whole day in UTC.
    status : str, optional
        Only ``"scheduled"``, ``"draft"``, ``"failed"``, ``"in_review"``, ``"published"``,
        ``"in_progress"``, ``"pending"`` (version v3), ``"recent"`` or ``"deleted"``. Without it,
        all but deleted ones.
    platform : str, optional
        Only on this one, for instance ``"instagram"``. The service has no such filter: all are
        fetched, and the others left out.
    accounts : iterable of str or pandas.DataFrame, optional
        Only on these: their ``id``, or rows of `fetch_accounts`.
    post_type : str, optional
        Only ``"post"``, ``"story"`` or ``"reel"``.
    **options
        ``progress=True`` shows a bar. Of an agency also ``locations``, ``folder``, ``in_flight``,
        ``engine`` and ``lazy``, as for `fetch_accounts`.

    Returns
    -------
    pandas.DataFrame
        One row per post in the service's order, the latest first, a fresh integer index, the same
        columns when there is none. Of an agency as `fetch_accounts` says: in the order of its
        sub-accounts, with ``location_id`` and ``location_name`` first, and what is missing in
        ``attrs["failures"]``. A new post may be missing for a moment.

        =============== ========= ==========================================================
        Column          Kind      Meaning
        =============== ========= ==========================================================
        id              string    The post
        status          category  What has become of it
        type            category  ``post``, ``story`` or ``reel``
        platform        category  For instance ``instagram``
        display_date    timestamp When it was or will be published (UTC)
        published_at    timestamp When it was published (UTC)
        summary         string    Its text
        account_id      string    The account: ``id`` of `fetch_accounts`
        account_ids     string    All accounts it is for, joined by ``", "``
        tags            string    Ids of its tags, joined by ``", "``: see `fetch_tags`
        media_count     integer   How many pictures and videos
        error           string    Why it failed
        post_id         string    The platform's own id
        like_count      integer   Likes so far (version v3)
        comment_count   integer   Comments so far (version v3)
        share_count     integer   Shares so far (version v3)
        approval_status string    ``pending``, ``approved``, ``rejected``, ``not_required``
        source          string    Where it was made, for instance ``composer``
        created_by      string    The user who made it
        location_id     string    The sub-account
        created_at      timestamp UTC
        updated_at      timestamp UTC
        =============== ========= ==========================================================

        Kinds are the dtypes ``string``, ``category``, ``Int64`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    ArgumentError
        If a time has no time zone, or a filter makes no sense.
    GHLError
        See `ghl_notebook.errors`.
    """
    first, last = read_period(since, until)
    if status is not None and status not in _STATUSES:
        raise ArgumentError(
            f"{status!r} is no status of posts.", f"Choose one of: {', '.join(_STATUSES)}."
        )
    asked = {
        "since": first,
        "until": last,
        "status": status or "all",
        "platform": platform,
        "accounts": read_ids(accounts),
        "post_type": post_type,
    }
    return fetch(client, POSTS, asked, options)


def read_ids(accounts: Iterable[str] | pd.DataFrame | None) -> list[str] | None:
    """Read which accounts are meant.

    Raises
    ------
    ArgumentError
        If there is no column ``id``, or an id is no text.
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
                f"{one!r} is no id of an account.", "Pass ids as fetch_accounts() shows them."
            )
    return ids


async def _posts(
    client: AsyncClient,
    told: Told,
    *,
    since: str,
    until: str,
    status: str,
    platform: str | None,
    accounts: list[str] | None,
    post_type: str | None,
) -> Found:
    if accounts is not None and not accounts:
        return Found([])  # the service takes no accounts for all

    async def ask(skip: int, limit: int) -> tuple[list[Post], int | None]:
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

    posts = await all_pages(listed(POSTS.name, client), ask, told)
    texts = [text for post in posts if isinstance(text := post.extra.get("tags"), str) and text]
    if texts:
        _LOG.warning(
            "%s: the tags of %d are a text and not a list, and missing, for instance %s",
            listed(POSTS.name, client),
            len(texts),
            short(texts[0]),
        )
    return Found(
        [
            post
            for post in posts
            if platform is None or (post.platform and same_platform(post.platform, platform))
        ]
    )


POSTS = Kind("posts", POST_FORM, _posts)
