"""The platforms of posts, by their accounts: the API may report ``google`` for any of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from ghl_notebook.api import AsyncClient
from ghl_notebook.errors import AuthenticationError, PermissionDeniedError, UnexpectedAnswerError
from ghl_notebook.models import Post

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_DOUBTFUL: Final = "google"
"""What the API reports for posts on any platform that were created by it."""


async def correct_platforms(client: AsyncClient, posts: Iterable[Post], name: str) -> None:
    """Set the platform of each post to the platform of its account.

    The accounts are listed only if a platform is doubtful. The platform of a post whose account is
    not listed is unknown.
    """
    doubtful = [post for post in posts if post.platform == _DOUBTFUL]
    if not doubtful:
        return
    platforms: dict[str | None, str | None] = {}
    try:
        platforms = {one.id: one.platform for one in (await client.accounts.list()).accounts}
    except (AuthenticationError, PermissionDeniedError, UnexpectedAnswerError) as error:
        _LOG.warning(
            "%s: the platforms of %d are unknown, because the accounts cannot be listed: %s",
            name,
            len(doubtful),
            error,
        )
    for post in doubtful:
        ids = (post.account_id, *post.account_ids)
        post.platform = next((platforms[one] for one in ids if platforms.get(one)), None)
