"""A list that changes while it is read: no row twice, none lost, and an end in any case."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from ghl_notebook.api.paging import all_pages
from tests.folding import folded


class Unlimited:
    """A client that nothing limits."""

    _concurrency = None
    _free_calls = 32


@dataclass(frozen=True)
class Row:
    """A record."""

    id: str | None


class Rows:
    """A service's list; `between` is called before each page but the first.

    Parameters
    ----------
    count : int
        How many rows there are.
    """

    def __init__(
        self,
        count: int,
        *,
        between: Callable[[list[Row]], None] = lambda rows: None,
        most: int = 100,
        tells: bool = True,
        heeds: bool = True,
    ) -> None:
        self.rows = [Row(f"r{n}") for n in range(count)]
        self._between, self._most, self._tells, self._heeds = between, most, tells, heeds
        self.asked: list[int] = []

    async def __call__(self, skip: int, limit: int) -> tuple[list[Row], int | None]:
        """Return a page."""
        if self.asked:
            self._between(self.rows)
        self.asked.append(skip)
        assert len(self.asked) < 60, "no end"
        begin = skip if self._heeds else 0
        page = [replace(row) for row in self.rows[begin : begin + min(limit, self._most)]]
        return page, len(self.rows) if self._tells else None


def read(rows: Rows, told: Callable[[int, int], None] = lambda done, total: None) -> Awaitable:
    """Read it in pages of ten."""
    return all_pages(Unlimited(), "rows", rows, told, size=10)


@folded("tells", [True, False])
@folded("count", [0, 1, 9, 10, 11, 19, 20, 95])
async def test_every_row_comes_once_and_in_order(count: int, tells: bool) -> None:
    """Whether or not the service says how many there are."""
    rows = Rows(count, tells=tells)
    assert await read(rows) == rows.rows
    assert len(rows.asked) <= 1 + count // 9 + 1


async def test_rows_that_come_in_front_move_the_others() -> None:
    """What is pushed onto the next page is not there twice, and nothing is missing."""
    rows = Rows(35, between=lambda rows: rows.insert(0, Row(f"new{len(rows)}")))
    before = list(rows.rows)
    assert await read(rows) == before


async def test_rows_that_go_in_front_let_none_be_lost() -> None:
    """What is pulled onto the page before is read there."""
    gone = iter(range(3))

    def delete(rows: list[Row]) -> None:
        if next(gone, None) is not None:
            del rows[:3]

    rows = Rows(35, between=delete)
    before = list(rows.rows)
    found = await read(rows)
    assert sorted(found, key=before.index) == before


@pytest.mark.parametrize("tells", [True, False])
async def test_a_service_that_does_not_heed_skip_has_an_end(
    tells: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Its first page comes again; that the rest is missing is said where it is known."""
    rows = Rows(30, heeds=False, tells=tells)
    with caplog.at_level(logging.WARNING):
        assert await read(rows) == rows.rows[:10]
    assert len(rows.asked) == 2
    assert ("returned 10 of 30" in caplog.text) is tells


async def test_a_service_may_give_fewer_rows_than_it_is_asked_for() -> None:
    """A short page is not the end where more are said to be there."""
    rows = Rows(30, most=4)
    assert await read(rows) == rows.rows


async def test_rows_without_an_id_are_all_kept() -> None:
    """Nothing says that they are the same."""
    rows = Rows(0)
    rows.rows = [Row(None), Row(None), Row("a")]
    assert await read(rows) == rows.rows


async def test_somebody_is_told_how_far_it_is() -> None:
    """Page by page, of how many."""
    told: list[tuple[int, int]] = []
    await read(Rows(25), lambda done, total: told.append((done, total)))
    assert told == [(10, 25), (19, 25), (25, 25)]


@folded("most", [1, 2, 3, 7])
@folded("count", [1, 2, 30, 41])
async def test_capped_pages_take_as_many_requests_as_they_must(most: int, count: int) -> None:
    """And a handful more, side by side as well."""
    rows = Rows(count, most=most)
    assert await read(rows) == rows.rows
    assert len(rows.asked) <= count // max(1, most - 1) + 5


@pytest.mark.parametrize("said", [35, 10**6])
async def test_a_count_that_is_too_large_costs_a_handful(said: int) -> None:
    """Of however many it speaks: the last page is looked at before many are fetched."""
    rows = Rows(20)

    async def fetch(skip: int, limit: int) -> tuple[list[Row], int | None]:
        page, _ = await rows(skip, limit)
        return page, said

    assert await all_pages(Unlimited(), "rows", fetch, lambda *_: None, size=10) == rows.rows
    assert len(rows.asked) <= 3 + 5


async def test_all_other_pages_are_fetched_at_once() -> None:
    """After the first, and the last beside the second: as many as the client may send."""
    rows, at_once, most = Rows(400), 0, 0

    async def fetch(skip: int, limit: int) -> tuple[list[Row], int | None]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        page = await rows(skip, limit)
        at_once -= 1
        return page

    assert await all_pages(Unlimited(), "rows", fetch, lambda *_: None, size=10) == rows.rows
    assert most == Unlimited._free_calls
    assert len(rows.asked) == 45
    assert rows.asked[:3] in ([0, 9, 396], [0, 396, 9])


async def test_a_failure_of_one_page_ends_the_others() -> None:
    """Its error arrives, and no request is left."""
    rows, ended = Rows(300), 0

    async def fetch(skip: int, limit: int) -> tuple[list[Row], int | None]:
        nonlocal ended
        page = await rows(skip, limit)
        if skip == 45:
            raise ValueError("no")
        try:
            await asyncio.sleep(0 if skip < 45 or skip == 297 else 3600)
        finally:
            ended += 1
        return page

    with pytest.raises(ValueError, match="no"):
        await all_pages(Unlimited(), "rows", fetch, lambda *_: None, size=10)
    assert ended == len(rows.asked) - 1
    assert len(asyncio.all_tasks()) == 1


async def test_five_thousand_rows_are_four_rounds() -> None:
    """One page, then two, then the others, of which as many are sent as the client may send."""
    rows = Rows(5_000)
    waiting: list[asyncio.Future[None]] = []

    async def fetch(skip: int, limit: int) -> tuple[list[Row], int | None]:
        waiting.append(asyncio.get_running_loop().create_future())
        await waiting[-1]
        return await rows(skip, limit)

    listing = asyncio.ensure_future(
        all_pages(Unlimited(), "rows", fetch, lambda *_: None, size=100)
    )
    rounds = []
    while not listing.done():
        for _ in range(50):
            await asyncio.sleep(0)
        rounds.append(len(waiting))
        for one in waiting:
            one.set_result(None)
        waiting.clear()
    assert await listing == rows.rows
    assert [count for count in rounds if count] == [1, 2, 32, 16]
