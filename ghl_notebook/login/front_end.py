"""Where a login can be shown: whether a user of this environment could press a card's button."""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import StrEnum
from typing import Any

import comm

from ghl_notebook.settings import has_desktop


class FrontEnd(StrEnum):
    """Where a login can be shown."""

    NOTEBOOK = "notebook"
    """In a notebook's page, which may or may not be open."""
    DESKTOP = "desktop"
    """In the system's browser, which a script or a shell can open."""
    TERMINAL = "terminal"
    """In a browser elsewhere; its user reads this terminal."""
    NOBODY = "nobody"
    """Nowhere: a notebook that runs without a page, or a script without a terminal."""


def find_front_end(channel: object) -> FrontEnd:
    """Return where a login can be shown.

    Parameters
    ----------
    channel : object
        The card's comm; None if it is closed.
    """
    if channel is not None and not isinstance(channel, comm.DummyComm):
        return FrontEnd.NOTEBOOK if _may_be_asked() else FrontEnd.NOBODY
    if has_desktop():
        return FrontEnd.DESKTOP
    return FrontEnd.TERMINAL if _is_terminal() else FrontEnd.NOBODY


def find_front_end_here() -> FrontEnd:
    """Return where a login could be shown, without opening a comm."""
    # A kernel replaces the comm package's own function, which makes dummies.
    has_comms = getattr(comm.create_comm, "__module__", "") != comm.__name__
    return find_front_end(comm if has_comms else None)


def _may_be_asked() -> bool:
    """Tell whether a user who can answer has run the current cell.

    nbclient, nbval, papermill, and Voila run cells with ``allow_stdin`` false; JupyterLab,
    Notebook, VS Code, and Colab with true. A kernel without the setting counts as having a user.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    get_parent = getattr(shell, "get_parent", None)
    parent: Any = get_parent() if callable(get_parent) else None
    content = parent.get("content") if isinstance(parent, dict) else None
    return not isinstance(content, dict) or content.get("allow_stdin", True) is not False


def _is_terminal() -> bool:
    with suppress(AttributeError, ValueError):  # no console, or a closed one
        return sys.stdin.isatty() and sys.stderr.isatty()
    return False
