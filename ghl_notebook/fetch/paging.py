"""Fetches a list page by page: no row twice, and none lost while rows are added or deleted."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_MAX_STEPS_BACK: Final = 10
"""Per list. A list in which rows vanish faster than this has no end that could be reached."""

PAGE_SIZE: Final = 100
"""Rows per call: the maximum, where the API documents one."""

Report = Callable[[int, int], None]
"""A function called with the number of rows so far, and in all."""


async def all_pages(
    name: str,
    fetch_page: Callable[[int, int], Awaitable[tuple[list[Any], int | None]]],
    report: Report,
    *,
    size: int = PAGE_SIZE,
) -> list[Any]:
    """Fetch all pages of a list of records with an `id`, in the API's order.

    A page starts with the last row of the previous page. If rows are added in front, some rows
    appear again, and are skipped. If rows are deleted in front, that last row is missing, and the
    previous page is fetched again. A row added while the list is fetched may be missing.

    Parameters
    ----------
    name : str
        What is listed.
    fetch_page : callable
        Fetches a page. Its arguments are how many rows to skip and to return. It returns the rows,
        and how many there are in all, or None if the API does not report this.
    report : callable
        Called with the progress.
    size : int
        Rows per page. The API may return fewer.
    """
    found: dict[object, Any] = {}
    before: list[Any] = []
    skip = steps_back = 0
    while True:
        page, count = await fetch_page(skip, size)
        keys = [row.id or object() for row in page]  # a row without an id equals no other row
        is_new = [key not in found for key in keys]
        if page and page == before:
            # The API ignores `skip`: the list would never end.
            if count is not None and count > len(found):
                _LOG.warning("%s: GoHighLevel returned %d of %d", name, len(found), count)
            break
        found.update((k, row) for k, row, new in zip(keys, page, is_new, strict=True) if new)
        report(len(found), max(len(found), count or 0))
        is_last = skip + len(page) >= count if count is not None else len(page) < size
        if skip and all(is_new) and steps_back < _MAX_STEPS_BACK:
            skip, steps_back = max(0, skip - size), steps_back + 1
        elif not page or is_last:
            break
        else:
            skip += max(1, len(page) - 1)
        before = page
    return list(found.values())
