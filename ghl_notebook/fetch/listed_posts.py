"""The posts that the API already lists, to recognize rows of a plan among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from ghl_notebook.api import AsyncClient
from ghl_notebook.models import Post

from .paging import all_pages, list_name
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

    def find(self, row: PlanRow) -> dict[str, str | None]:
        """Return those accounts of a row for which the post is listed, with the post's id."""
        found: dict[str, str | None] = {}
        for post in self._posts.get((formatted(row.schedule_date), row.summary), ()):
            if _looks_like(post, row):
                ids = {*post.account_ids, post.account_id}
                found |= {one: post.id for one in row.account_ids if one in ids}
        return found


def _looks_like(post: Post, row: PlanRow) -> bool:
    is_its_type = post.type in (None, row.type)
    shown, wanted = [one.url for one in post.media], [one.get("url") for one in row.media]
    # A list was seen to show only the first of a scheduled post's media.
    return is_its_type and shown == wanted[: len(shown)] and bool(shown) == bool(wanted)


async def list_posts(client: AsyncClient, rows: Iterable[PlanRow]) -> ListedPosts:
    """List the posts of the period that the rows cover."""
    times = sorted(row.schedule_date for row in rows)
    if not times:
        return ListedPosts(())

    async def fetch_page(skip: int, limit: int) -> tuple[list[Post], int | None]:
        page = await client.posts.list(
            formatted(times[0] - _SECOND),
            formatted(times[-1] + _SECOND),
            skip=skip,
            limit=limit,
            include_users=False,
        )
        return page.posts, page.count

    name = list_name("posts", client)
    return ListedPosts(await all_pages(name, fetch_page, lambda _done, _total: None))
