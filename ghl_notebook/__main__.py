"""``ghl-notebook``: find problems from a terminal."""

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

_ABOUT = "Find problems from a terminal."

_SETTINGS = (
    "The settings come from the environment: GHL_TOKEN, GHL_LOCATION_ID, and the others listed in "
    "the README."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0: no problem or difference was found. 1: at least one was found. 2: the command failed.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default, the arguments of the command line.
    """
    parser = argparse.ArgumentParser(prog="ghl-notebook", description=_ABOUT, epilog=_SETTINGS)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "doctor",
        help="find problems with the token, the settings and the environment",
        description="Find problems with the token, the settings and the environment. Changes "
        "nothing.",
        epilog=_SETTINGS,
    )
    _add_verify(commands.add_parser("verify-live", help="compare the live service with what we "
                                    "assume, for a public issue", epilog=_SETTINGS))  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        return _doctor() if options.command == "doctor" else _verify(options)
    except GHLError as error:
        print(error, file=sys.stderr)  # `print` uses stdout if there is no stderr
        return 2


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Log in once, in your own browser, and compare each step with what this project assumes "
        "about the live service. The table is printed to stdout, without ids, names, addresses or "
        "tokens: paste it into an issue. Only your login, --attach, and --draft change anything."
    )
    parser.add_argument(
        "--platform",
        action="append",
        choices=[key for key in PLATFORMS if key != "twitter"],
        help="can be repeated; default: instagram",
    )
    parser.add_argument(
        "--reconnect", action="store_true", help="reconnect an account instead (reconnect=true)"
    )
    parser.add_argument(
        "--cancel", action="store_true", help="refuse the login instead, and compare the message"
    )
    parser.add_argument("--login-type", help="the undocumented loginType, such as instagram")
    parser.add_argument(
        "--attach",
        nargs="?",
        const="",
        metavar="ORIGIN_ID",
        help="also attach this account, or the only one there is",
    )
    parser.add_argument(
        "--read-only",
        action="store_true",
        help="do not log in: compare API versions, posts and statistics, which changes nothing",
    )
    parser.add_argument(
        "--draft",
        action="store_true",
        help="as --read-only, and create a draft, edit it, and delete it",
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
        read_only=options.read_only,
        draft=options.draft,
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
