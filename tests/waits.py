"""Waits of the package that no test, and no program of one, should sit through."""

from __future__ import annotations

import pytest


def shorten_waits(patch: pytest.MonkeyPatch) -> None:
    """Let a request be repeated after a wait that is as random, and short."""
    patch.setattr("ghl_notebook.transport.retry._FIRST_WAIT", 0.004)
    patch.setattr("ghl_notebook.transport.retry._MAX_WAIT", 0.05)
