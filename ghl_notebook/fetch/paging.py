"""Reads a list to its end: no row twice, and none lost while rows come and go."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_BACK_AT_MOST: Final = 10

PAGE: Final = 100
"""Rows of one call: as many as the service allows where it says so."""

Told = Callable[[int, int], None]
"""Is told how many there are so far, and how many there will be."""


class Identified(Protocol):
    """A record with an id."""

    @property
    def id(self) -> str | None:
        """Its id."""
        ...


R = TypeVar("R", bound=Identified)


async def all_pages(
    name: str,
    ask: Callable[[int, int], Awaitable[tuple[list[R], int | None]]],
    told: Told,
    *,
    size: int = PAGE,
) -> list[R]:
    """Read all pages of a list, in the service's order.

    A page begins with the last row of the one before. Where rows were added in front, rows come a
    second time, and are passed over; where rows were deleted in front, that row is missing, and
    the page before is read again. A row that is added while the list is read may be missing.

    Parameters
    ----------
    name : str
        What is listed.
    ask : callable
        Is given how many rows to leave out and how many to return; the rows, and how many there
        are in all, where the service says so.
    told : callable
        Is told how far it is.
    size : int
        Rows of one page. The service may give fewer.
    """
    found: dict[object, R] = {}
    before: list[R] = []
    skip = went_back = 0
    while True:
        page, count = await ask(skip, size)
        keys = [row.id or object() for row in page]  # what has no id is like no other
        is_new = [key not in found for key in keys]
        if page and page == before:
            # It does not heed what is to be left out: the list would have no end.
            if count is not None and count > len(found):
                _LOG.warning("%s: the service gives %d of %d", name, len(found), count)
            break
        found.update((k, row) for k, row, new in zip(keys, page, is_new, strict=True) if new)
        told(len(found), max(len(found), count or 0))
        is_last = skip + len(page) >= count if count is not None else len(page) < size
        if skip and all(is_new) and went_back < _BACK_AT_MOST:
            skip, went_back = max(0, skip - size), went_back + 1
        elif not page or is_last:
            break
        else:
            skip += max(1, len(page) - 1)
        before = page
    return list(found.values())
