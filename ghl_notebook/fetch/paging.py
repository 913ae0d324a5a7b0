"""Reads a list to its end: no row twice, and none lost while rows come and go."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from ghl_notebook.api import AsyncClient

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_BACK_AT_MOST: Final = 5
_IN_VAIN: Final = 2
"""Pages in a row without a new row, after which no more are asked for."""
_SIZES: Final = (10, 20, 25, 50)
"""So many rows may be as many as the service gives at a time, whatever it is asked for."""

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


def listed(name: str, client: AsyncClient) -> str:
    """Name what is listed, and whose it is: a run over an agency has many lists."""
    return f"{name} of sub-account {client.location_id}"


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
    the page before is read again. A row that is added while the list is read may be missing. A
    list that ends before the count that the service gives is logged as a warning.

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
    least: int | None = None
    skip = went_back = in_vain = 0
    is_stuck = False
    while True:
        page, count = await ask(skip, size)
        if count is not None and (page or not skip):
            least = count if least is None else min(least, count)
        # What has no id is known by its place.
        keys = [row.id or skip + n for n, row in enumerate(page)]
        is_new = [key not in found for key in keys]
        is_stuck = _is_same(page, before, more=(count or 0) > len(found))
        in_vain = 0 if any(is_new) else in_vain + 1
        if is_stuck or in_vain > _IN_VAIN:
            break  # what is to be left out is not heeded: the list would have no end
        found.update((k, row) for k, row, new in zip(keys, page, is_new, strict=True) if new)
        told(len(found), max(len(found), count or 0))
        has_shrunk = bool(page) or count is None or count <= skip
        if skip and all(is_new) and has_shrunk and went_back < _BACK_AT_MOST:
            skip, went_back = max(0, skip - size), went_back + 1
        elif not page or _is_last(page, count, skip, size, len(found)):
            break
        else:
            skip += max(1, len(page) - 1)
        before = page
    _say_what_is_missing(name, len(found), least, is_cut=is_stuck and len(before) >= size)
    return list(found.values())


def _is_same(page: list[R], before: list[R], *, more: bool) -> bool:
    """Tell whether a page is the one before; rows that are all alike are when no more are due."""
    return bool(page) and page == before and (page[0] != page[-1] or not more)


def _is_last(page: list[R], count: int | None, skip: int, size: int, found: int) -> bool:
    """Tell whether no page follows. A count may be that of the page, or too small."""
    is_whole = len(page) >= size or len(page) in _SIZES
    if count is None or count <= len(page) or count < found:
        return not is_whole
    return skip + len(page) >= count


def _say_what_is_missing(name: str, found: int, count: int | None, *, is_cut: bool) -> None:
    if count is not None and count > found:
        _LOG.warning("%s: the service gives %d of %d; the others are missing", name, found, count)
    elif is_cut:
        _LOG.warning("%s: the service gives the same %d rows again: there may be more", name, found)
