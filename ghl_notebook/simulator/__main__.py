"""``python -m ghl_notebook.simulator``: serve until Ctrl-C."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence

from .simulator import Simulator


def main(arguments: Sequence[str] | None = None, until: threading.Event | None = None) -> None:
    """Print what a client needs as ``export`` lines, then serve.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.
    until : threading.Event, optional
        Ends the serving; by default only Ctrl-C does.
    """
    parser = argparse.ArgumentParser(
        prog="python -m ghl_notebook.simulator",
        description="Simulate GoHighLevel's Social Planner login on this computer.",
    )
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--seed", type=int, default=0, help="fixes every id; default: 0")
    options = parser.parse_args(arguments)
    with Simulator(seed=options.seed, port=options.port) as sim:
        print(f"export GHL_BASE_URL={sim.base_url}")
        print(f"export GHL_TOKEN={sim.token}")
        print(f"export GHL_LOCATION_ID={sim.location_id}")
        print(f"export GHL_USER_ID={sim.user_id}", flush=True)
        try:
            (until or threading.Event()).wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
