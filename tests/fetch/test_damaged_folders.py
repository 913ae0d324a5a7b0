"""Whatever has happened to a folder of runs: what is read is right and whole, or it is said."""

from __future__ import annotations

import inspect
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency
from ghl_notebook.simulator import Simulator
from tests.fetch.conftest import make_agency
from tests.fetch.damage import DAMAGES, FOLDER_DAMAGES, entries, run_makers, run_readers

pytestmark = pytest.mark.exhaustive

GIVEN = {"since": "2025-12-01", "until": "2025-12-08"}
"""What the functions have to be given, by the names of the parameters."""

SECONDS = 300
"""In which a call that waits for ever is found out."""


class World:
    """An agency of four sub-accounts, and folders with runs over it."""

    def __init__(self, sim: Simulator, agency: Agency, folder: Path) -> None:
        self.sim = sim
        self.agency = agency
        self.folder = folder
        self.ids = ghl.fetch_locations(agency)["location_id"].tolist()
        self._frames: dict[str, pd.DataFrame] = {}

    def fetch(self, name: str, agency: Agency | None = None, **options: Any) -> pd.DataFrame:
        """Call a function that makes a run."""
        function = run_makers()[name]
        parameters = inspect.signature(function).parameters.values()
        given = {one.name: GIVEN[one.name] for one in parameters if _is_needed(one)}
        frame: pd.DataFrame = function(agency or self.agency, **given, **options)
        return frame

    def expected(self, name: str) -> pd.DataFrame:
        """Return what it fetches where nothing has happened."""
        if name not in self._frames:
            self._frames[name] = self.fetch(name)
        return self._frames[name]

    def runs(self, name: str, *, is_complete: bool) -> tuple[Path, Path]:
        """Return a folder with a run of several parts, and one with another run of the same."""
        found = []
        for which in ("one", "other"):
            folder = self.folder / f"{name}-{which}-{is_complete}"
            if not folder.exists():
                for upto in (1, 2, 4) if is_complete else (1, 2):
                    self._fetch_some(name, folder, upto)
            found.append(folder)
        return found[0], found[1]

    def _fetch_some(self, name: str, folder: Path, count: int) -> None:
        """Let a run break off when it has so many sub-accounts."""
        with make_agency(self.sim) as agency:
            ghl.fetch_accounts(agency, locations=self.ids[:count])  # their tokens are there then
            fault = self.sim.levers.fail_with("invalid_token", "/oauth/locationToken", times=None)
            self.fetch(name, agency, folder=folder)
            self.sim.levers.remove(fault)


