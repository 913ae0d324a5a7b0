"""Series of statistics in steps of another length, as text, or without a platform."""

from __future__ import annotations

import logging
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from tests.api.stub import Stub, answer
from tests.folding import folded
from tests.reported.test_values import ACCOUNT, statistics_of, values

MONTH = ("2026-01-05", "2026-02-15")


def likes(wire: dict[str, Any], *period: str) -> pd.DataFrame:
    """Return the rows of likes."""
    frame = statistics_of(wire, *period)
    return frame[frame["metric"] == "likes"].reset_index(drop=True)


STEPS: list[tuple[str, int, list[str]]] = [
    ("daily", 3, ["2026-01-05", "2026-01-06", "2026-01-07"]),
    ("Day", 3, ["2026-01-05", "2026-01-06", "2026-01-07"]),
    ("weekly", 3, ["2026-01-05", "2026-01-12", "2026-01-19"]),
    ("week", 3, ["2026-01-07", "2026-01-14", "2026-01-21"]),
    ("weekly", 4, ["2026-01-07", "2026-01-12", "2026-01-19", "2026-01-26"]),
    ("monthly", 2, ["2026-01-05", "2026-02-01"]),
]


@folded(("grouping", "count", "dates"), STEPS)
def test_a_grouping_gives_the_dates_of_its_steps(
    grouping: str, count: int, dates: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """From the first day on, or at the beginnings of weeks, whichever fits."""
    caplog.clear()
    day = pd.Timedelta("1D")
    last = pd.Timestamp(dates[-1]) + (0 * day if grouping.lower()[0] == "d" else 1 * day)
    wire = {"grouping": grouping, "postPerformance": {"likes": [*range(count)]}}
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        rows = likes(wire, dates[0], str(last.date()))
    assert rows["date"].dt.strftime("%Y-%m-%d").to_list() == dates
    assert rows["value"].to_list() == [*range(count)]
    assert not caplog.records


def test_another_number_of_weeks_is_na_and_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """As of days."""
    wire = {"grouping": "weekly", "postPerformance": {"likes": [1] * 9}}
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        rows = likes(wire, *MONTH)
    assert rows["value"].isna().all()
    assert len(rows) == 6
    assert "9 values of likes for 6 weeks" in caplog.text


def test_an_unknown_grouping_is_an_error() -> None:
    """Nobody would know the dates."""
    stub = Stub(
        answer({"accounts": [ACCOUNT], "groups": []}),
        answer({"grouping": "quarterly", "postPerformance": {"likes": [1]}}),
    )
    with stub.client() as client, pytest.raises(ghl.errors.UnexpectedAnswerError) as caught:
        ghl.fetch_statistics(client, *MONTH)
    assert "grouped by 'quarterly'" in str(caught.value)


SERIES = [17.0, 5.0, pd.NA, 46.0, 64.0, 25.0, 1.5]


@folded(
    "text",
    ["[17, 5, null, 46, 64, 25, 1.5]", '["17","5",null,"46","64","25","1.5"]',
     "17,5,,46,64,25,1.5", " 17, 5, , 46, 64, 25, 1.5 "],
)  # fmt: skip
def test_a_series_as_text_is_read(text: str) -> None:
    """JSON in a text, or numbers between commas."""
    wire = {
        "postPerformance": {"impressions": text, "posts": {"facebook": text}},
        "platformTotals": {"followers": {"facebook": {"series": text}}},
    }
    frame = statistics_of(wire)
    for metric in ("impressions", "posts", "new_followers"):
        assert values(frame, metric) == SERIES


@folded("text", ["soon", "1;2;3", "{}", '"x"', "1, two, 3"])
def test_a_text_that_is_no_series_is_none(text: str) -> None:
    """The other metrics are there."""
    frame = statistics_of({"postPerformance": {"likes": text, "comments": [1] * 7}})
    assert values(frame, "comments") == [1.0] * 7
    assert not [one for one in values(frame, "likes") if one is not pd.NA]


@folded("odd", [None, "none", {}, 5, []])
def test_a_platform_without_a_series_leaves_the_others(odd: Any) -> None:
    """Of posts, of followers, and of sums by platform."""
    wire = {
        "postPerformance": {"posts": {"facebook": [2] * 7, "instagram": odd}},
        "platformTotals": {"followers": {"instagram": odd, "facebook": {"series": [1] * 7}}},
    }
    frame = statistics_of(wire)
    assert values(frame, "posts") == [2.0] * 7
    assert values(frame, "new_followers") == [1.0] * 7
    parts = {"posts": {"platforms": {"instagram": odd, "facebook": {"value": 3}}}}
    stub = Stub(answer({"accounts": [ACCOUNT], "groups": []}), answer({"breakdowns": {**parts}}))
    with stub.client() as client:
        sums = ghl.fetch_statistics_breakdowns(client, *MONTH)
    assert sums[sums["platform"] == "facebook"]["value"].to_list() == [3.0]
