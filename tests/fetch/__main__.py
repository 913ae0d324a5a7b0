"""``python -m tests.fetch --kills 100``: how `schedule_posts` with files bears being killed."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from ghl_notebook.simulator import Simulator
from tests.fetch.conftest import make_client
from tests.fetch.kills import kill_calls


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.fetch")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with Simulator() as sim, tempfile.TemporaryDirectory() as folder, make_client(sim) as client:
        sim.levers.rate_limit, sim.levers.rate_interval = 1_000_000, 0.01
        os.environ["GHL_PLANS_DIR"] = str(Path(folder, "plans"))
        print(kill_calls(sim, client, Path(folder), kills=options.kills, seed=options.seed))


if __name__ == "__main__":
    main()
