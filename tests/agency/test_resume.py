"""A run that is broken off goes on where it was, and one that is whole is kept."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import stat
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency
from ghl_notebook.agency import AgencyFetch, list_run_folders, wait_for
from ghl_notebook.agency.run_writer import RunWriter
from ghl_notebook.background import run_in_background
from ghl_notebook.fetch.accounts import ACCOUNTS
from ghl_notebook.fetch.recipe import spec_of
from ghl_notebook.frames import AGENCY_ACCOUNTS
from ghl_notebook.frames.schema import table_schema
from ghl_notebook.settings import now
from ghl_notebook.simulator import Simulator
from tests.agency.conftest import LOCATIONS
from tests.agency.kills import kill_runs
from tests.agency.test_fetch_all import LIST, asked
from tests.disk import watch_disk, whole


def break_off(agency: Agency, sim: Simulator, folder: Path, after: int) -> set[str]:
    """Let the login end after some sub-accounts; return whose rows are written down."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()
    ghl.fetch_accounts(agency, locations=ids[:after])
    fault = sim.levers.fail_with("invalid_token", "/oauth/locationToken", times=None)
    ghl.fetch_accounts(agency, folder=folder)
    sim.levers.remove(fault)
    return list_run_folders(folder, "accounts")[-1].check().location_ids


@pytest.mark.slow
def test_a_run_goes_on_where_it_was(agency: Agency, sim: Simulator, tmp_path: Path) -> None:
    """What it has is not asked for again, and the frame is that of an unbroken run."""
    done = break_off(agency, sim, tmp_path, 10)
    assert len(done) == 10
    before = asked(sim)
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    assert not done & (asked(sim) - before).keys()
    assert len(list_run_folders(tmp_path, "accounts")) == 1
    pd.testing.assert_frame_equal(frame, ghl.fetch_accounts(agency))
    assert frame.attrs["failures"] == []


@pytest.mark.slow
def test_what_failed_is_asked_again_when_a_run_goes_on(
    agency: Agency, sim: Simulator, tmp_path: Path
) -> None:
    """Only what was fetched is done."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()
    fault = sim.levers.fail_with("scope_missing", LIST.format(ids[1]), times=None)
    assert ids[1] not in break_off(agency, sim, tmp_path, 10)
    sim.levers.remove(fault)
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    assert ids[1] in set(frame["location_id"])


@pytest.mark.slow
def test_a_run_that_is_whole_is_kept_and_the_next_is_another(
    agency: Agency, tmp_path: Path
) -> None:
    """So a folder holds how things were, and when."""
    first = ghl.fetch_accounts(agency, folder=tmp_path)
    second = ghl.fetch_accounts(agency, folder=str(tmp_path))
    assert first.attrs["folder"] != second.attrs["folder"]
    runs = list_run_folders(tmp_path, "accounts")
    assert [str(run.path) for run in runs] == [first.attrs["folder"], second.attrs["folder"]]
    assert all(run.check().is_complete for run in runs)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["deleted", "company_id", "base_url", "format"])
def test_a_run_of_something_else_is_not_gone_on_with(
    agency: Agency, sim: Simulator, tmp_path: Path, change: str
) -> None:
    """Its rows would not be what is asked for."""
    break_off(agency, sim, tmp_path, 10)
    head = list_run_folders(tmp_path, "accounts")[0].path / "_run.json"
    told = json.loads(head.read_bytes())
    told |= {"options": {"deleted": True}} if change == "deleted" else {change: "other"}
    head.write_text(json.dumps(told))
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    assert frame["location_id"].nunique() == LOCATIONS
    assert len(list(tmp_path.glob("accounts-*"))) == 2


@pytest.mark.slow
def test_an_old_run_is_not_gone_on_with(agency: Agency, sim: Simulator, tmp_path: Path) -> None:
    """Half of its rows would be of another day."""
    break_off(agency, sim, tmp_path, 10)
    (run,) = list_run_folders(tmp_path, "accounts")
    yesterday = datetime.now(UTC) - timedelta(days=1, minutes=1)
    run.path.rename(tmp_path / f"accounts-{yesterday:%Y-%m-%dT%H%M%S.%f}Z")
    ghl.fetch_accounts(agency, folder=tmp_path)
    assert [len(one.check().location_ids) for one in list_run_folders(tmp_path, "accounts")] == [
        10,
        LOCATIONS,
    ]


def open_writer(agency: Agency, folder: Path) -> RunWriter:
    """Open a folder for a run."""
    return RunWriter(
        folder,
        spec_of(ACCOUNTS, {"deleted": False}),
        company_id=agency.company_id,
        base_url="x",
        location_ids=[],
        clock=now,
        resume_within=timedelta(days=1),
    )


def test_a_part_is_on_the_disk_before_it_has_its_name(
    agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a power cut leaves it whole or not at all; no record names a part that is missing."""
    writer = open_writer(agency, tmp_path)
    steps = watch_disk(monkeypatch)
    writer.write(table_schema(AGENCY_ACCOUNTS).empty_table(), ["an id"])
    (part,) = writer.path.glob("part-*")
    assert steps == [*whole(part), *whole(writer.path / "_run.json")]
    steps.clear()
    writer.finish([])
    writer.close()
    assert steps == whole(writer.path / "_run.json")


