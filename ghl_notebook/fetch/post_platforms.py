"""The platforms of posts, by their accounts: the API may report ``google`` for any of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ghl_notebook.errors import GHLError

from .names import UNAVAILABLE, ConnectedAccounts

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_DOUBTFUL: Final = "google"
"""What the API reports for posts on any platform that were created by it."""


class AccountPlatforms:
    """Sets the platform of posts to the platform of their account.

    The platform of a post whose account is not listed is unknown.

    Parameters
    ----------
    accounts : ConnectedAccounts
        The accounts of the sub-account, listed only if a platform is doubtful.
    name : str
        The list of the posts, for the warning.
    """

    def __init__(self, accounts: ConnectedAccounts, name: str) -> None:
        self._accounts = accounts
        self._name = name
        self._platforms: Mapping[str | None, str | None] | None = None
        self._error: GHLError | None = None
        self._unknown = 0

    async def correct(self, posts: Iterable[Any]) -> None:
        """Set the platforms of the posts of a page: records, or rows of a DataFrame."""
        doubtful = [post for post in posts if post.platform == _DOUBTFUL]
        if not doubtful:
            return
        if self._platforms is None:
            self._platforms = await self._list()
        for post in doubtful:
            ids = (post.account_id, *(post.account_ids or ()))
            known = (self._platforms[one] for one in ids if self._platforms.get(one))
            post.platform = next(known, None)
        if self._error is not None:
            self._unknown += len(doubtful)

    async def _list(self) -> dict[str | None, str | None]:
        try:
            return {one.id: one.platform for one in await self._accounts.list()}
        except UNAVAILABLE as error:
            self._error = error
            return {}

    def warn(self) -> None:
        """Log how many platforms are unknown, if the accounts cannot be listed."""
        if self._error is not None:
            self._accounts.is_reported = True
            _LOG.warning(
                "%s: the platforms of %d, and the accounts' names, are unknown, because the "
                "accounts cannot be listed: %s",
                self._name,
                self._unknown,
                self._error,
            )
