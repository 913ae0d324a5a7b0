"""Read accounts, posts, statistics, and comments from a terminal, or with cron."""

from __future__ import annotations

import argparse
import re
import sys
from contextlib import closing
from datetime import date, timedelta
from typing import Any, Final

from ghl_notebook.api import Agency, Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.fetch.accounts import fetch_accounts
from ghl_notebook.fetch.comments import fetch_comments
from ghl_notebook.fetch.locations import failures
from ghl_notebook.fetch.posts import fetch_posts
from ghl_notebook.fetch.statistics import fetch_statistics
from ghl_notebook.models import in_platforms, read_platforms

from .output import FORMATS, format_of, write_frame
from .tools import SETTINGS_NOTE

READERS: Final[dict[str, Any]] = {
    "accounts": fetch_accounts,
    "posts": fetch_posts,
    "statistics": fetch_statistics,
    "comments": fetch_comments,
}
"""Name of a command → what it calls."""

_RELATIVE: Final = re.compile(r"(\+?)(\d{1,4})d")
_MAX_FAILURES: Final = 20


def add_reader(commands: Any, name: str) -> None:
    """Add a command and its options."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=f"read {name}",
        description=f"Read {name} and print them. Changes nothing. Exit status: 0 if complete, 1 "
        "if some sub-accounts could not be fetched, 2 if the command failed.",
        epilog=SETTINGS_NOTE,
    )
    parser.add_argument(
        "--format", choices=FORMATS, help="default: by the name of the file, or table"
    )
    parser.add_argument("--output", metavar="FILE", help="write to a file, which is replaced")
    parser.add_argument("--columns", help="only these columns, as in name,platform")
    parser.add_argument(
        "--platform", action="append", help="only this platform, such as instagram; can be repeated"
    )
    parser.add_argument("--agency", action="store_true", help="all sub-accounts of your agency")
    parser.add_argument(
        "--location", action="append", metavar="ID", help="with --agency: only this sub-account"
    )
    parser.add_argument("--demo", action="store_true", help="try it on the embedded simulator")
    if name != "accounts":
        text = "a date such as 2026-01-05, or days such as 7d (ago) and +7d (ahead); default: "
        parser.add_argument("--since", default="30d", help=f"{text}30d")
        parser.add_argument("--until", default="0d", help=f"{text}0d, which is today")
    if name == "posts":
        parser.add_argument("--status", help="only this status, such as failed")


def read(options: argparse.Namespace) -> int:
    """Fetch and print what the options select; 1 if some sub-accounts could not be fetched."""
    kind = format_of(options.format, options.output)
    with closing(_client(options)) as client:
        given: dict[str, Any] = {"progress": None}
        if options.location:
            given["locations"] = options.location
        period: list[str] = []
        if options.command != "accounts":
            today = client.clock().date() if options.agency else client.core.clock().date()
            period = [_day(options.since, today), _day(options.until, today)]
            given["platform"] = options.platform
        if options.command == "posts":
            given["status"] = options.status
        frame = READERS[options.command](client, *period, **given)
    missing = failures(frame) if options.agency else None
    if options.command == "accounts" and options.platform:
        platforms = read_platforms(options.platform) or ()
        frame = frame[[in_platforms(str(one), platforms) for one in frame["platform"]]]
    write_frame(_chosen(frame, options.columns), kind, options.output)
    return 0 if missing is None else _tell(missing)


def _client(options: argparse.Namespace) -> Any:
    if not options.demo:
        return Agency() if options.agency else Client()
    from ghl_notebook._demo import demo, demo_agency  # starts a server

    return demo_agency() if options.agency else demo()


def _day(text: str, today: date) -> str:
    found = _RELATIVE.fullmatch(text)
    if found is None:
        return text
    days = int(found[2])
    return (today + timedelta(days=days if found[1] else -days)).isoformat()


def _chosen(frame: Any, columns: str | None) -> Any:
    if columns is None:
        return frame
    names = list(dict.fromkeys(name.strip() for name in columns.split(",")))
    if unknown := [name for name in names if name not in frame]:
        raise ArgumentError(
            f"There is no column {', '.join(unknown)}.", f"Choose from {', '.join(frame)}."
        )
    return frame[names]


def _tell(missing: Any) -> int:
    for row in missing.head(_MAX_FAILURES).itertuples():
        print(f"Not fetched: sub-account {row.location_id}: {row.message}", file=sys.stderr)
    if len(missing) > _MAX_FAILURES:
        print(f"... and {len(missing) - _MAX_FAILURES:,} more.", file=sys.stderr)
    return 1 if len(missing) else 0
