"""``python -m ghl_notebook.simulator``: serve until Ctrl-C."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence

from .simulator import Simulator


def main(arguments: Sequence[str] | None = None, until: threading.Event | None = None) -> None:
    """Print the settings of a client as ``export`` lines, then serve.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default, the arguments of the command line.
    until : threading.Event, optional
        Stops the server; by default, only Ctrl-C does.
    """
    options = _parser().parse_args(arguments)
    sim = Simulator(
        seed=options.seed,
        port=options.port,
        locations=options.locations,
        accounts=options.accounts,
        record=0,  # another process cannot read the record
    )
    sim.levers.latency = options.latency / 1000
    sim.levers.rate_limit = options.rate_limit
    sim.levers.not_installed.update(_spread(sim, options.not_installed))
    with sim:
        needed = _of_the_agency(sim) if options.agency else _of_the_sub_account(sim)
        print("\n".join(f"export {name}={value}" for name, value in needed.items()), flush=True)
        try:
            (until or threading.Event()).wait()
        except KeyboardInterrupt:
            print()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ghl_notebook.simulator",
        description="Simulate GoHighLevel's Social Planner login on this computer.",
    )
    add = parser.add_argument
    add("--port", type=_count, default=0, help="default: a free one")
    add("--seed", type=int, default=0, help="fixes every id; default: 0")
    add("--locations", type=_count, default=0, help="how many more sub-accounts the agency has")
    add("--accounts", type=_count, default=0, help="how many connected accounts each of them has")
    add("--not-installed", type=_count, default=0, help="on how many of them the app is missing")
    add("--latency", type=_count, default=0, metavar="MS", help="milliseconds to each answer")
    help_of_limit = "requests in 10 s, per sub-account and for the agency; default: 100"
    add("--rate-limit", type=_count, default=100, help=help_of_limit)
    add(
        "--agency",
        action="store_true",
        help="print the agency's login instead of the token of one sub-account",
    )
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _spread(sim: Simulator, count: int) -> list[str]:
    """Return some of the extra sub-accounts, evenly spread over the list."""
    extra = (
        list(sim.state.locations)[-sim.state.extra_locations :] if sim.state.extra_locations else []
    )
    count = min(count, len(extra))
    return [extra[number * len(extra) // count] for number in range(count)]


def _of_the_sub_account(sim: Simulator) -> dict[str, str]:
    return {
        "GHL_BASE_URL": sim.base_url,
        "GHL_TOKEN": sim.token,
        "GHL_LOCATION_ID": sim.location_id,
        "GHL_USER_ID": sim.user_id,
    }


def _of_the_agency(sim: Simulator) -> dict[str, str]:
    return {
        "GHL_BASE_URL": sim.base_url,
        "GHL_CLIENT_ID": sim.client_id,
        "GHL_CLIENT_SECRET": sim.client_secret,
        "GHL_REFRESH_TOKEN": sim.install("agency")["refresh_token"],
        "GHL_COMPANY_ID": sim.company_id,
    }


if __name__ == "__main__":
    main()
