"""Fetches a list page by page: no row twice, and none lost while rows are added or deleted."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ghl_notebook.api import AsyncClient

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_MAX_STEPS_BACK: Final = 5
"""Per list. A list in which rows vanish faster than this has no end that could be reached."""
_MAX_IN_VAIN: Final = 2
"""Pages in a row without a new row; then the list ends."""
_PAGE_SIZES: Final = (10, 20, 25, 50)
"""So many rows may be the API's own page size, whatever was requested."""

PAGE_SIZE: Final = 100
"""Rows per call: the maximum, where the API documents one."""

Report = Callable[[int, int], None]
"""A function called with the number of rows so far, and in all."""


def list_name(name: str, client: AsyncClient) -> str:
    """Name a list with its sub-account: a run over an agency has many lists."""
    return f"{name} of sub-account {client.location_id}"


async def all_pages(
    name: str,
    fetch_page: Callable[[int, int], Awaitable[tuple[list[Any], int | None]]],
    report: Report,
    take: Callable[[list[Any]], None] | None = None,
    *,
    size: int = PAGE_SIZE,
) -> list[Any]:
    """Fetch all pages of a list of records with an `id`, in the API's order.

    A page starts with the last row of the previous page. If rows are added in front, some rows
    appear again, and are skipped. If rows are deleted in front, that last row is missing, and the
    previous page is fetched again. A row added while the list is fetched may be missing. If
    fewer rows arrive than the API counts, a warning is logged.

    Parameters
    ----------
    name : str
        What is listed.
    fetch_page : callable
        Fetches a page. Its arguments are how many rows to skip and to return. It returns the rows,
        and how many there are in all, or None if the API does not report this.
    report : callable
        Called with the progress.
    take : callable, optional
        Called with the new rows of each page. By default, all rows are returned at the end.
    size : int
        Rows per page. The API may return fewer.
    """
    kept: list[Any] = []
    take = take or kept.extend
    found: set[object] = set()
    before: list[Any] = []
    least: int | None = None
    skip = steps_back = in_vain = 0
    is_stuck = False
    while True:
        page, count = await fetch_page(skip, size)
        if count is not None and (page or not skip):
            least = count if least is None else min(least, count)
        # A row without an id is identified by its position.
        keys = [row.id or skip + n for n, row in enumerate(page)]
        is_new = [key not in found for key in keys]
        is_stuck = _is_same(page, before, more=(count or 0) > len(found))
        in_vain = 0 if any(is_new) else in_vain + 1
        if is_stuck or in_vain > _MAX_IN_VAIN:
            break  # the API ignores `skip`: the list would never end
        new_rows = {k: row for k, row, new in zip(keys, page, is_new, strict=True) if new}
        found |= new_rows.keys()
        take([*new_rows.values()])
        report(len(found), max(len(found), count or 0))
        has_shrunk = bool(page) or count is None or count <= skip
        if skip and all(is_new) and has_shrunk and steps_back < _MAX_STEPS_BACK:
            skip, steps_back = max(0, skip - size), steps_back + 1
        elif not page or _is_last(page, count, skip, size, len(found)):
            break
        else:
            skip += max(1, len(page) - 1)
        before = page
    _warn_of_missing(name, len(found), least, is_cut=is_stuck and len(before) >= size)
    return kept


def _is_same(page: list[Any], before: list[Any], *, more: bool) -> bool:
    """Tell whether a page equals the previous one. Rows that are all alike may do so by chance."""
    return bool(page) and page == before and (page[0] != page[-1] or not more)


def _is_last(page: list[Any], count: int | None, skip: int, size: int, found: int) -> bool:
    """Tell whether no page follows. The count may be that of the page, or too small."""
    is_full = len(page) >= size or len(page) in _PAGE_SIZES
    if count is None or count <= len(page) or count < found:
        return not is_full
    return skip + len(page) >= count


def _warn_of_missing(name: str, found: int, count: int | None, *, is_cut: bool) -> None:
    if count is not None and count > found:
        text = "%s: GoHighLevel returned %d of %d; the others are missing"
        _LOG.warning(text, name, found, count)
    elif is_cut:
        text = "%s: GoHighLevel returned the same %d rows again; there may be more"
        _LOG.warning(text, name, found)
