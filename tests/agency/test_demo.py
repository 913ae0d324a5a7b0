"""The agency of the simulator, with which everything can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import DemoAgency


@pytest.fixture
def agency() -> Iterator[DemoAgency]:
    """As anybody gets it."""
    with ghl.demo_agency() as agency:
        yield agency


def test_its_clients_differ(agency: DemoAgency) -> None:
    """Some have one connection, some nine; at some of them one has expired, or will soon."""
    accounts = ghl.fetch_accounts(agency)
    each = accounts.groupby("location_name").size()
    assert (each.min(), each.max()) == (1, 9)
    soon = pd.Timestamp(agency.simulator.now) + pd.Timedelta(days=14)
    for one in (accounts["is_expired"], accounts["expire"] < soon):
        assert 1 < accounts.loc[one, "location_name"].nunique() < len(each)


def test_one_of_them_cannot_be_fetched(agency: DemoAgency) -> None:
    """Because its install of the app lacks a scope, as of one that is older than the scope."""
    missing = ghl.failures(ghl.fetch_accounts(agency))
    assert missing["location_name"].tolist() == ["Riverside Auto Repair Halifax"]
    assert missing["error"].tolist() == ["ScopeError"]
    assert "reinstall the app in the sub-account" in missing["message"][0]


@pytest.mark.parametrize(("locations", "accounts", "missing"), [(0, 5, 0), (1, 1, 0), (2, 0, 1)])
def test_it_may_be_small(locations: int, accounts: int, missing: int) -> None:
    """There are always the two sub-accounts of the examples."""
    with ghl.demo_agency(locations=locations, accounts=accounts) as agency:
        frame = ghl.fetch_accounts(agency)
        assert len(ghl.fetch_locations(agency)) == locations + 2
    assert len(ghl.failures(frame)) == missing


def test_a_seed_gives_other_accounts() -> None:
    """The same seed the same ones, of a client as of an agency."""
    with ghl.demo(seed=1) as one, ghl.demo(seed=1) as same, ghl.demo() as other:
        ids = [ghl.fetch_accounts(client)["id"].tolist() for client in (one, same, other)]
    assert ids[0] == ids[1]
    assert not {*ids[0]} & {*ids[2]}
    agencies = [ghl.demo_agency(locations=0, seed=seed) for seed in (1, 1, 0)]
    found = [ghl.fetch_locations(agency)["location_id"].tolist() for agency in agencies]
    for agency in agencies:
        agency.close()
    assert found[0] == found[1]
    assert not {*found[0]} & {*found[2]}


@pytest.mark.slow
def test_a_week_passes(agency: DemoAgency, tmp_path: Path) -> None:
    """Runs have the simulator's time, all tokens are new ones, and what was due has expired."""
    before = ghl.fetch_accounts(agency, folder=tmp_path)
    agency.simulator.pass_time(timedelta(days=7))
    after = ghl.fetch_accounts(agency, folder=tmp_path)
    began = ghl.list_runs(tmp_path)["began"]
    assert (began[1] - began[0], began[1]) == (timedelta(days=7), agency.simulator.now)
    expired = ghl.compare_accounts(before, after)
    due = (before["expire"] > began[0]) & (before["expire"] <= began[1])
    assert set(expired["change"]) == {"expired"}
    assert set(expired["id"]) == set(before.loc[due, "id"])


@pytest.mark.slow
def test_runs_of_one_instant_are_kept_apart(agency: DemoAgency, tmp_path: Path) -> None:
    """The simulator's clock stands still, and a run's folder has its time as its name."""
    frames = [ghl.fetch_accounts(agency, folder=tmp_path) for _ in range(3)]
    runs = ghl.list_runs(tmp_path)
    assert runs["folder"].tolist() == [frame.attrs["folder"] for frame in frames]
    assert runs["folder"].nunique() == 3
    assert runs["began"].nunique() == 1


def test_the_demos_agency_may_speak_v3() -> None:
    """Comments and queues want it."""
    with ghl.demo_agency(locations=2, api_version="v3") as agency:
        assert len(ghl.fetch_queues(agency)) == 0
        assert agency.core.api_version == "v3"
    with pytest.raises(ghl.errors.ArgumentError, match="no version 'v4'"):
        ghl.demo_agency(locations=2, api_version="v4")


def test_it_has_what_an_agency_meets(agency: DemoAgency) -> None:
    """Silence, posts that will fail, unread comments without an answer, and how to reach people."""
    now = agency.clock()
    posts = ghl.fetch_posts(agency, "2025-07-01", "2026-02-01")
    last = posts.dropna(subset="published_at").groupby("location_id")["published_at"].max()
    assert (now - last > pd.Timedelta(days=14)).any()
    planned = posts[posts["status"] == "scheduled"]
    expire = planned["account_id"].map(ghl.fetch_accounts(agency).set_index("id")["expire"])
    assert (expire < now).any()
    assert ((expire > now) & (expire < planned["display_date"])).any()
    comments = ghl.fetch_comments(agency, "2025-12-01", "2026-01-05")
    assert (comments["content"].str.contains("?", regex=False) & ~comments["is_read"]).any()
    asked = comments[comments["content"].str.contains("?", regex=False)]
    assert set(asked["reply_count"]) == {0, 1}
    locations = ghl.fetch_locations(agency, installed=False)
    assert locations[["phone", "email"]].notna().all(axis=None)
    users = ghl.fetch_users(agency)
    assert (users.groupby("location_id")["name"].nunique() > 1).all()
    assert users[["phone", "email"]].notna().all(axis=None)
