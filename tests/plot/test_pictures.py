"""The charts are drawn: what they are made of is to be seen, and the page behind them too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import ghl_notebook as ghl
from ghl_notebook.plot.look import BLUE, GREEN, LOW_TO_HIGH, PINK, VERMILION, ink_of

from .made import NOW, accounts, posts, statistics
from .picture import colors_of, png_of

WEEK = timedelta(days=7)
FRAME = posts(
    *({"published_at": NOW - n * WEEK, "like_count": 5} for n in range(3)), {"status": "failed"}
)
DATED = posts(*({"display_date": NOW + timedelta(days=n)} for n in range(5)))
DAYS = statistics(
    *({"date": NOW - timedelta(days=n), "value": n % 3, "metric": "likes"} for n in range(9))
)
CHARTS: dict[str, tuple[Callable[[], Any], set[str]]] = {
    "expiry": (
        lambda: ghl.plot_expiry(accounts({"expire": NOW - WEEK}, {"expire": NOW + WEEK}), now=NOW),
        {VERMILION, BLUE},
    ),
    "statistics": (lambda: ghl.plot_statistics(DAYS, "likes"), {PINK}),
    "hours": (lambda: ghl.plot_hours(FRAME, relative=False), {LOW_TO_HIGH[-1]}),
    "calendar": (lambda: ghl.plot_calendar(DATED, now=NOW), {GREEN}),
    "frequency": (
        lambda: ghl.plot_frequency(posts(*[{"like_count": 5}] * 3), few=1),
        {BLUE},
    ),
    "statuses": (lambda: ghl.plot_statuses(FRAME), {VERMILION, GREEN}),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn(name: str) -> None:
    """Its marks and its words are there in their colours, and most of the page shows through."""
    chart, marks = CHARTS[name]
    found = colors_of(png_of(chart()))
    ink = ink_of(None)

    assert {color for color in {*marks, ink} if found[color] < 100} == set()
    assert found["page"] > found.total() / 2


@pytest.mark.slow
def test_an_empty_chart_is_drawn() -> None:
    """With its words."""
    found = colors_of(png_of(ghl.plot_statuses(posts(), theme="dark")))
    assert found[ink_of("dark")] > 20


@pytest.mark.slow
def test_the_same_frame_gives_the_same_picture() -> None:
    """To the byte: the documentation's pictures change with the charts only."""
    one, other = (png_of(ghl.plot_statuses(FRAME)) for _ in range(2))
    assert one == other
