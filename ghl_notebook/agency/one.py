"""What one sub-account is asked for, where a bar shows how far it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .tally import Tally


class One:
    """A fetch of one sub-account, in pages or account by account.

    Parameters
    ----------
    fetch : callable
        Fetches; is given a function to tell how many there are so far, and how many there will be.
    """

    is_of_this_loop = False

    def __init__(self, fetch: Callable[[Callable[[int, int], None]], Awaitable[Any]]) -> None:
        self._fetch = fetch
        self._tally = Tally()

    async def go(self) -> Any:
        """Fetch it."""
        return await self._fetch(self._told)

    def _told(self, done: int, total: int) -> None:
        self._tally.total, self._tally.done = total, done

    def look(self) -> Tally:
        """Return how far it has come."""
        return self._tally

    def stop(self) -> bool:
        """Tell that a part of it would be of no use: an interrupt ends it."""
        return False
