"""How many requests are let in at once, answer by answer."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from ghl_notebook.agency.concurrency import INITIAL_LIMIT, AdaptiveLimit
from ghl_notebook.api.paging import Page, all_pages


async def fill(adaptive: AdaptiveLimit) -> None:
    """Let in as many as may be."""
    while adaptive.in_flight < adaptive.limit:
        await adaptive.acquire()


async def rounds(
    adaptive: AdaptiveLimit, count: int, seconds: float, *, trouble: float = 0.0
) -> None:
    """Let so many rounds of answers come, with all that may be in flight."""
    chance = random.Random(0)
    for _ in range(count):
        for _ in range(adaptive.limit):
            await fill(adaptive)
            adaptive.release(seconds, is_service_error=chance.random() < trouble)


async def test_it_begins_with_what_everybody_bears() -> None:
    """Or with less, where no more are wanted."""
    assert AdaptiveLimit(500).limit == INITIAL_LIMIT
    assert AdaptiveLimit(8).limit == 8
    assert AdaptiveLimit(500, initial=500).limit == 500


async def test_it_doubles_while_answers_come_as_fast_as_before() -> None:
    """Up to the most."""
    adaptive = AdaptiveLimit(500)
    for limit in (2 * INITIAL_LIMIT, 4 * INITIAL_LIMIT, 8 * INITIAL_LIMIT, 500):
        await rounds(adaptive, 1, 0.1)
        assert adaptive.limit == limit


async def test_it_grows_no_further_where_answers_take_longer() -> None:
    """Then requests wait for each other."""
    adaptive = AdaptiveLimit(500)
    await rounds(adaptive, 1, 0.1)
    before = adaptive.limit
    await rounds(adaptive, 3, 0.15)
    assert adaptive.limit == before


async def test_it_goes_back_where_answers_take_twice_as_long() -> None:
    """And then grows slowly."""
    adaptive = AdaptiveLimit(500)
    await rounds(adaptive, 2, 0.1)
    high = adaptive.limit
    await rounds(adaptive, 3, 0.25)
    low = adaptive.limit
    assert low < high
    await rounds(adaptive, 2, 0.1)
    assert low < adaptive.limit < 2 * low


async def test_it_goes_back_where_the_service_fails() -> None:
    """But never stops."""
    adaptive = AdaptiveLimit(500)
    await rounds(adaptive, 2, 0.1)
    high = adaptive.limit
    await rounds(adaptive, 1, 0.1, trouble=0.5)
    assert adaptive.limit < high
    await rounds(adaptive, 40, 0.1, trouble=1.0)
    assert adaptive.limit == 4


async def test_a_few_failures_change_nothing() -> None:
    """A sub-account may be broken."""
    adaptive = AdaptiveLimit(100, initial=100)
    await rounds(adaptive, 5, 0.1, trouble=0.1)
    assert adaptive.limit == 100


async def test_it_does_not_grow_for_those_who_do_not_use_it() -> None:
    """One answer after the other says nothing of many at once."""
    adaptive = AdaptiveLimit(500)
    for _ in range(200):
        await adaptive.acquire()
        adaptive.release(0.1)
    assert adaptive.limit == INITIAL_LIMIT


async def test_no_more_are_let_in_than_may_be() -> None:
    """The next one as soon as one has left."""
    adaptive = AdaptiveLimit(2)
    await fill(adaptive)
    third = asyncio.ensure_future(adaptive.acquire())
    await asyncio.sleep(0)
    assert not third.done()
    adaptive.release(None)
    await third
    assert adaptive.in_flight == 2


@pytest.mark.parametrize("has_left", [False, True])
async def test_one_who_is_cancelled_takes_nobodys_turn(has_left: bool) -> None:
    """Also at the moment when it was to be let in."""
    adaptive = AdaptiveLimit(1)
    await adaptive.acquire()
    waiting = [asyncio.ensure_future(adaptive.acquire()) for _ in range(2)]
    await asyncio.sleep(0)
    if has_left:
        adaptive.release(None)
    waiting[0].cancel()
    await asyncio.gather(waiting[0], return_exceptions=True)
    if not has_left:
        adaptive.release(None)
    await asyncio.wait_for(waiting[1], 5)
    assert adaptive.in_flight == 1


@dataclass(frozen=True)
class Row:
    """A row of a list."""

    id: str


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("others", [0, 2, 3])
async def test_pages_side_by_side_count_as_requests(others: int, fails: bool) -> None:
    """A list is fetched with what other sub-accounts leave, and gives all of it back."""
    adaptive = AdaptiveLimit(4)
    for _ in range(1 + others):
        await adaptive.acquire()
    rows, at_once, most = [Row(f"r{n}") for n in range(200)], 0, 0

    async def fetch(skip: int, limit: int) -> Page:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        for _ in range(3):
            await asyncio.sleep(0)
        at_once -= 1
        assert adaptive.in_flight <= adaptive.limit
        if fails and skip == 90:
            raise ValueError("no")
        return rows[skip : skip + limit], len(rows)

    client = SimpleNamespace(_free_calls=32, _concurrency=adaptive)
    found = all_pages(client, "rows", fetch, lambda *_: None, size=10)
    if fails:
        with pytest.raises(ValueError, match="no"):
            await found
    else:
        assert await found == rows
    await asyncio.sleep(0)
    assert most == 4 - others
    assert adaptive.in_flight == 1 + others
