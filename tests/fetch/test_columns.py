"""The data dictionary: what the frames are, in a frame."""

from __future__ import annotations

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook.frames.layout import LAYOUTS
from tests.frames.test_schema import KINDS, documented

FETCHED = {
    "accounts": ghl.fetch_accounts,
    "available_accounts": ghl.fetch_available_accounts,
    "posts": ghl.fetch_posts,
    "comments": ghl.fetch_comments,
    "queues": ghl.fetch_queues,
    "csv_imports": ghl.fetch_csv_imports,
    "categories": ghl.fetch_categories,
    "tags": ghl.fetch_tags,
    "users": ghl.fetch_users,
    "statistics": ghl.fetch_statistics,
    "statistics_totals": ghl.fetch_statistics_totals,
    "statistics_breakdowns": ghl.fetch_statistics_breakdowns,
    "schedule": ghl.schedule_posts,
    "violations": ghl.check_posts,
    "columns": ghl.columns,
}


def test_every_frame_of_records_has_its_dictionary() -> None:
    """Under the name that its fetch function ends with."""
    assert set(FETCHED) == set(LAYOUTS)


@pytest.mark.parametrize("name", FETCHED)
def test_the_dictionary_says_what_the_docstring_says(name: str) -> None:
    """Columns and dtypes, in their order; no meaning is missing."""
    found = ghl.columns(name)
    expected = {column: KINDS[kind] for column, kind in documented(FETCHED[name]).items()}
    assert dict(zip(found["column"], found["dtype"], strict=True)) == expected
    assert (found["meaning"].str.len() > 0).all()
    assert found.index.equals(pd.RangeIndex(len(found)))


def test_the_source_of_a_column_is_its_place_in_the_response() -> None:
    """Also of a nested value, and NA for what no response has."""
    source = ghl.columns("posts").set_index("column")["source"]
    assert source["like_count"] == "results.posts[].insights.like"
    assert source["media_count"] == "results.posts[].media[]"
    assert pd.isna(source["location_id"])


def test_the_dictionary_has_the_columns_that_it_documents() -> None:
    """It is a frame like the others."""
    found = ghl.columns("columns")
    assert list(found) == found["column"].to_list() == list(documented(ghl.columns))


def test_an_unknown_frame_is_refused() -> None:
    """The error lists those that there are."""
    with pytest.raises(ghl.errors.ArgumentError, match="csv_imports"):
        ghl.columns("post")
