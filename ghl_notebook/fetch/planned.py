"""The posts that the service lists already, to recognize rows of a plan among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from ghl_notebook.api import AsyncClient
from ghl_notebook.models import Post

from .paging import all_pages, listed
from .period import written
from .sheet import Row

_NOT_PLANNED: Final = ("deleted", "draft", "failed")
_SECOND: Final = timedelta(seconds=1)


class Planned:
    """Posts that are planned or published.

    Parameters
    ----------
    posts : iterable of Post
        What the service lists.
    """

    def __init__(self, posts: Iterable[Post]) -> None:
        self._posts: dict[tuple[str, str], list[Post]] = {}
        for post in posts:
            if post.display_date is not None and post.status not in _NOT_PLANNED:
                key = (written(post.display_date), (post.summary or "").strip())
                self._posts.setdefault(key, []).append(post)

    def find(self, row: Row) -> dict[str, str | None]:
        """Return for which accounts of a row the same is there already, each with its post's id."""
        found: dict[str, str | None] = {}
        for post in self._posts.get((written(row.moment), row.summary), ()):
            if _looks_like(post, row):
                ids = {*post.account_ids, post.account_id}
                found |= {one: post.id for one in row.account_ids if one in ids}
        return found


def _looks_like(post: Post, row: Row) -> bool:
    is_its_type = post.type in (None, row.type)
    return is_its_type and [one.url for one in post.media] == [one.get("url") for one in row.media]


async def list_planned(client: AsyncClient, rows: Iterable[Row]) -> Planned:
    """List the posts of the time in which the rows are."""
    times = sorted(row.moment for row in rows)
    if not times:
        return Planned(())

    async def ask(skip: int, limit: int) -> tuple[list[Post], int | None]:
        page = await client.posts.list(
            written(times[0] - _SECOND),
            written(times[-1] + _SECOND),
            skip=skip,
            limit=limit,
            include_users=False,
        )
        return page.posts, page.count

    return Planned(await all_pages(listed("posts", client), ask, lambda _done, _total: None))
