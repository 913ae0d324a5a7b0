"""Waits of the package that no test, and no program of one, should sit through."""

from __future__ import annotations

import pytest
from tenacity import wait_random_exponential


def shorten_waits(patch: pytest.MonkeyPatch) -> None:
    """Let a request be repeated after a wait that is as random, and short."""
    short = wait_random_exponential(multiplier=0.004, max=0.05)
    patch.setattr("ghl_notebook.api.retry.BACK_OFF", short)
    patch.setattr("ghl_notebook.auth.endpoint._BACKOFF", short)
