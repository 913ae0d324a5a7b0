"""The posts that the API already lists, to recognize rows of a plan among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.paging import Page
from ghl_notebook.models import Post

from .paging import fetch_list
from .period import formatted
from .plan import PlanRow

_NOT_SCHEDULED: Final = ("deleted", "draft", "failed")
_SECOND: Final = timedelta(seconds=1)


class ListedPosts:
    """Posts that are scheduled or published.

    Parameters
    ----------
    posts : iterable of Post
        What the API lists.
    """

    def __init__(self, posts: Iterable[Post]) -> None:
        self._posts: dict[tuple[str, str], list[Post]] = {}
        for post in posts:
            if post.display_date is not None and post.status not in _NOT_SCHEDULED:
                key = (formatted(post.display_date), (post.summary or "").strip())
                self._posts.setdefault(key, []).append(post)

    def find(self, row: PlanRow, uploaded: Sequence[str | None] = ()) -> dict[str, str | None]:
        """Return those accounts of a row for which the post is listed, with the post's id.

        Parameters
        ----------
        row : PlanRow
            A valid row.
        uploaded : sequence of str or None
            The address of each of its files.
        """
        found: dict[str, str | None] = {}
        urls = [*(one.get("url") for one in row.media), *uploaded]
        when = row.schedule_date and formatted(row.schedule_date)
        for post in self._posts.get((when or "", row.summary), ()):
            if _looks_like(post, row, urls):
                ids = {*post.account_ids, post.account_id}
                found |= {one: post.id for one in row.account_ids if one in ids}
        return found


def _looks_like(post: Post, row: PlanRow, urls: Sequence[str | None]) -> bool:
    is_its_type = post.type in (None, row.type)
    shown = [one.url for one in post.media]
    # A list was seen to show only the first of a scheduled post's media.
    return is_its_type and shown == urls[: len(shown)] and bool(shown) == bool(urls)


async def list_posts(client: AsyncClient, rows: Iterable[PlanRow]) -> ListedPosts:
    """List the posts of the period that the rows cover."""
    times = sorted(row.schedule_date for row in rows if row.schedule_date)
    if not times:
        return ListedPosts(())

    async def fetch_page(skip: int, limit: int) -> Page:
        page = await client.posts.list(
            formatted(times[0] - _SECOND),
            formatted(times[-1] + _SECOND),
            skip=skip,
            limit=limit,
            include_users=False,
        )
        return page.posts, page.count

    posts = await fetch_list(client, "posts", fetch_page, lambda _done, _total: None)
    return ListedPosts(posts)
