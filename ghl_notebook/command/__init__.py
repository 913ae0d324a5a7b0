"""The command ``ghl-notebook``: reads accounts, posts, and statistics, and finds problems."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ghl_notebook.errors import GHLError

from .output import drop_output
from .read import READERS, add_reader, read
from .tools import SETTINGS_NOTE, add_verify, run_doctor, run_verify

_BROKEN_PIPE = 141  # as of a program that SIGPIPE ends


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0: done, and no problem or difference was found. 1: a problem or difference was found, or some
    sub-accounts could not be fetched. 2: the command failed. 141: the reader of a pipe has left.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default, the arguments of the command line.
    """
    parser = argparse.ArgumentParser(
        prog="ghl-notebook",
        description="Read accounts, posts, and statistics, or find problems, from a terminal.",
        epilog=SETTINGS_NOTE,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in READERS:
        add_reader(commands, name)
    commands.add_parser(
        "doctor",
        help="find problems with the token, the settings and the environment",
        description="Find problems with the token, the settings and the environment. Changes "
        "nothing.",
        epilog=SETTINGS_NOTE,
    )
    add_verify(commands.add_parser("verify-live", help="compare the live service with what we "
                                   "assume, for a public issue", epilog=SETTINGS_NOTE))  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        if options.command in READERS:
            return read(options)
        return run_doctor() if options.command == "doctor" else run_verify(options)
    except GHLError as error:
        print(error, file=sys.stderr)  # `print` uses stdout if there is no stderr
        return 2
    except BrokenPipeError:
        drop_output()
        return _BROKEN_PIPE
