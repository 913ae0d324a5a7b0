"""Each field of each answer, one at a time, as anything else: it costs itself, and says so."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.platforms import PLATFORMS
from ghl_notebook.transport import API_VERSION, Response, RetryBudget

PERIOD = ("2026-01-01", "2026-01-05")
HALF = "cut \ud83d"
LEFT_OUT = object()
SHAPES: dict[str, Any] = {
    "left out": LEFT_OUT, "null": None, "text": "x y", "number": 17, "list": ["x"],
    "object": {"x": 1}, "half a character": HALF,
}  # fmt: skip
FETCHES: dict[str, Callable[[Any], Any]] = {
    "posts": lambda c: ghl.fetch_posts(c, *PERIOD),
    "statistics": lambda c: ghl.fetch_statistics(c, *PERIOD),
    "breakdowns": lambda c: ghl.fetch_statistics_breakdowns(c, *PERIOD),
    "accounts": ghl.fetch_accounts,
    "categories": ghl.fetch_categories,
    "tags": ghl.fetch_tags,
    "csv imports": ghl.fetch_csv_imports,
    "queues": ghl.fetch_queues,
    "comments": lambda c: ghl.fetch_comments(c, *PERIOD, platform="facebook"),
}
UNUSED = {
    "statistics": {"breakdowns", "demographics", "totals"},
    "accounts": {"id", "groups"},  # groups name accounts by their ids
    "breakdowns": {"postPerformance", "platformTotals", "dayRange", "totals"},
}
"""Parts of an answer that a fetch function does not use, or on which another one depends."""
ROWS = ("posts", "categories", "tags", "csvs", "queues", "comments", "accounts")
"""Lists of which two rows are enough: one is changed, the other must stay."""

CSV = b"postAtSpecificTime (YYYY-MM-DD HH:mm:ss),content\n2026-02-01 09:00:00,Hello\n"


@cache
def recorded() -> dict[str, list[Any]]:
    """Return the sound answers of each fetch function, in their order."""
    with (
        Simulator() as sim,
        ghl.Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, clock=lambda: sim.now
        ) as client,
    ):
        sim.levers.rate_limit, sim.levers.post_platform = 1_000_000, "account"
        account = str(client.accounts.list().accounts[0].id)
        for number in range(2):
            uploaded = client.csv_imports.upload(CSV)
            client.csv_imports.set_accounts(
                [account], file_path=str(uploaded.file_path), rows_count=1, file_name=f"{number}"
            )
        for category in client.categories.list().categories[:2]:
            client.queues.create(str(category.id), [{"dayOfWeek": 1, "time": "09:00"}])
        answers = {}
        for name, fetch in FETCHES.items():
            before = len(sim.requests)
            fetch(client)
            found = [_short(one.answer) for one in sim.requests[before:]]
            answers[name] = [*found[:1], *found[1:][-1:]]
    return answers


def _short(body: Any) -> Any:
    """Return an answer with two rows."""
    body = copy.deepcopy(body)
    results = body.get("results")
    if isinstance(results, dict):
        for key in ROWS:
            if isinstance(results.get(key), list):
                results[key] = [
                    one for one in results[key] if not one.get("deleted", False)
                ][:2]  # fmt: skip
                results["count"] = len(results[key])
                if isinstance(results.get("meta"), dict):
                    results["meta"]["count"] = str(len(results[key]))
    return body


def paths(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of each field; of a list, and of platforms, only those of the first."""
    items = [*(part.items() if isinstance(part, dict) else enumerate(part))]
    if isinstance(part, list) or PLATFORMS.keys() & part.keys():
        items = items[:1]
    for key, value in items:
        if not isinstance(key, int):
            yield (*at, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*at, key))


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy with another value at one place."""
    body = copy.deepcopy(body)
    part = body
    for key in path[:-1]:
        part = part[key]
    if value is LEFT_OUT:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return body


class Answers:
    """A transport that gives the same answers for each fetch."""

    base_url, host = "https://services.leadconnectorhq.com", "services.leadconnectorhq.com"
    api_version, is_closed, in_flight = API_VERSION, False, 32

    def __init__(self) -> None:
        self.left: list[Any] = []

    async def send(self, *_: object) -> Response:
        """Return the next answer; the last one again and again."""
        body = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        return Response(200, _LIMITS, json.dumps(body).encode())


_LIMITS = {
    "content-type": "application/json", "x-ratelimit-max": "1000000",
    "x-ratelimit-remaining": "999999", "x-ratelimit-interval-milliseconds": "10000",
}  # fmt: skip


class Words(logging.Handler):
    """Counts warnings."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        self.count += record.levelno >= logging.WARNING


