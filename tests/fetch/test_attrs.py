"""A DataFrame says when, for whom, and for which period it was fetched, and has lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from pyarrow import parquet

import ghl_notebook as ghl
from ghl_notebook import DemoAgency
from ghl_notebook.errors import ArgumentError

PERIOD = ("2025-12-01", "2026-01-05")


@pytest.fixture(scope="module")
def agency() -> Iterator[DemoAgency]:
    """Return an agency of which one sub-account cannot be fetched."""
    with ghl.demo_agency(locations=4) as agency:
        yield agency


def test_a_frame_says_when_and_for_whom_it_was_fetched(agency: DemoAgency) -> None:
    """In UTC, as plain values."""
    ids = ghl.fetch_locations(agency)["location_id"].to_list()
    when = {"fetched_at": "2026-01-05T09:00:00.000Z"}
    period = {"since": "2025-12-01T00:00:00.000Z", "until": "2026-01-05T23:59:59.999Z"}
    client = agency.client(ids[0])
    assert ghl.fetch_accounts(client).attrs == {**when, "location_id": ids[0]}
    assert ghl.fetch_posts(client, *PERIOD).attrs == {**when, "location_id": ids[0], **period}
    assert ghl.fetch_users(client, progress=True).attrs == {**when, "location_id": ids[0]}
    of = {"company_id": agency.company_id}
    assert ghl.fetch_locations(agency).attrs == {**when, **of}
    posts = ghl.fetch_posts(agency, *PERIOD)
    assert posts.attrs == {**when, **of, "location_ids": ids, **period, "failures": []}
    for frame in (posts, ghl.fetch_accounts(agency)):
        assert json.loads(json.dumps(frame.attrs)) == frame.attrs
        assert pd.Timestamp(frame.attrs["fetched_at"]) == agency.clock()


def test_a_stored_run_says_when_it_began(agency: DemoAgency, tmp_path: Path) -> None:
    """Also if it is read later."""
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    assert frame.attrs["fetched_at"] == "2026-01-05T09:00:00.000Z"
    assert ghl.read_run(frame.attrs["folder"]).attrs == frame.attrs


def test_frames_can_be_combined_and_stored(tmp_path: Path) -> None:
    """Also if they were fetched at different times: pandas compares their attrs."""
    with ghl.demo() as client:
        first = ghl.fetch_posts(client, *PERIOD)
        accounts = ghl.fetch_accounts(client)
        client.simulator.pass_time(timedelta(days=1))
        second = ghl.fetch_posts(client, *PERIOD)
    assert first.attrs != second.attrs
    both = pd.concat([first, second], ignore_index=True)
    assert both.dtypes.equals(first.dtypes)
    assert both["tags"].to_list() == first["tags"].to_list() + second["tags"].to_list()
    merged = first.merge(accounts, left_on="account_id", right_on="id", suffixes=("", "_account"))
    assert merged["tags"].dtype == first["tags"].dtype
    assert merged["groups"].list.len().max() == 1
    for frame in (first, accounts, both):
        frame.to_parquet(tmp_path / "frame.parquet")
        read = pd.read_parquet(tmp_path / "frame.parquet")
        # Of text, older versions of pandas read another dtype than they have written.
        pd.testing.assert_frame_equal(read, frame, check_dtype=False)
        lists = frame.columns[frame.dtypes == "list<item: string>[pyarrow]"]
        assert len(lists) > 0
        assert read.dtypes[lists].equals(frame.dtypes[lists])
    plain = parquet.read_table(tmp_path / "frame.parquet").to_pandas(ignore_metadata=True)
    assert plain["tags"].map(list).to_list() == both["tags"].to_list()


def test_lists_are_exploded_by_one_call() -> None:
    """A row for each tag; a post without tags keeps its row."""
    with ghl.demo() as client:
        posts = ghl.fetch_posts(client, *PERIOD)
    each = posts.explode("tags")
    lengths = posts["tags"].list.len()
    assert len(each) == lengths.clip(lower=1).sum()
    assert each["tags"].isna().sum() == (lengths == 0).sum() > 0
    assert each.groupby("tags").size().index.is_unique
    assert isinstance(posts["tags"].iloc[0], list)


def test_failures_of_combined_frames_are_listed_from_their_parts(agency: DemoAgency) -> None:
    """A merge drops attrs; the error says so, and each missing sub-account is listed once."""
    accounts = ghl.fetch_accounts(agency)
    comments = ghl.fetch_comments(agency, *PERIOD)
    posts = ghl.fetch_posts(agency, *PERIOD)
    merged = posts.merge(accounts, left_on="account_id", right_on="id")
    with pytest.raises(ArgumentError, match="before you merge or concatenate it"):
        ghl.failures(merged)
    one = ghl.failures(accounts)
    assert len(one) == 1
    pd.testing.assert_frame_equal(ghl.failures([posts, accounts, comments]), one)
    assert ghl.failures(posts).empty
    kept = pd.concat([accounts[:3], accounts[3:]])
    pd.testing.assert_frame_equal(ghl.failures(kept), one)
