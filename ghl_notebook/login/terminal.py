"""Write to the terminal, and read what a user types there without blocking."""

from __future__ import annotations

import os
import select
import sys

from ghl_notebook.errors import LoginCancelledError
from ghl_notebook.secret import Secret

_MAX_BYTES = 65_536


def print_error(text: str) -> bool:
    """Write to stderr; return False if there is none, as in a kernel without a console."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):  # none, a pipe that is broken, one that is closed
        return False
    return True


class TerminalLines:
    """The lines of the terminal, each hidden, because a line may be an address with a code.

    A thread that blocks on the terminal would outlive the wait, and consume input that is meant for
    another program. So the terminal is polled, and read only when input is there. Windows cannot
    poll it; there, and on macOS, a login uses the system's browser.
    """

    def __init__(self) -> None:
        self._rest = Secret("")

    def read(self, seconds: float) -> list[Secret]:
        """Return the lines that arrive within so many seconds, except empty lines.

        Raises
        ------
        LoginCancelledError
            If the user has closed the input (Ctrl-D).
        """
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        if not ready:
            return []
        chunk = os.read(sys.stdin.fileno(), _MAX_BYTES).decode("utf-8", "replace")
        if not chunk:
            raise LoginCancelledError("The terminal was closed.", "Log in to start over.")
        *complete, rest = (self._rest.reveal() + chunk).split("\n")
        self._rest = Secret(rest)
        return [Secret(line) for line in complete if line.strip()]
