"""Whatever the service sends, its records are made of it, and nothing of it is lost."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghl_notebook import models
from ghl_notebook.models import PLATFORMS, Record
from tests.folding import folded

RECORDS = [
    value
    for name in models.__all__
    if isinstance(value := getattr(models, name), type) and issubclass(value, Record)
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["", "undefined", "12", "2026-01-05T09:00:00.000Z", *PLATFORMS]),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def names_of(record: type[Record]) -> list[str]:
    """Return the names on the wire of a record's own fields."""
    return [f.encode_name for f in msgspec.structs.fields(record) if f.name != "extra"]


@pytest.mark.exhaustive
@folded("record", RECORDS, ids=lambda one: one.__name__)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_record_is_made_of_anything(record: type[Record], data: st.DataObject) -> None:
    """Each of its fields may hold what it should not, and there may be others."""
    keys = st.sampled_from([*names_of(record), "new", "_id"])
    wire: dict[str, Any] = data.draw(st.dictionaries(keys, ANYTHING, max_size=6))
    made = record.from_wire(wire)
    assert isinstance(made, record)
    assert isinstance(made.extra, dict)
    if "new" in wire:
        assert made.extra["new"] == wire["new"]


@folded("record", RECORDS, ids=lambda one: one.__name__)
@folded("wire", [None, "", "Category not found", [], 7, {}])
def test_a_record_is_made_of_nothing(record: type[Record], wire: object) -> None:
    """A text where an object should be is kept."""
    made = record.from_wire(wire)
    assert isinstance(made, record)
    assert made.extra == ({} if wire in (None, {}) else {"": wire})
    assert isinstance(record.list_from_wire([wire, {"new": 1}])[1], record)
