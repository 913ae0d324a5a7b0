"""Times as spreadsheets store them: what the error advises makes a column that is taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.simulator import Simulator
from tests.folding import folded


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a simulated sub-account."""
    with (
        Simulator(accounts=2) as sim,
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, clock=lambda: sim.now
        ) as client,
    ):
        yield client


def sheet(client: Client, *times: Any) -> pd.DataFrame:
    """Return a plan with a row for each time."""
    account = ghl.fetch_accounts(client)["id"][0]
    return pd.DataFrame(
        {
            "account_ids": account,
            "schedule_date": pd.Series(times, dtype=object),
            "summary": [f"text {n}" for n in range(len(times))],
        }
    )


CODE: list[tuple[str, Any, str]] = [
    ("Excel's number", 46055.375, "2026-02-02T08:00Z"),
    ("Excel's day", 46055, "2026-02-01T23:00Z"),
    ("numpy's", np.float64(46055.375), "2026-02-02T08:00Z"),
    ("as text", "46055.375", "2026-02-02T08:00Z"),
    ("a day as text", "46055", "2026-02-01T23:00Z"),
    ("seconds", 1770019200, "2026-02-02T08:00Z"),
    ("milliseconds", 1770019200000, "2026-02-02T08:00Z"),
    ("milliseconds as text", "1770019200000", "2026-02-02T08:00Z"),
    ("without a time zone", "2026-02-02 09:00", "2026-02-02T08:00Z"),
    ("a datetime", pd.Timestamp("2026-02-02 09:00").to_pydatetime(), "2026-02-02T08:00Z"),
    ("a Timestamp", pd.Timestamp("2026-02-02 09:00"), "2026-02-02T08:00Z"),
    ("midnight", pd.Timestamp("2026-02-02"), "2026-02-01T23:00Z"),
]


@folded(("name", "value", "time"), CODE)
def test_the_advised_code_makes_a_column_that_is_taken(
    client: Client, name: str, value: Any, time: str
) -> None:
    """Run as it stands, it gives the time that is meant."""
    frame = sheet(client, value)
    (refused,) = ghl.schedule_posts(client, frame).itertuples()
    assert refused.action == "refused", name
    step = refused.next_step
    assert "2026-02-0" in step, name
    code = step[step.index('frame["schedule_date"] = ') :].split(", with your")[0].rstrip(".")
    exec(code, {"frame": frame, "pd": pd})
    shown = step.split('"')[1]
    for taken in (
        ghl.schedule_posts(client, frame),
        ghl.schedule_posts(client, sheet(client, shown)),
    ):
        assert taken["action"].to_list() == ["would schedule"], name
        assert taken["schedule_date"].to_list() == [pd.Timestamp(time)], name


@folded("value", ["2026-02-02", date(2026, 2, 2), "20260202", 20260202])
def test_a_day_is_asked_for_its_time(client: Client, value: Any) -> None:
    """What is shown as the form is taken."""
    (refused,) = ghl.schedule_posts(client, sheet(client, value)).itertuples()
    assert "time" in refused.next_step
    shown = refused.next_step.split('"')[1]
    (taken,) = ghl.schedule_posts(client, sheet(client, shown)).itertuples()
    assert taken.action == "would schedule"


@folded("value", ["soon", "2.2.2026", "", "2026-02", "n/a", True, None, pd.NaT])
def test_what_is_no_time_is_not_called_a_day(client: Client, value: Any) -> None:
    """The error tells that the value is not a date or time."""
    (refused,) = ghl.schedule_posts(client, sheet(client, value)).itertuples()
    assert refused.action == "refused"
    assert "not a date or time" in refused.error
    assert "Excel" not in refused.next_step