def test_two_runs_do_not_share_a_folder(agency: Agency, tmp_path: Path) -> None:
    """Each would write what the other has."""
    writer = open_writer(agency, tmp_path)
    with pytest.raises(ghl.errors.FolderError, match="Another run"):
        ghl.fetch_accounts(agency, folder=tmp_path)
    writer.close()
    assert ghl.failures(ghl.fetch_accounts(agency, folder=tmp_path)).empty


def test_pandas_reads_a_run_as_one_table(agency: Agency, tmp_path: Path) -> None:
    """So do DuckDB and dask: there is nothing else with that ending in it."""
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    read = pd.read_parquet(frame.attrs["folder"])
    assert sorted(read["id"]) == sorted(frame["id"])


@pytest.mark.slow
def test_a_folder_holds_no_secret(agency: Agency, sim: Simulator, tmp_path: Path) -> None:
    """Neither the agency's access token nor a sub-account's."""
    ghl.fetch_accounts(agency, folder=tmp_path)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"company_id" in written
    assert not [token for token in sim.state.issued if token.encode() in written]


def test_a_folder_that_cannot_be_made_is_said(agency: Agency, tmp_path: Path) -> None:
    """Before anything is asked, with what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ghl.errors.FolderError, match="Name another folder"):
        ghl.fetch_accounts(agency, folder=tmp_path / "file" / "runs")


@pytest.mark.slow
def test_a_folder_that_goes_away_costs_no_rows(
    agency: Agency, sim: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What was fetched is returned; the rest is named, with what to do."""
    sim.levers.rate_limit, sim.levers.rate_interval = 10, 0.4
    fetching = AgencyFetch(
        agency.core, spec_of(ACCOUNTS, {"deleted": False}), folder=tmp_path, write_every=0.001
    )

    def take_away() -> None:
        while fetching.progress.done < 3:
            time.sleep(0.001)
        list_run_folders(tmp_path, "accounts")[0].path.rename(tmp_path / "elsewhere")

    thread = threading.Thread(target=take_away)
    thread.start()
    frame = wait_for(fetching, "accounts", progress=False)
    thread.join()
    failed = ghl.failures(frame)
    assert frame["location_id"].nunique() >= 3
    assert set(failed["error"]) == {"FolderError"}
    assert frame["location_id"].nunique() + len(failed) == LOCATIONS
    assert "lacks what was fetched last" in caplog.text


