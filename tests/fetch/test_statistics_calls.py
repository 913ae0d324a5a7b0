"""Accounts that share a call have the numbers of calls of their own."""

from __future__ import annotations

import dataclasses
import json
import random
import time
from collections import deque
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from ghl_notebook import AsyncClient
from ghl_notebook.fetch.statistics_calls import fetch_each, fetch_together
from ghl_notebook.frames import DayValues, day_values
from ghl_notebook.models import Account, Statistics
from ghl_notebook.simulator.app import SimulatorApp
from ghl_notebook.simulator.clock import standing_clock
from ghl_notebook.simulator.context import SimContext
from ghl_notebook.simulator.levers import Levers
from ghl_notebook.simulator.limits import RequestCounter
from ghl_notebook.simulator.seed import seed_state
from tests.folding import folded

PERIOD = ("2025-12-15T00:00:00Z", "2025-12-21T23:59:59Z")


class World(httpx.AsyncBaseTransport):
    """The simulator in the event loop of the client, with a large sub-account."""

    def __init__(
        self, seed: int, bend: Callable[[dict[str, Any]], object] = lambda _: None
    ) -> None:
        self.state = state = seed_state(seed, standing_clock)
        levers = Levers()
        levers.rate_limit = 1_000_000
        context = SimContext(state, levers)
        app = SimulatorApp(context, RequestCounter(levers, state.clock, time.monotonic), deque())
        self._inner, self._bend = httpx.ASGITransport(app=app), bend
        token, *_ = (one for one in state.tokens.values() if one.location_id)
        self.planner = context.planners.of(token.location_id)
        self.chance = random.Random(seed)
        self.client = AsyncClient(
            token.value, token.location_id, base_url="http://127.0.0.1:1", transport=self
        )
        self.requested: list[int] = []
        self.on_request: Callable[[], object] = lambda: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, and count the accounts of a call."""
        is_statistics = request.url.path.endswith("/statistics")
        if is_statistics:
            self.requested.append(len(json.loads(request.content)["profileIds"]))
            self.on_request()
        response = await self._inner.handle_async_request(request)
        await response.aread()
        if not is_statistics or self.requested[-1] == 1:
            return response
        body = json.loads(response.content)
        self._bend(body["results"])
        return httpx.Response(response.status_code, json=body)

    async def accounts(self) -> list[Account]:
        """List those with statistics."""
        listed = (await self.client.accounts.list()).accounts
        return [one for one in listed if one.profile_id and one.has_statistics_permissions]

    def quieten(self, share: float) -> None:
        """Delete the comments on this share of the accounts."""
        quiet = {
            name
            for name in {name for post in self.planner.posts.values() for name in post.account_ids}
            if self.chance.random() < share
        }
        for name, comment in list(self.planner.comments.items()):
            if quiet.intersection(self.planner.posts[comment.post_id].account_ids):
                del self.planner.comments[name]


def rows(each: list[Statistics], accounts: list[Account]) -> list[DayValues]:
    """Return the rows of the DataFrame."""
    return [
        row
        for found, account in zip(each, accounts, strict=True)
        for row in day_values(found, account, date(2025, 12, 15), (7, 7))
    ]


async def one_each(world: World, accounts: list[Account]) -> list[Statistics]:
    """Fetch each account alone."""
    each = [await fetch_together(world.client, PERIOD, [account]) for account in accounts]
    world.requested.clear()
    return each


async def compare(world: World, accounts: list[Account]) -> int:
    """Compare with one call each; return how many calls there were."""
    each = await one_each(world, accounts)
    reported: list[int] = []
    found = await fetch_each(
        world.client, PERIOD, accounts, lambda done, total: reported.append(done)
    )
    assert rows(found, accounts) == rows(each, accounts)
    assert reported[-1:] == [len(accounts)]
    return len(world.requested)


@pytest.mark.slow
async def test_each_account_has_the_numbers_of_a_call_of_its_own() -> None:
    """Whichever accounts there are, and however many of them have comments, in fewer calls."""
    calls = accounts = 0
    for seed in range(100):
        world = World(seed)
        world.quieten(world.chance.choice([0, 0.5, 0.8, 1]))
        listed = await world.accounts()
        some = world.chance.sample(listed, world.chance.randint(1, len(listed)))
        asked = await compare(world, some)
        assert asked <= len(some)
        calls, accounts = calls + asked, accounts + len(some)
    assert calls < 0.8 * accounts


BENDS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no likes of platforms": lambda found: found["platformTotals"].pop("likes"),
    "no sums": lambda found: found.pop("breakdowns"),
    "no sum of comments": lambda found: found["breakdowns"]["engagement"]["google"].pop("comments"),
    "a null in a series": lambda found: found["postPerformance"]["comments"].__setitem__(2, None),
    "half a comment": lambda found: found["postPerformance"]["comments"].__setitem__(2, 0.5),
    "one like more": lambda found: found["postPerformance"]["likes"].append(1),
    "other impressions": lambda found: found["postPerformance"]["impressions"].reverse(),
    "more comments": lambda found: found["postPerformance"]["comments"].append(3),
    "numbers of nobody": lambda found: found["postPerformance"]["posts"].update(youtube=[1] * 7),
    "nothing": lambda found: found.clear(),
}


@folded("name", BENDS)
async def test_what_cannot_be_told_apart_is_fetched_alone(name: str) -> None:
    """One call for each account, after those that were of no use."""
    world = World(1, BENDS[name])
    accounts = await world.accounts()
    assert await compare(world, accounts) > len(accounts)


async def test_an_account_without_numbers_is_fetched_alone() -> None:
    """The others still share a call."""
    world = World(1, lambda found: None)
    accounts = await world.accounts()
    google = next(one for one in accounts if one.platform == "google")
    for one in world.state.accounts.values():
        one.expired = one.expired or one.id == google.id
    world.quieten(1)
    assert await compare(world, accounts) == 4


@folded("at", range(1, 6))
async def test_comments_that_come_between_two_calls_are_of_one_account(at: int) -> None:
    """Its numbers are those before or those after, and no other account's are touched."""
    world = World(2)
    accounts = await world.accounts()

    def add() -> None:
        if len(world.requested) == at:
            comments = world.planner.comments
            for name in world.chance.sample(list(comments), len(comments) // 3):
                comments[name + "x"] = dataclasses.replace(comments[name], id=name + "x")

    before = await one_each(world, accounts)
    world.on_request = add
    found = await fetch_each(world.client, PERIOD, accounts, lambda done, total: None)
    after = await one_each(world, accounts)
    assert before != after
    for account, *values in zip(accounts, before, found, after, strict=True):
        was, is_, will_be = (rows([one], [account]) for one in values)
        assert is_ in (was, will_be)
