"""``ghl-notebook``: what helps when something is not as it should be, from a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Literal

from .api import Client
from .diagnosis import doctor
from .errors import GHLError
from .models import PLATFORMS
from .verify import verify_live

_ABOUT = "What helps when something is not as it should be, from a terminal."

_SETTINGS = (
    "The settings come from the environment: GHL_TOKEN, GHL_LOCATION_ID and the others that the "
    "README names."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0: nothing is wrong, nothing differs. 1: something is or does. 2: it could not be run.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="ghl-notebook", description=_ABOUT, epilog=_SETTINGS)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "doctor",
        help="say what is wrong with the token, the settings and this place",
        description="Say what is wrong with the token, the settings and this place. Nothing is "
        "changed.",
        epilog=_SETTINGS,
    )
    _add_verify(commands.add_parser("verify-live", help="compare the live service with what we "
                                    "assume, for a public issue", epilog=_SETTINGS))  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        return _doctor() if options.command == "doctor" else _verify(options)
    except GHLError as error:
        print(error, file=sys.stderr)  # on stdout where there is no stderr
        return 2


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Log in once, in your own browser, and compare each step with what this project assumes of "
        "the live service. The table is printed to stdout, without ids, names, addresses or "
        "tokens: paste it into an issue. Nothing is changed but by your login, and by --attach."
    )
    parser.add_argument(
        "--platform",
        action="append",
        choices=[key for key in PLATFORMS if key != "twitter"],
        help="may be given several times; default: instagram",
    )
    parser.add_argument(
        "--reconnect", action="store_true", help="renew a connection instead (reconnect=true)"
    )
    parser.add_argument(
        "--cancel", action="store_true", help="see what comes when you refuse instead"
    )
    parser.add_argument("--login-type", help="the undocumented loginType, such as instagram")
    parser.add_argument(
        "--attach",
        nargs="?",
        const="",
        metavar="ORIGIN_ID",
        help="also attach an account: the only one there is, or this one",
    )
    parser.add_argument(
        "--time-limit", type=float, default=600.0, help="seconds for each login; default: 600"
    )


def _verify(options: argparse.Namespace) -> int:
    names: tuple[Literal["reconnect", "cancel"], ...] = ("reconnect", "cancel")
    chosen = [name for name in names if getattr(options, name)]
    report = verify_live(
        platforms=options.platform or ["instagram"],
        variants=chosen or ["connect"],
        login_type=options.login_type,
        attach=options.attach,
        time_limit=options.time_limit,
    )
    print(report, end="")
    return 1 if report.differing else 0


def _doctor() -> int:
    with Client() as client:
        diagnosis = doctor(client)
    print(diagnosis)
    return 1 if diagnosis.problems else 0


if __name__ == "__main__":
    sys.exit(main())
