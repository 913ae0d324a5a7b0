"""The page "Can I get this number?" names functions and columns that are there."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook.errors import ArgumentError
from tests.rooms import ROOT

OTHER_COLUMNS = {
    "fetch_locations": {"phone", "email"},
    "compare_accounts": {"change"},
    "failures": {"error", "message"},
    "compare_statistics": {"before", "after", "change"},
}
"""Columns of DataFrames that no declaration has."""

METRICS = {
    "fetch_statistics": {"posts", "impressions", "likes", "comments", "new_followers"},
    "fetch_statistics_totals": {"reach", "shares"},
    "fetch_statistics_breakdowns": {"engagement"},
}


def rows() -> list[tuple[str, str, str]]:
    """Return the rows of the page's tables."""
    text = (ROOT / "docs/numbers.md").read_text(encoding="utf-8")
    cells = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith(("| ---", "| number"))
    ]
    return [(number, call, column.rstrip(" |")) for number, call, column in cells]


def reported() -> list[tuple[str, str]]:
    """Return function and column of each number that is reported."""
    found = []
    for _, call, column in rows():
        if match := re.match(r"`ghl\.(\w+)\(", call):
            found.append((match[1], column))
    return found


def columns_of(function: str) -> set[str]:
    """Return the columns of a function's DataFrame."""
    if function in OTHER_COLUMNS:
        return OTHER_COLUMNS[function]
    return set(ghl.columns(function.removeprefix("fetch_"))["column"])


def test_thirty_numbers_are_answered() -> None:
    """Also those that GoHighLevel does not report."""
    assert len(rows()) >= 30
    assert len([call for _, call, _ in rows() if call.startswith("not reported")]) >= 5


@pytest.mark.parametrize(("function", "column"), reported())
def test_a_number_is_where_the_page_says(function: str, column: str) -> None:
    """The first name in the cell is a column; a metric is one that the function returns."""
    assert callable(getattr(ghl, function))
    names = re.findall(r"`(\w+)`", column)
    if "where `metric`" in column:
        assert set(names) - {"value", "metric"} <= METRICS[function]
    elif not column.startswith("one "):
        wanted = names[:1] if " is " in column else names
        assert set(wanted) <= columns_of(function), f"{function}: {wanted}"


def test_the_metrics_are_those_of_the_demo() -> None:
    """Each named metric has rows."""
    with ghl.demo() as client:
        for function, metrics in METRICS.items():
            frame: pd.DataFrame = getattr(ghl, function)(client, "2025-12-01", "2025-12-31")
            assert metrics <= set(frame["metric"])


def test_a_frame_that_is_not_there_is_an_error() -> None:
    """So a wrong function on the page is noticed."""
    with pytest.raises(ArgumentError):
        columns_of("fetch_followers")
