"""How many requests are let in at once, answer by answer."""

from __future__ import annotations

import asyncio
import random

import pytest

from ghl_notebook.agency.level import FIRST, Level


async def fill(level: Level) -> None:
    """Let in as many as may be."""
    while level.in_flight < level.limit:
        await level.enter()


async def rounds(level: Level, count: int, seconds: float, *, trouble: float = 0.0) -> None:
    """Let so many rounds of answers come, with all that may be in flight."""
    chance = random.Random(0)
    for _ in range(count):
        for _ in range(level.limit):
            await fill(level)
            level.leave(seconds, is_trouble=chance.random() < trouble)


async def test_it_begins_with_what_everybody_bears() -> None:
    """Or with less, where no more are wanted."""
    assert Level(500).limit == FIRST
    assert Level(8).limit == 8
    assert Level(500, first=500).limit == 500


async def test_it_doubles_while_answers_come_as_fast_as_before() -> None:
    """Up to the most."""
    level = Level(500)
    for limit in (2 * FIRST, 4 * FIRST, 8 * FIRST, 500):
        await rounds(level, 1, 0.1)
        assert level.limit == limit


async def test_it_grows_no_further_where_answers_take_longer() -> None:
    """Then requests wait for each other."""
    level = Level(500)
    await rounds(level, 1, 0.1)
    before = level.limit
    await rounds(level, 3, 0.15)
    assert level.limit == before


async def test_it_goes_back_where_answers_take_twice_as_long() -> None:
    """And then grows slowly."""
    level = Level(500)
    await rounds(level, 2, 0.1)
    high = level.limit
    await rounds(level, 3, 0.25)
    low = level.limit
    assert low < high
    await rounds(level, 2, 0.1)
    assert low < level.limit < 2 * low


async def test_it_goes_back_where_the_service_fails() -> None:
    """But never stops."""
    level = Level(500)
    await rounds(level, 2, 0.1)
    high = level.limit
    await rounds(level, 1, 0.1, trouble=0.5)
    assert level.limit < high
    await rounds(level, 40, 0.1, trouble=1.0)
    assert level.limit == 4


async def test_a_few_failures_change_nothing() -> None:
    """A sub-account may be broken."""
    level = Level(100, first=100)
    await rounds(level, 5, 0.1, trouble=0.1)
    assert level.limit == 100


async def test_it_does_not_grow_for_those_who_do_not_use_it() -> None:
    """One answer after the other says nothing of many at once."""
    level = Level(500)
    for _ in range(200):
        await level.enter()
        level.leave(0.1)
    assert level.limit == FIRST


async def test_no_more_are_let_in_than_may_be() -> None:
    """The next one as soon as one has left."""
    level = Level(2)
    await fill(level)
    third = asyncio.ensure_future(level.enter())
    await asyncio.sleep(0)
    assert not third.done()
    level.leave(None)
    await third
    assert level.in_flight == 2


@pytest.mark.parametrize("has_left", [False, True])
async def test_one_who_is_cancelled_takes_nobodys_turn(has_left: bool) -> None:
    """Also at the moment when it was to be let in."""
    level = Level(1)
    await level.enter()
    waiting = [asyncio.ensure_future(level.enter()) for _ in range(2)]
    await asyncio.sleep(0)
    if has_left:
        level.leave(None)
    waiting[0].cancel()
    await asyncio.gather(waiting[0], return_exceptions=True)
    if not has_left:
        level.leave(None)
    await asyncio.wait_for(waiting[1], 5)
    assert level.in_flight == 1
