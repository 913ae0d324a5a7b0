"""Kill runs at random moments, go on with them, and count what is lost or doubled."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import ghl_notebook as ghl
from ghl_notebook.agency import list_run_folders
from ghl_notebook.fetch.accounts import ACCOUNTS
from ghl_notebook.fetch.recipe import spec_of
from ghl_notebook.simulator import Simulator
from tests.agency.conftest import make_agency


@dataclass
class Killed:
    """What came of it."""

    kills: int
    whole: int
    """Runs that were whole before they were to be killed."""
    unreadable: int
    """Folders that could not be read after a kill."""
    lost: int
    """Rows that a whole run lacks."""
    doubled: int
    """Rows that it has twice."""
    resumed: int
    """Whole runs of several parts, the first of which an earlier process has written."""
    requests_per_location: float


def kill_runs(sim: Simulator, folder: Path, *, kills: int, seed: int) -> Killed:
    """Kill runs over the simulator's agency until it was done so many times."""
    chance = random.Random(seed)
    installed = sim.install("agency")
    with make_agency(sim) as agency:
        expected = ghl.fetch_accounts(agency, deleted=True)
        locations = len(ghl.fetch_locations(agency, installed=False))
    result = Killed(0, 0, 0, 0, 0, 0, 0.0)
    before = _lists(sim)
    runs = 0
    arguments = [sim.base_url, installed["access_token"], installed["companyId"], str(folder)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.agency.nursery", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None

        def tell(line: str) -> bool:
            print(line, file=nursery.stdin, flush=True)
            return bool(json.loads(nursery.stdout.readline()))  # type: ignore[union-attr]

        json.loads(nursery.stdout.readline())
        while result.kills < kills:
            was_killed = tell(f"{chance.uniform(0.02, 0.6):.4f}")
            result.kills += was_killed
            result.unreadable += not _is_sound(folder)
            if not was_killed:
                result.whole += 1
            if chance.random() < 0.3:
                tell("-")
                runs += 1
                _compare(folder, expected, result)
        nursery.stdin.close()
    result.requests_per_location = (_lists(sim) - before) / max(1, runs + result.whole) / locations
    return result


def _lists(sim: Simulator) -> int:
    return sum(one.path.endswith("/accounts") for one in sim.requests)


def _is_sound(folder: Path) -> bool:
    try:
        for run in list_run_folders(folder, "accounts"):
            run.read(run.check().parts, spec_of(ACCOUNTS, {"deleted": True}).schema)
    except ghl.GHLError:
        return False
    return True


def _compare(folder: Path, expected: pd.DataFrame, result: Killed) -> None:
    frame = pd.read_parquet(folder / "frame.parquet")
    wanted, found = Counter(expected["id"]), Counter(frame["id"])
    result.lost += (wanted - found).total()
    result.doubled += (found - wanted).total()
    newest = list_run_folders(folder, "accounts")[-1]
    result.resumed += len(newest.check().parts) > 1