@pytest.mark.slow
def test_what_is_written_while_a_run_is_stopped_is_not_missing(
    agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sub-account is in the frame or among the failures, and never in both."""
    writing, going_on = threading.Event(), threading.Event()
    write = RunWriter.write

    def write_slowly(*args: Any) -> None:
        writing.set()
        assert going_on.wait(60)
        write(*args)

    monkeypatch.setattr(RunWriter, "write", write_slowly)
    fetching = AgencyFetch(
        agency.core, spec_of(ACCOUNTS, {"deleted": False}), folder=tmp_path, write_every=0.0
    )

    def stop() -> None:
        assert writing.wait(60)
        fetching.stop()
        run_in_background(asyncio.sleep, 0.01)  # now it is stopped
        going_on.set()

    thread = threading.Thread(target=stop)
    thread.start()
    frame = wait_for(fetching, "accounts", progress=False)
    thread.join()
    missing = set(ghl.failures(frame)["location_id"])
    assert set(frame["location_id"])
    assert not set(frame["location_id"]) & missing
    assert frame["location_id"].nunique() + len(missing) == LOCATIONS


def test_a_part_that_is_damaged_is_said(agency: Agency, sim: Simulator, tmp_path: Path) -> None:
    """Nothing is asked, and nothing thrown away."""
    break_off(agency, sim, tmp_path, 10)
    (run,) = list_run_folders(tmp_path, "accounts")
    part = run.check().parts[0].path
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(ghl.errors.FolderError, match="is damaged"):
        ghl.fetch_accounts(agency, folder=tmp_path)
    assert part.exists()
    assert stat.S_ISREG(part.stat().st_mode)


@pytest.mark.slow
def test_a_part_that_was_removed_is_fetched_again(
    agency: Agency, sim: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No other part takes harm by it, and the file is named."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()
    for count in (3, 6, 9):
        break_off(agency, sim, tmp_path, count)
    (run,) = list_run_folders(tmp_path, "accounts")
    removed, *others = sorted(run.check().parts, key=lambda part: part.path.stat().st_mtime_ns)
    contents = [part.path.read_bytes() for part in others]
    assert len(others) == 2
    removed.path.unlink()
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    assert removed.path.name in caplog.text
    assert [part.path.read_bytes() for part in others] == contents
    assert frame["location_id"].drop_duplicates().tolist() == ids
    pd.testing.assert_frame_equal(ghl.read_run(frame.attrs["folder"]), frame)
    assert sorted(pd.read_parquet(frame.attrs["folder"])["id"]) == sorted(frame["id"])


@pytest.mark.slow
def test_a_run_that_has_ended_is_whole_again_when_a_part_is_gone(
    agency: Agency, tmp_path: Path
) -> None:
    """It does not count as whole meanwhile, and what is missing is named as such."""
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    (part,) = Path(frame.attrs["folder"]).glob("*.parquet")
    part.unlink()
    assert ghl.list_runs(tmp_path)["is_complete"].tolist() == [False]
    read = ghl.read_run(frame.attrs["folder"])
    assert read.empty
    assert len(ghl.failures(read)) == LOCATIONS
    assert ghl.compare_accounts(frame, read).empty
    again = ghl.fetch_accounts(agency, folder=tmp_path)
    assert again.attrs["folder"] == frame.attrs["folder"]
    pd.testing.assert_frame_equal(again, frame)


@pytest.mark.slow
def test_a_run_of_the_future_is_not_gone_on_with(
    agency: Agency, sim: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It would be for ever; the newest of the past is gone on with."""
    break_off(agency, sim, tmp_path, 5)
    (run,) = list_run_folders(tmp_path, "accounts")
    future = run.path.rename(tmp_path / "accounts-9999-12-31T235959.999999Z")
    done = break_off(agency, sim, tmp_path, 10)
    frame = ghl.fetch_accounts(agency, folder=tmp_path)
    assert f"{future} is dated in the future" in caplog.text
    assert len(list_run_folders(tmp_path, "accounts")) == 2
    assert done < set(frame["location_id"])
    assert ghl.list_runs(tmp_path)["is_complete"].tolist() == [True, False]


@pytest.mark.slow
def test_a_run_over_others_is_another_run(agency: Agency, sim: Simulator, tmp_path: Path) -> None:
    """The frame has the sub-accounts that were asked for."""
    ids = ghl.fetch_locations(agency)["location_id"].tolist()
    break_off(agency, sim, tmp_path, 10)
    some = ghl.fetch_accounts(agency, folder=tmp_path, locations=ids[5:15])
    assert some["location_id"].drop_duplicates().tolist() == ids[5:15]
    ghl.fetch_accounts(agency, folder=tmp_path)
    assert [run.check().is_complete for run in list_run_folders(tmp_path, "accounts")] == [
        True,
        True,
    ]


def test_two_that_write_in_spite_of_the_lock_double_nothing(agency: Agency, tmp_path: Path) -> None:
    """For instance because somebody has removed its file."""
    frame, spec = ghl.fetch_accounts(agency), spec_of(ACCOUNTS, {"deleted": False})
    rows = pa.Table.from_pandas(frame, schema=spec.schema)
    ids = frame["location_id"].drop_duplicates().tolist()
    with contextlib.ExitStack() as stack:
        for first in (0, 10):
            writer = RunWriter(
                tmp_path,
                spec,
                company_id=agency.company_id,
                base_url=agency.core.base_url,
                location_ids=ids,
                clock=now,
                resume_within=timedelta(days=1),
            )
            stack.callback(writer.close)
            (tmp_path / "_lock").unlink()
            some = pa.array(ids[first : first + 30])
            writer.write(rows.filter(pc.is_in(rows["location_id"], some)), some.to_pylist())
    read = ghl.read_run(writer.path)
    assert sorted(read["id"]) == sorted(frame["id"])


def test_a_folder_is_its_owners_alone(agency: Agency, tmp_path: Path) -> None:
    """There are customers' data in it."""
    umask = os.umask(0)
    try:
        ghl.fetch_accounts(agency, folder=tmp_path / "runs")
    finally:
        os.umask(umask)
    found = [tmp_path / "runs", *(tmp_path / "runs").rglob("*")]
    modes = {(one.is_dir(), stat.S_IMODE(one.stat().st_mode)) for one in found}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_a_run_of_other_columns_is_said(agency: Agency, sim: Simulator, tmp_path: Path) -> None:
    """Another version of the package has written it."""
    break_off(agency, sim, tmp_path, 10)
    (run,) = list_run_folders(tmp_path, "accounts")
    (part,) = run.check().parts
    table = pq.read_table(part.path).drop_columns("avatar")
    part.path.unlink()
    stream = pa.BufferOutputStream()
    pq.write_table(table, stream)
    content = stream.getvalue().to_pybytes()
    name = f"part-{hashlib.sha256(content).hexdigest()}.parquet"
    (run.path / name).write_bytes(content)
    for read in (
        lambda: ghl.fetch_accounts(agency, folder=tmp_path),
        lambda: ghl.read_run(run.path),
    ):
        with pytest.raises(ghl.errors.FolderError, match=f"{name} has other columns"):
            read()


@pytest.mark.parametrize("folder", [5, None, b"runs", "~nobody-of-that-name/runs"])
def test_what_is_no_folder_is_said(agency: Agency, folder: Any) -> None:
    """By everything that takes one."""
    for call in (ghl.list_runs, ghl.read_run):
        with pytest.raises(ghl.errors.ArgumentError, match="is not a path"):
            call(folder)
    if folder is not None:
        with pytest.raises(ghl.errors.ArgumentError, match="is not a path"):
            ghl.fetch_accounts(agency, folder=folder)


@pytest.mark.parametrize("folder", ["a\0b", "\ud83d", "x" * 5_000])
def test_a_folder_that_no_disk_has_is_said(agency: Agency, tmp_path: Path, folder: str) -> None:
    """In one line, with the next step."""
    for call in (
        lambda: ghl.read_run(tmp_path / folder),
        lambda: ghl.fetch_accounts(agency, folder=tmp_path / folder),
    ):
        with pytest.raises(ghl.errors.FolderError) as caught:
            call()
        assert str(caught.value).isprintable()
    assert ghl.list_runs(tmp_path / folder).empty


@pytest.mark.process
def test_what_is_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """At random moments; `python -m tests.agency` does it a hundred times."""
    with Simulator(locations=60, accounts=3) as sim:
        sim.levers.rate_limit, sim.levers.rate_interval = 1_000_000, 0.01
        sim.levers.latency = 0.005
        result = kill_runs(sim, tmp_path, kills=6, seed=1)
    assert (result.unreadable, result.lost, result.doubled) == (0, 0, 0)
    assert result.requests_per_location < 2
