"""Stored runs, and which connections have expired between two of them."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency
from ghl_notebook.frames import CHANGES, RUNS, dtype_of
from ghl_notebook.simulator import Simulator
from tests.agency.conftest import LOCATIONS, make_agency
from tests.agency.test_fetch_all import LIST
from tests.agency.test_resume import break_off


@pytest.fixture(scope="module")
def accounts(running: Simulator) -> pd.DataFrame:
    """The accounts of all sub-accounts; nobody changes it."""
    running.levers.reset()
    running.levers.rate_limit = 1_000_000
    with make_agency(running) as agency:
        return ghl.fetch_accounts(agency)


def changed(before: pd.DataFrame, row: int, **values: object) -> pd.DataFrame:
    """Return the frame with other values in a row."""
    after = before.copy()
    for name, value in values.items():
        after.loc[row, name] = value
    return after


def first(accounts: pd.DataFrame, *, expired: bool) -> int:
    """Return the row of the first connection that has, or has not, expired."""
    return int(accounts.index[accounts["is_expired"] == expired][0])


@pytest.mark.slow
def test_nothing_has_changed(accounts: pd.DataFrame) -> None:
    """The same columns without a row."""
    found = ghl.compare_accounts(accounts, accounts)
    assert found.empty
    assert found.columns.to_list() == list(CHANGES)
    assert found.dtypes.to_list() == [dtype_of(kind) for kind in CHANGES.values()]


@pytest.mark.parametrize(
    ("was_expired", "values", "change"),
    [
        (False, {"is_expired": True}, "expired"),
        (True, {"is_expired": False}, "recovered"),
        (False, {"expire": pd.Timestamp("2027-01-01", tz="UTC")}, "extended"),
        (True, {"expire": pd.Timestamp("2027-01-01", tz="UTC")}, None),
        (False, {"expire": pd.NaT}, None),
        (False, {"is_expired": pd.NA}, None),
        (False, {"name": "Another name"}, None),
    ],
)
def test_a_connection_has_changed(
    accounts: pd.DataFrame, was_expired: bool, values: dict[str, object], change: str | None
) -> None:
    """Its kind of change says how; what is no change of the connection is none."""
    row = first(accounts, expired=was_expired)
    found = ghl.compare_accounts(accounts, changed(accounts, row, **values))
    assert found["change"].tolist() == ([change] if change else [])
    assert found["id"].tolist() == ([accounts["id"][row]] if change else [])
    assert found.dtypes.to_list() == [dtype_of(kind) for kind in CHANGES.values()]


def test_an_unknown_platform_is_kept(accounts: pd.DataFrame) -> None:
    """The service may have a new one: it is a category of its own, after the others."""
    odd = accounts.assign(platform="mastodon")
    (new,) = ghl.compare_accounts(odd.drop(index=4), odd).to_dict("records")
    assert new["platform"] == "mastodon"


def test_a_connection_that_is_new_or_gone(accounts: pd.DataFrame) -> None:
    """With what is known of it."""
    fewer = accounts.drop(index=4)
    (new,) = ghl.compare_accounts(fewer, accounts).to_dict("records")
    (gone,) = ghl.compare_accounts(accounts, fewer).to_dict("records")
    assert (new["change"], gone["change"]) == ("added", "removed")
    for found in (new, gone):
        assert {n: found[n] for n in ("id", "name", "platform", "location_name")} == {
            n: accounts[n][4] for n in ("id", "name", "platform", "location_name")
        }


def test_of_a_sub_account_that_is_missing_nothing_is_said(
    agency: Agency, sim: Simulator, accounts: pd.DataFrame
) -> None:
    """Its connections are not gone: nobody knows."""
    sim.levers.fail_with("scope_missing", LIST.format(accounts["location_id"][0]), times=None)
    after = ghl.fetch_accounts(agency)
    assert len(after) < len(accounts)
    assert ghl.compare_accounts(accounts, after).empty
    assert ghl.compare_accounts(after, accounts).empty


def test_frames_of_one_sub_account_are_compared(agency: Agency, accounts: pd.DataFrame) -> None:
    """They do not name it."""
    one = ghl.fetch_accounts(agency.client(accounts["location_id"][0]))
    found = ghl.compare_accounts(one, one.iloc[1:])
    assert found["change"].tolist() == ["removed"]


def test_frames_that_were_stored_elsewhere_are_compared(accounts: pd.DataFrame) -> None:
    """Whatever their dtypes and index are; a repeated row counts once."""
    after = changed(accounts, first(accounts, expired=False), is_expired=True)
    expected = ghl.compare_accounts(accounts, after)
    assert expected["change"].tolist() == ["expired"]
    stored = io.StringIO(accounts.to_csv(index=False))
    read = pd.read_csv(stored, parse_dates=["expire"])
    twice = pd.concat([accounts, accounts])
    for before in (read, accounts.astype(object), accounts.set_index("id", drop=False), twice):
        pd.testing.assert_frame_equal(ghl.compare_accounts(before, after), expected)


def test_a_frame_that_cannot_be_compared_is_refused(accounts: pd.DataFrame) -> None:
    """With what to do: times as text, as CSV files have them, or a column that is there twice."""
    text = accounts.astype({"expire": "string"})
    with pytest.raises(ghl.errors.ArgumentError, match="The column expire holds string"):
        ghl.compare_accounts(accounts, text)
    with pytest.raises(ghl.errors.ArgumentError, match="has 2 columns id"):
        ghl.compare_accounts(pd.concat([accounts, accounts[["id"]]], axis="columns"), accounts)


def test_what_is_no_frame_of_accounts_is_refused(accounts: pd.DataFrame) -> None:
    """It says which of the two."""
    with pytest.raises(ghl.errors.ArgumentError, match="after is not a DataFrame"):
        ghl.compare_accounts(accounts, accounts[["id"]])


@pytest.mark.slow
def test_a_run_is_read_as_it_was_returned(agency: Agency, sim: Simulator, tmp_path: Path) -> None:
    """With what was missing in it."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()
    sim.levers.fail_with("scope_missing", LIST.format(ids[5]), times=None)
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    read = ghl.read_run(frame.attrs["folder"])
    pd.testing.assert_frame_equal(read, frame)
    assert read.attrs == frame.attrs


@pytest.mark.slow
def test_the_runs_of_a_folder_are_listed(agency: Agency, sim: Simulator, tmp_path: Path) -> None:
    """Whole or not, with their time; an empty folder has none."""
    assert ghl.list_runs(tmp_path).empty
    break_off(agency, sim, tmp_path, 10)
    (begun,) = ghl.list_runs(tmp_path).to_dict("records")
    assert (begun["is_complete"], begun["locations"]) == (False, 10)
    assert pd.isna(begun["failed"])
    ghl.fetch_accounts(agency, folder=tmp_path)
    runs = ghl.list_runs(tmp_path)
    assert (runs["is_complete"][0], runs["locations"][0], runs["failed"][0]) == (True, LOCATIONS, 0)
    assert runs.dtypes.to_list() == [dtype_of(kind) for kind in RUNS.values()]
    assert ghl.read_run(runs["folder"][0])["location_id"].nunique() == LOCATIONS


def test_what_holds_no_run_is_said(tmp_path: Path) -> None:
    """And what does."""
    with pytest.raises(ghl.errors.FolderError, match="list_runs"):
        ghl.read_run(tmp_path / "accounts")
