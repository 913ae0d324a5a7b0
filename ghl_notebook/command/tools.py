"""Find problems from a terminal: ``doctor`` and ``verify-live``."""

from __future__ import annotations

import argparse
from typing import Literal

from ghl_notebook.api import Client
from ghl_notebook.diagnosis import doctor
from ghl_notebook.models import PLATFORMS
from ghl_notebook.verify import verify_live

SETTINGS_NOTE = (
    "The settings come from the environment: GHL_TOKEN, GHL_LOCATION_ID, and the others listed in "
    "the README."
)


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``verify-live``."""
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
        help="do not log in: compare API versions, posts, CSV imports, and statistics, which "
        "changes nothing",
    )
    parser.add_argument(
        "--draft",
        action="store_true",
        help="as --read-only, and create a draft, edit it, and delete it",
    )
    parser.add_argument(
        "--time-limit", type=float, default=600.0, help="seconds for each login; default: 600"
    )


def run_verify(options: argparse.Namespace) -> int:
    """Print the table; 1 if anything differs."""
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


def run_doctor() -> int:
    """Print the diagnosis; 1 if there is a problem."""
    with Client() as client:
        diagnosis = doctor(client)
    print(diagnosis)
    return 1 if diagnosis.problems else 0
