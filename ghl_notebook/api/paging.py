"""Fetches a list in pages: no row twice, and none lost while rows are added or deleted."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ghl_notebook.transport import MAX_IN_FLIGHT

from .ahead import Caller, CallsAhead

_LOG: Final = logging.getLogger("ghl_notebook.fetch")
_MAX_STEPS_BACK: Final = 5
"""In a row. A list in which rows vanish faster than this has no end that could be reached."""
_MAX_IN_VAIN: Final = 2
"""Pages in a row without a new row; then the list ends."""
_MAX_IN_VAIN_CHANGING: Final = 20
"""The same while the count changes: rows may be added as fast as pages are fetched."""
_MAX_PROBES: Final = 3
"""Last pages fetched ahead, where one after the other has no rows."""
_PAGE_SIZES: Final = (10, 20, 25, 50)
"""So many rows may be the API's page size, even if more were requested."""

PAGE_SIZE: Final = 100
"""Rows per call: the maximum, where the API documents one."""

Page = tuple[list[Any], int | None]
"""The rows of a page, and how many there are in all, or None if the API does not report this."""

Report = Callable[[int, int], None]
"""A function called with the number of rows so far, and in all."""


async def all_pages(
    caller: Caller,
    name: str,
    fetch_page: Callable[[int, int], Awaitable[Page]],
    report: Report,
    take: Callable[[list[Any]], object] | None = None,
    *,
    size: int = PAGE_SIZE,
    key_of: Callable[[Any], object] = lambda row: row.id,
) -> list[Any]:
    """Fetch all pages of a list, in the API's order.

    A page starts with the last row of the previous page. If rows are added in front, some rows
    appear again, and are skipped. If rows are deleted in front, that last row is missing, and the
    rows around the start of the page are fetched again. A row added while the list is fetched may
    be missing. If fewer rows arrive than the API counts, a warning is logged.

    The first page comes alone, then the second one beside the last that the count promises. If
    that one has rows, all others are fetched side by side.

    Parameters
    ----------
    caller : Caller
        The client or agency.
    name : str
        What is listed.
    fetch_page : callable
        Fetches a page. Its arguments are how many rows to skip and to return.
    report : callable
        Called with the progress.
    take : callable, optional
        Called with the new rows of each page, in order. By default, all are returned at the end.
    size : int
        Rows per page. The API may return fewer.
    key_of : callable
        Returns the id of a row, or None.
    """

    async def call(skip: int) -> Page:
        return await fetch_page(skip, size)

    kept: list[Any] = []
    take = take or kept.extend
    found: set[object] = set()
    first: list[Any] = []
    before: list[Any] = []
    before_count: int | None = None
    least: int | None = None
    skip = steps_back = in_vain = 0
    is_stuck = has_lost_track = False
    plan = _Plan(size)
    async with CallsAhead[int, Page](caller, call) as ahead:
        while True:
            await plan.send(ahead, skip)
            is_kept = skip in plan.kept
            plan.kept.discard(skip)
            page, count = await ahead.get(skip)
            if count is not None and (page or not skip):
                least = count if least is None else min(least, count)
            # A row without an id is identified by its position.
            keys = [key_of(row) or skip + n for n, row in enumerate(page)]
            is_new = [key not in found for key in keys]
            has_shrunk = bool(page) or count is None or count <= skip
            if skip and len(before) > 1 and all(is_new) and has_shrunk and not has_lost_track:
                # Rows came or went meanwhile. Fetch those around the start of this page first.
                plan.on_gap()
                if not is_kept and steps_back < _MAX_STEPS_BACK:
                    ahead.keep(skip, (page, count))
                    plan.kept.add(skip)
                    skip = max(0, skip - max(1, (len(before) << steps_back) // 2))
                    steps_back += 1
                    continue
                if is_kept:  # the gap is wider: this page is out of date
                    continue
                has_lost_track = True
            is_still = before_count == count
            is_stuck = is_still and _is_same(page, first, more=(count or 0) > len(found))
            in_vain = 0 if any(is_new) else in_vain + 1
            if is_stuck or in_vain > (_MAX_IN_VAIN if is_still else _MAX_IN_VAIN_CHANGING):
                break  # the API ignores `skip`: the list would never end
            if not skip:
                first = page
            rows = {k: row for k, row, new in zip(keys, page, is_new, strict=True) if new}
            found |= rows.keys()
            take([*rows.values()])
            report(len(found), max(len(found), count or 0))
            steps_back = 0
            plan.on_page(page, before, count)
            before, before_count = page, count
            if not page or _is_last(page, count, skip, size, len(found)):
                break
            if await plan.is_end(ahead, skip, page):
                break
            skip = plan.following(ahead, skip, len(page))
    _warn_of_missing(name, len(found), least, is_cut=is_stuck and len(before) >= size)
    return kept


class _Plan:
    """Which pages to fetch ahead: none before the count has proved right.

    Parameters
    ----------
    size : int
        Rows that are requested per page.

    Attributes
    ----------
    kept : set of int
        Pages, by the rows they skip, that wait until the gap in front of them is filled.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._step: int | None = None
        self._count = 0
        self._most = 0
        self._probes: list[int] = []
        self.kept: set[int] = set()

    def on_page(self, page: list[Any], before: list[Any], count: int | None) -> None:
        """Learn from a page that joins the one before."""
        if len(page) >= self._size or (page and len(page) == len(before)):
            self._step = max(1, len(page) - 1)
        self._count = count or 0
        self._most = min(MAX_IN_FLIGHT, 2 * self._most)

    def on_gap(self) -> None:
        """Fetch fewer pages ahead: the list changes, and they might be of no use."""
        self._most = min(self._most, 1)

    async def send(self, ahead: CallsAhead[int, Page], skip: int) -> None:
        """Fetch pages ahead of the one at `skip`."""
        if self._step is None or skip >= (last := (self._count - 2) // self._step * self._step):
            return
        if not self._most:
            await self._probe(ahead, last)
        ahead.send(range((skip // self._step + 1) * self._step, last + 1, self._step), self._most)

    async def _probe(self, ahead: CallsAhead[int, Page], last: int) -> None:
        """Fetch the last page ahead. If it has rows, so have all others."""
        if last in self._probes:
            found = await ahead.outcome(last)
            if found and found[0]:
                self._most = MAX_IN_FLIGHT
        elif len(self._probes) < _MAX_PROBES:
            ahead.send([last], len(ahead.keys) + 1)
            if last in ahead.keys:
                self._probes.append(last)

    async def is_end(self, ahead: CallsAhead[int, Page], skip: int, page: list[Any]) -> bool:
        """Tell whether a short page is the last one, although the count promises more."""
        following = min((key for key in ahead.keys if key > skip), default=None)
        if self._step is None or len(page) > self._step or following is None:
            return False
        found = await ahead.outcome(following)
        return found is not None and not found[0]

    def following(self, ahead: CallsAhead[int, Page], skip: int, length: int) -> int:
        """Return where the next page starts: the last one that is there and leaves no gap."""
        end = skip + max(1, length - 1)
        begin = max((key for key in ahead.keys if skip < key <= end), default=end)
        for key in [key for key in ahead.keys if key < begin]:
            ahead.drop(key)
            self.kept.discard(key)
        return begin


def _is_same(page: list[Any], first: list[Any], *, more: bool) -> bool:
    """Tell whether a page equals the first one. Rows that are all alike may do so by chance."""
    return bool(page) and page == first and (page[0] != page[-1] or not more)


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
