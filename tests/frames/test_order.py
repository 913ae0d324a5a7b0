"""A DataFrame that is displayed whole is readable: names come first, and ids last."""

from __future__ import annotations

import re

import pytest

from ghl_notebook.frames import CHANGES, FAILURES, LOCATIONS
from ghl_notebook.frames.layout import LAYOUTS

ID = re.compile(r"(.+_)?ids?|created_by|approver")

FIRST = {
    "accounts": ["name", "platform"],
    "available_accounts": ["name", "platform"],
    "categories": ["name"],
    "changes": ["location_name", "name", "platform"],
    "columns": ["column"],
    "comments": ["account", "platform"],
    "csv_imports": ["file_name"],
    "failures": ["location_name"],
    "locations": ["location_name"],
    "posts": ["account", "platform"],
    "queues": ["category_name"],
    "schedule": ["row"],
    "statistics": ["name", "platform"],
    "statistics_breakdowns": ["platform"],
    "statistics_totals": ["metric"],
    "tags": ["tag"],
    "users": ["name"],
    "violations": ["row", "column", "platform"],
}
SCHEMAS = {"changes": CHANGES, "failures": FAILURES, "locations": LOCATIONS} | {
    name: layout.schema for name, layout in LAYOUTS.items()
}


def test_the_first_columns_of_every_frame_are_named() -> None:
    """A new one needs a row above."""
    assert {*FIRST} == {*SCHEMAS}


@pytest.mark.parametrize("name", SCHEMAS)
def test_names_come_first_and_ids_last(name: str) -> None:
    """The sub-account's id is the last of all."""
    found = [*SCHEMAS[name]]
    assert found[: len(FIRST[name])] == FIRST[name]
    are_ids = [ID.fullmatch(column) is not None for column in found]
    assert are_ids == sorted(are_ids)
    assert "location_id" not in found[:-1]


def test_the_name_of_the_sub_account_is_the_first_column_of_an_agency() -> None:
    """All other columns are those of a single sub-account, in the same order."""
    for layout in LAYOUTS.values():
        assert [*layout.of_agency] == ["location_name", *layout.schema]
