"""What is said in the terminal, and what a user types there while something else may come."""

from __future__ import annotations

import os
import select
import sys

from ghl_notebook.errors import LoginCancelledError
from ghl_notebook.secret import Secret

_MOST_BYTES = 65_536


def tell(text: str) -> bool:
    """Write to stderr, and tell whether there is one: a kernel without a console has none."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):  # none, a pipe that is broken, one that is closed
        return False
    return True


class TerminalLines:
    """The lines of the terminal, each hidden: an address with a code in it may be one.

    A thread that blocks on the terminal would outlive the wait, and take what is typed for
    somebody else. So the terminal is looked at, and read when something is there. Windows cannot do
    that; there, and on macOS, a login has the system's browser.
    """

    def __init__(self) -> None:
        self._rest = Secret("")

    def read(self, seconds: float) -> list[Secret]:
        """Return the lines that have come within so many seconds, without those that are empty.

        Raises
        ------
        LoginCancelledError
            If the user has closed the input (Ctrl-D).
        """
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        if not ready:
            return []
        chunk = os.read(sys.stdin.fileno(), _MOST_BYTES).decode("utf-8", "replace")
        if not chunk:
            raise LoginCancelledError("The terminal was closed.", "Log in to start over.")
        *whole, rest = (self._rest.reveal() + chunk).split("\n")
        self._rest = Secret(rest)
        return [Secret(line) for line in whole if line.strip()]