def _is_needed(parameter: inspect.Parameter) -> bool:
    is_option = parameter.kind is parameter.VAR_KEYWORD or parameter.default is not parameter.empty
    return not is_option and parameter.name != "client"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A simulator whose clock stands still, so that all runs fetch the same."""
    with Simulator(locations=2, accounts=3) as sim, make_agency(sim) as agency:
        sim.levers.rate_limit, sim.levers.rate_interval = 1_000_000, 0.01
        yield World(sim, agency, tmp_path_factory.mktemp("runs"))


@dataclass(frozen=True)
class Case:
    """A copy of a folder of runs in which one thing has happened to one file or folder."""

    folder: Path
    run: Path
    entry: Path
    damage: str
    caplog: pytest.LogCaptureFixture

    def __repr__(self) -> str:
        return f"{self.damage}: {self.entry.relative_to(self.folder)}"

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, str]:
        """Return what a call returns, or None, and what was said: by an error, or in warnings."""
        self.caplog.clear()
        with ThreadPoolExecutor(1) as thread:
            error = (future := thread.submit(function, *args, **kwargs)).exception(SECONDS)
        if error is None:
            return future.result(), self.caplog.text
        if not isinstance(error, ghl.GHLError):
            raise AssertionError(repr(self)) from error
        assert error.next_step, self
        return None, str(error)

    def assert_named(self, said: str) -> None:
        """Say that the user is told which file it is about."""
        copies = self.entry.parent.glob(f"{self.entry.stem}1*")
        assert any(one.name in said for one in (self.entry, *copies)), (self, said)

    def good_parts(self) -> dict[Path, bytes]:
        """Return the parts that nothing has happened to."""
        parts = (one for one in self.folder.glob("*/*.parquet") if one != self.entry)
        return {one: one.read_bytes() for one in parts}


def cases(
    world: World,
    name: str,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    *,
    is_complete: bool,
    only_parts: bool = False,
) -> Iterator[Case]:
    """Yield every damage to every file and folder of a run, each in a copy of its own.

    With `only_parts` to the first file of rows alone.
    """
    origin, others = world.runs(name, is_complete=is_complete)
    (run,), (other,) = origin.glob("*Z"), others.glob("*Z")
    found = [one.relative_to(origin) for one in entries(origin)]
    if only_parts:
        found = [next(one for one in found if one.suffix == ".parquet")]
    for entry in found:
        # A part of another run has another name.
        counterpart = other / entry.name
        if entry.suffix == ".parquet":
            counterpart = min(other.glob("*.parquet"))
        for damage in FOLDER_DAMAGES if (origin / entry).is_dir() else DAMAGES:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(origin, folder)
            DAMAGES[damage](folder / entry, counterpart)
            yield Case(folder, folder / run.name, folder / entry, damage, caplog)


def check_making(world: World, name: str, cases: Iterator[Case]) -> None:
    """Fetch into every damaged folder."""
    expected = world.expected(name)
    for case in cases:
        folder = case.folder
        before = case.good_parts()
        frame, said = case.call(world.fetch, name, folder=folder)
        if frame is None:
            case.assert_named(said)
            assert case.good_parts() == before, case
            case.entry.rename(folder / "..away")  # as it is advised
            frame, said = case.call(world.fetch, name, folder=folder)
        assert frame is not None, (case, said)
        assert case.good_parts().items() >= before.items(), case
        assert frame.attrs["failures"] == [], case
        pd.testing.assert_frame_equal(frame, expected, obj=repr(case))
        run = Path(frame.attrs["folder"])
        assert run.parent == folder
        if run.name.startswith("accounts-"):
            again, said = case.call(ghl.read_run, run)
            assert again is not None, (case, said)
            pd.testing.assert_frame_equal(again, frame, obj=repr(case))


@pytest.mark.parametrize("is_complete", [False, True])
def test_accounts_are_fetched_into_any_folder(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, is_complete: bool
) -> None:
    """The frame is that of an unbroken run, and no good part is lost, whatever has happened."""
    name = "fetch_accounts"
    check_making(
        world, name, cases(world, name, tmp_path / "runs", caplog, is_complete=is_complete)
    )


@pytest.mark.parametrize("name", sorted(run_makers().keys() - {"fetch_accounts"}))
def test_everything_is_fetched_into_any_folder(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """The same for every other public function that makes runs, which has rows of its own.

    What else is in a folder is written and read by the same code for all of them.
    """
    folder = tmp_path / "runs"
    check_making(
        world, name, cases(world, name, folder, caplog, is_complete=False, only_parts=True)
    )


@pytest.mark.parametrize("is_complete", [False, True])
@pytest.mark.parametrize("name", sorted(run_readers()))
def test_what_reads_runs_reads_any_folder(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, is_complete: bool
) -> None:
    """What it returns is right, and where something is missing the file is named."""
    function = run_readers()[name]
    sound, _ = world.runs("fetch_accounts", is_complete=is_complete)
    (run,) = sound.glob("*Z")
    wanted = ghl.read_run(run)
    (listed,) = _listed(ghl.list_runs(sound))
    for case in cases(world, "fetch_accounts", tmp_path / "runs", caplog, is_complete=is_complete):
        found, said = case.call(function, case.run if name == "read_run" else case.folder)
        if name == "list_runs":
            here = _listed(found[found["folder"] == str(case.run)]) if found is not None else []
            is_right = here == [listed]
            assert is_right or all(not whole for whole, _, _ in here), case
        else:
            is_right = found is not None and _is_right(case, found, wanted)
        if not is_right:
            case.assert_named(said)


def _listed(frame: pd.DataFrame) -> list[tuple[bool, int, object]]:
    rows = frame[["is_complete", "locations", "failed"]].astype(object)
    return [(one[0], one[1], str(one[2])) for one in rows.itertuples(index=False)]


def _is_right(case: Case, frame: pd.DataFrame, expected: pd.DataFrame) -> bool:
    """Tell whether a frame is all there is, and that no row in it is wrong or doubled."""
    rows, wanted = (
        Counter(one.astype(str).itertuples(index=False, name=None)) for one in (frame, expected)
    )
    assert not rows - wanted, case
    missing = {one["location_id"] for one in frame.attrs["failures"]}
    at = expected.columns.get_loc("location_id")
    assert {row[at] for row in wanted - rows} <= missing, case
    assert not {row[at] for row in rows} & missing, case
    return rows == wanted
