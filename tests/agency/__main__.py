"""``python -m tests.agency --kills 100``: how a run bears being killed."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from ghl_notebook.simulator import Simulator
from tests.agency.kills import kill_runs


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.agency")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with Simulator(locations=120, accounts=5) as sim, tempfile.TemporaryDirectory() as folder:
        sim.levers.rate_limit, sim.levers.rate_interval = 1_000_000, 0.01
        sim.levers.latency = 0.005
        print(kill_runs(sim, Path(folder), kills=options.kills, seed=options.seed))


if __name__ == "__main__":
    main()
