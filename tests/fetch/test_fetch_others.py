"""Comments, CSV imports and queues in frames: what is particular to each."""

from __future__ import annotations

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.frames import COMMENT_LAYOUT, CSV_IMPORT_LAYOUT, QUEUE_LAYOUT
from ghl_notebook.models import Comment, CsvImport, Queue
from ghl_notebook.simulator import Simulator

PERIOD = ("2025-10-01", "2026-02-01")


def test_comments_are_of_all_accounts_that_can_have_some(client: Client) -> None:
    """On posts of the period or a little older; replies are not among them."""
    frame = ghl.fetch_comments(client, *PERIOD)
    posts = ghl.fetch_posts(client, "2025-09-28", PERIOD[1])
    assert len(frame) > 1
    assert set(frame["post_id"]) <= set(posts["id"])
    assert set(frame["platform"]) == {"facebook", "instagram", "linkedin", "tiktok"}
    assert frame["id"].is_unique


def test_comments_of_one_platform_with_a_word(client: Client) -> None:
    """The service is asked for them alone."""
    everything = ghl.fetch_comments(client, *PERIOD)
    one = everything.iloc[0]
    found = ghl.fetch_comments(client, *PERIOD, platform="Facebook", search=one["content"])
    expected = everything[
        (everything["platform"] == "facebook") & (everything["content"] == one["content"])
    ]
    assert set(expected["id"]) <= set(found["id"])
    assert set(found["platform"]) == {"facebook"}


def test_a_platform_without_comments_is_refused(client: Client, sim: Simulator) -> None:
    """The error names those that have some."""
    with pytest.raises(ghl.errors.ArgumentError, match="no platform 'google'") as caught:
        ghl.fetch_comments(client, *PERIOD, platform="google")
    assert "threads" in caught.value.next_step
    assert sim.requests == []


@pytest.mark.parametrize("function", [ghl.fetch_queues, lambda c: ghl.fetch_comments(c, *PERIOD)])
def test_an_older_version_knows_neither(sim: Simulator, function) -> None:
    """The error says how to make the client."""
    with (
        Client(
            sim.token,
            sim.location_id,
            sim.user_id,
            base_url=sim.base_url,
            api_version="2021-07-28",
        ) as old,
        pytest.raises(ghl.errors.ArgumentError) as caught,
    ):
        function(old)
    assert "Leave out api_version" in caught.value.next_step


def test_a_queue_shows_its_category_and_its_times() -> None:
    """In words, Sunday being the day 0."""
    wire = {
        "_id": "q",
        "category": {"name": "Offers"},
        "timeSlots": [{"dayOfWeek": 0, "time": "09:00"}, {"dayOfWeek": "6", "time": "17:30"}, {}],
    }
    row = QUEUE_LAYOUT.frame([Queue.from_wire(wire)], "loc").iloc[0]
    assert (row["category_name"], row["time_slots"]) == (
        "Offers",
        ["Sun 09:00", "Sat 17:30", "? ?"],
    )


@pytest.mark.parametrize(
    ("form", "record", "wire"),
    [
        (QUEUE_LAYOUT, Queue, {"timeSlots": "", "category": None, "status": "new"}),
        (CSV_IMPORT_LAYOUT, CsvImport, {"accountIds": "", "count": 10**30, "status": 5}),
        (COMMENT_LAYOUT, Comment, {"author": None, "attachments": "", "isRead": "maybe"}),
    ],
)
def test_contradictions_do_not_change_the_frame(form, record, wire: dict) -> None:
    """Texts for lists, nothing for a record, and numbers beyond all bounds."""
    frame = form.frame([record.from_wire(wire), record.from_wire({})], "loc")
    empty = form.frame([], "loc")
    for name, dtype in empty.dtypes.items():
        if isinstance(dtype, pd.CategoricalDtype):
            assert isinstance(frame[name].dtype, pd.CategoricalDtype)
        else:
            assert frame[name].dtype == dtype
