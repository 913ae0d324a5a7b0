"""Rows read in bulk: the frames are those of the records, whatever was answered."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from ghl_notebook.frames import (
    CATEGORY_LAYOUT,
    COMMENT_LAYOUT,
    CSV_IMPORT_LAYOUT,
    POST_LAYOUT,
    QUEUE_LAYOUT,
    TAG_LAYOUT,
    FrameLayout,
    Rows,
    RowsTable,
    agency_frame,
)
from ghl_notebook.models import listed_record

from .odd_bodies import body_of

LAYOUTS = [
    POST_LAYOUT,
    COMMENT_LAYOUT,
    QUEUE_LAYOUT,
    CSV_IMPORT_LAYOUT,
    CATEGORY_LAYOUT,
    TAG_LAYOUT,
]
all_layouts = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)


def read(layout: FrameLayout, body: bytes) -> tuple[list[Any], int | None]:
    """Read a body in bulk."""
    page = layout.reader.read(body)
    assert page is not None
    return layout.reader.content(page)


def one_by_one(layout: FrameLayout, body: bytes) -> tuple[list[Any], int | None]:
    """Read a body as records."""
    assert layout.page is not None
    page = layout.page.from_wire(json.loads(body)["results"])
    return layout.reader.content(page)


def are_equal(layout: FrameLayout, bodies: list[bytes]) -> None:
    """Compare the frames of one sub-account, and those of an agency with one for each body."""
    rows, records = Rows(layout), Rows(layout)
    tables = RowsTable(layout), RowsTable(layout)
    for number, body in enumerate(bodies):
        for whole, table, found in zip(
            (rows, records), tables, (read(layout, body), one_by_one(layout, body)), strict=True
        ):
            whole.add(found[0])
            part = Rows(layout, found[0])
            table.add(part, location_id=str(number), location_name=None)
        assert read(layout, body)[1] == one_by_one(layout, body)[1]
    pd.testing.assert_frame_equal(rows.frame("loc"), records.frame("loc"))
    many, reference = (agency_frame(layout, [table.take()]) for table in tables)
    pd.testing.assert_frame_equal(many, reference)


@all_layouts
def test_some_odd_answers(layout: FrameLayout) -> None:
    """Clean and odd records side by side, in their order."""
    assert layout.page is not None
    are_equal(layout, [body_of(layout.page, 20, seed) for seed in range(10)])


@pytest.mark.slow
@all_layouts
def test_thousands_of_odd_answers(layout: FrameLayout) -> None:
    """The same, in answers of one record and of many."""
    assert layout.page is not None
    for start in range(0, 200, 20):
        bodies = [body_of(layout.page, seed % 60, seed) for seed in range(start, start + 20)]
        are_equal(layout, bodies)


@all_layouts
def test_a_documented_record_is_a_row(layout: FrameLayout) -> None:
    """It takes the fast way, whatever else is in it."""
    assert layout.page is not None
    record = listed_record(layout.page)[2]
    rows, _ = read(layout, body_of(layout.page, 50, 0, is_odd=False))
    assert not any(isinstance(row, record) for row in rows)
