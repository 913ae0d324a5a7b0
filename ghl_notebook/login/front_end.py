"""Who could press the button of a card: what is known of the place where this code runs."""

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
    """In a notebook's page, which may or may not be there."""
    DESKTOP = "desktop"
    """In the system's browser, which a script or a shell can start."""
    TERMINAL = "terminal"
    """In a browser elsewhere, whose user reads this terminal."""
    NOBODY = "nobody"
    """Nowhere: a notebook that is executed without a page, a script without a terminal."""


def find_front_end(channel: object) -> FrontEnd:
    """Find out where a login can be shown.

    Parameters
    ----------
    channel : object
        The card's comm; None for one that is closed.
    """
    if channel is not None and not isinstance(channel, comm.DummyComm):
        return FrontEnd.NOTEBOOK if _may_be_asked() else FrontEnd.NOBODY
    if has_desktop():
        return FrontEnd.DESKTOP
    return FrontEnd.TERMINAL if _is_terminal() else FrontEnd.NOBODY


def find_front_end_here() -> FrontEnd:
    """Find out where a login could be shown, before there is one: no comm is opened for it."""
    # A kernel puts its own maker of comms in the place of the package's, which makes dummies.
    has_comms = getattr(comm.create_comm, "__module__", "") != comm.__name__
    return find_front_end(comm if has_comms else None)


def _may_be_asked() -> bool:
    """Tell whether the cell that runs came from somebody who can answer.

    nbclient, nbval, papermill and Voila execute cells with ``allow_stdin`` false; JupyterLab,
    Notebook, VS Code and Colab with true. Kernels that do not say are taken to have a user.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    get_parent = getattr(shell, "get_parent", None)
    parent: Any = get_parent() if callable(get_parent) else None
    content = parent.get("content") if isinstance(parent, dict) else None
    return not isinstance(content, dict) or content.get("allow_stdin", True) is not False


def _is_terminal() -> bool:
    with suppress(AttributeError, ValueError):  # a program without a console has none, or closed
        return sys.stdin.isatty() and sys.stderr.isatty()
    return False
