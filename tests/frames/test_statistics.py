"""Daily statistics in bulk: the frame has a row for each value, whatever was answered."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from ghl_notebook.frames import STATISTICS, STATISTICS_LAYOUT, Rows, day_values, make_frame
from ghl_notebook.models import STATISTICS_READER, Account, Statistics

from .odd_bodies import statistics_body

FIRST = date(2026, 1, 5)
ACCOUNT = Account(id="a", name="Café", platform="orkut", profile_id="p")


def one_by_one(found: Statistics, days: tuple[int, int] | None) -> list[tuple[Any, ...]]:
    """Return the rows of the frame, each by itself."""
    return [
        (one.name, one.platform, day, one.metric, value, one.account_id, one.profile_id, "loc")
        for one in day_values(found, ACCOUNT, FIRST, days)
        for day, value in zip(one.date, one.value, strict=True)
    ]


def check(seeds: Iterable[int]) -> int:
    """Compare the frames; return how many bodies were read in bulk."""
    rows = Rows(STATISTICS_LAYOUT)
    expected: list[tuple[Any, ...]] = []
    in_bulk = 0
    for seed in seeds:
        body = statistics_body(seed)
        days = (None, (3, 1), (1, 1))[seed % 3]
        record = Statistics.from_wire(json.loads(body)["results"])
        read = STATISTICS_READER.read(body)
        in_bulk += read is not None
        rows.add(list(day_values(read or record, ACCOUNT, FIRST, days)))
        expected += one_by_one(record, days)
    pd.testing.assert_frame_equal(rows.frame("loc"), make_frame(STATISTICS, expected))
    return in_bulk


def test_some_odd_statistics() -> None:
    """Clean and odd ones side by side."""
    assert 10 < check(range(60)) < 50


@pytest.mark.slow
def test_thousands_of_odd_statistics() -> None:
    """The same for many seeds."""
    check(range(3_000))
