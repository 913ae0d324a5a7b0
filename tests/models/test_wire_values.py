"""What a caller passes, as it is sent."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import MetaPage, to_wire, wire_name


@pytest.mark.parametrize(
    ("name", "wire"),
    [("skip", "skip"), ("from_date", "fromDate"), ("og_tags_details", "ogTagsDetails")],
)
def test_a_parameter_has_the_services_name(name: str, wire: str) -> None:
    """Snake case here, camel case there."""
    assert wire_name(name) == wire


def test_an_instant_is_written_in_utc() -> None:
    """To the millisecond, as the service writes its own."""
    moment = datetime(2026, 1, 5, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    assert to_wire(moment) == "2026-01-05T09:30:00.000Z"
    assert to_wire(pd.Timestamp(moment)) == "2026-01-05T09:30:00.000Z"


def test_an_instant_without_a_time_zone_is_refused() -> None:
    """Nobody knows which one is meant."""
    with pytest.raises(ArgumentError, match="2026-01-05 09:00 has no time zone"):
        to_wire({"scheduleDate": datetime(2026, 1, 5, 9)})  # noqa: DTZ001


def test_of_a_record_only_known_fields_are_sent() -> None:
    """What the service added to it would be refused with 422."""
    page = MetaPage.from_wire({"id": "1", "name": None, "surprise": 1})
    assert to_wire([page, {"page": page}]) == [{"id": "1"}, {"page": {"id": "1"}}]


def test_columns_are_lists() -> None:
    """A column of a DataFrame, an array, a set and a generator can be passed as they are."""
    assert to_wire(pd.Series(["a", "b"])) == ["a", "b"]
    assert to_wire(np.array([1, 2])) == [1, 2]
    assert to_wire(np.int64(7)) == 7
    assert to_wire(str(n) for n in (1, 2)) == ["1", "2"]


def test_anything_else_is_refused() -> None:
    """Before it is sent."""
    with pytest.raises(ArgumentError, match="A object cannot be sent"):
        to_wire(object())