class Fetching:
    """Fetches what a service answers."""

    def __init__(self, name: str) -> None:
        self._name, self._answers, self.words = name, Answers(), Words()
        own = ghl.AsyncClient("pit-planted", "loc-1", base_url=Answers.base_url)
        self._client = ghl.AsyncClient.sharing(
            self._answers,  # type: ignore[arg-type]
            own.credential,
            total_timeout=120,
            budget=RetryBudget(share=0.0, reserve=0.0),  # no wait before another attempt
            clock=lambda: datetime(2026, 1, 5, 9, tzinfo=UTC),
        )
        self._client.user_id = "user-1"

    async def __call__(self, answers: list[Any]) -> Cells | ghl.errors.GHLError:
        """Return the rows, or the error."""
        self._answers.left, self.words.count = [*answers], 0
        try:
            frame: pd.DataFrame = await FETCHES[self._name](self._client)
        except ghl.errors.GHLError as error:
            return error
        return cells_of(frame)


Cells = list[dict[str, Any]]
"""A frame as its rows; None stands for a value that is missing."""


def cells_of(frame: pd.DataFrame) -> Cells:
    """Return the rows of a frame."""
    values = frame.astype(object)
    for name in frame.columns[frame.dtypes == "list<item: string>[pyarrow]"]:
        values[name] = frame[name].to_list()
    return [
        {str(name): None if value is pd.NA or value != value else value for name, value in row}
        for row in (zip(frame.columns, line, strict=True) for line in values.to_numpy().tolist())
    ]


def lost(sound: Cells, got: Cells) -> set[tuple[int, str]]:
    """Return the places of the values that are others than before."""
    if len(sound) != len(got):
        return {(-1, f"{len(got)} of {len(sound)} rows")}
    rows = enumerate(zip(sound, got, strict=True))
    return {(n, name) for n, (one, other) in rows for name in one if one[name] != other[name]}


async def faults_of(name: str) -> list[str]:
    """Return what is wrong with any change of the last answer of a fetch function."""
    *before, last = recorded()[name]
    fetched, faults = Fetching(name), []
    log = logging.getLogger("ghl_notebook")
    log.addHandler(fetched.words)
    level, log.propagate = log.level, False
    try:
        sound = await fetched([*before, last])
        assert isinstance(sound, list), sound
        assert sound
        for path in paths(last):
            where = ".".join(map(str, path))
            if UNUSED.get(name, set()) & {*path}:
                continue
            without: object = None
            for shape, value in SHAPES.items():
                got = await fetched([*before, changed(last, path, value)])
                without = got if value is LEFT_OUT else without
                if isinstance(got, list):  # an error of ours names the request
                    said = fetched.words.count > 0 or shape in ("null", "left out")
                    faults += [
                        f"{where} as {shape}: {f}" for f in _judged(sound, without, got, said)
                    ]
    finally:
        log.removeHandler(fetched.words)
        log.propagate = True
        log.setLevel(level)
    return faults


def _judged(sound: Cells, without: object, got: Cells, said: bool) -> Iterator[str]:
    cells = lost(sound, got)
    empty = {(row, name) for row, name in cells if row < 0 or got[row][name] is None}
    if empty and not said:
        yield f"{sorted(empty)[:3]} without a word"
    own = lost(sound, without) if isinstance(without, list) else set()
    if own and min(own)[0] >= 0:  # without the field, there are as many rows
        if {row for row, _ in cells} - {row for row, _ in own}:
            yield f"another row, {sorted(cells - own)[:3]}"
        if {column for _, column in empty} - {column for _, column in own}:
            yield f"also {sorted(cells - own)[:3]}"


@pytest.mark.slow
@pytest.mark.parametrize("name", FETCHES)
async def test_a_field_of_any_shape_costs_itself(name: str) -> None:
    """No error but ours, no other field or row lost, and nothing silently."""
    assert await faults_of(name) == []
