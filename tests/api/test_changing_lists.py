"""Lists whose rows come and go while their pages are read side by side, on the simulator."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import random
import time
from collections import deque
from datetime import timedelta

import httpx
import pytest

from ghl_notebook import AsyncClient
from ghl_notebook.api.paging import Page, all_pages
from ghl_notebook.simulator.app import SimulatorApp
from ghl_notebook.simulator.clock import standing_clock
from ghl_notebook.simulator.context import SimContext
from ghl_notebook.simulator.levers import Levers
from ghl_notebook.simulator.limits import RequestCounter
from ghl_notebook.simulator.seed import seed_state

SIZE = 10
PERIOD = ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")


class World(httpx.AsyncBaseTransport):
    """The simulator in the event loop of the client: posts come and go before each response."""

    def __init__(self) -> None:
        state = seed_state(0, standing_clock)
        self.levers = Levers()
        self.levers.rate_limit = 1_000_000
        context = SimContext(state, self.levers)
        app = SimulatorApp(
            context, RequestCounter(self.levers, state.clock, time.monotonic), deque()
        )
        self._inner = httpx.ASGITransport(app=app)
        token, *_ = (one for one in state.tokens.values() if one.location_id)
        self.client = AsyncClient(
            token.value, token.location_id, base_url="http://127.0.0.1:1", transport=self
        )
        self.posts = context.planners.of(token.location_id).posts
        self._model = next(one for one in self.posts.values() if one.status == "published")
        self._names = itertools.count()
        self.statuses: list[int] = []
        self.in_flight = self.most_in_flight = 0

    def start(self, seed: int) -> None:
        """Begin with other posts, a few of which are added or deleted with each response."""
        self.chance = random.Random(seed)
        self.posts.clear()
        self.rate = self.chance.choice([0, 0.05, 0.3, 1.0])
        self._is_any = self.chance.random() < 0.5
        for _ in range(self.chance.choice([0, 7, 40, 95, 95])):
            self.add(self.chance.random())
        self.first, self.deleted = set(self.posts), set[str]()

    def add(self, moment: float) -> None:
        """Add a post."""
        name = f"{next(self._names):024x}"
        published = standing_clock() - timedelta(days=100 * moment)
        self.posts[name] = dataclasses.replace(self._model, id=name, published_at=published)

    def _change(self) -> None:
        for _ in range(self.chance.randint(1, 3)):
            age = self.chance.random() if self._is_any else 0.0
            if self.chance.random() < 0.5:
                self.add(age)
            elif self.posts:
                by_age = sorted(self.posts.values(), key=lambda post: post.moment, reverse=True)
                name = by_age[int(age * len(by_age))].id
                del self.posts[name]
                self.deleted.add(name)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer after some turns of the event loop, in any order."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        for _ in range(self.chance.randint(0, 9)):
            await asyncio.sleep(0)
        if self.chance.random() < self.rate:
            self._change()
        response = await self._inner.handle_async_request(request)
        await response.aread()
        for _ in range(self.chance.randint(0, 9)):
            await asyncio.sleep(0)
        self.in_flight -= 1
        self.statuses.append(response.status_code)
        return response

    async def read(self) -> list[str]:
        """Read the ids of all posts."""

        async def fetch_page(skip: int, limit: int) -> Page:
            page = await self.client.posts.list(*PERIOD, skip=skip, limit=limit)
            return page.posts, page.count

        rows = await all_pages(self.client, "posts", fetch_page, lambda *_: None, size=SIZE)
        return [row.id for row in rows]


@pytest.mark.slow
async def test_no_row_is_lost_or_doubled_while_rows_come_and_go() -> None:
    """Each post that is there from first to last is read once, in 1,000 random orders of events."""
    world = World()
    changed = 0
    for seed in range(1_000):
        world.start(seed)
        found = await world.read()
        assert len(found) == len(set(found)), seed
        assert world.first - world.deleted <= set(found), seed
        changed += bool(world.deleted)
    assert changed > 300
    assert set(world.statuses) <= {200, 201}
    assert 4 < world.most_in_flight <= 32


@pytest.mark.slow
@pytest.mark.parametrize("limit", [30, 10])
async def test_pages_side_by_side_stay_within_the_rate_limit(limit: int) -> None:
    """Whatever the limit is: it is read from the responses, and no request is refused."""
    world = World()  # its service has counted no request yet
    world.levers.rate_limit, world.levers.rate_interval = limit, 0.5
    world.start(3)
    world.rate = 0.0
    while len(world.posts) < 300:
        world.add(world.chance.random())
    assert set(await world.read()) == set(world.posts)
    assert set(world.statuses) == {201}
