"""What a client tells of itself: the one place that reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from ghl_notebook.api import AsyncClient, Limits


class Reading(NamedTuple):
    """What there is to read of a client.

    Attributes
    ----------
    source : str
        The credential's kind and where it was found, in a line without its value.
    scopes : tuple of str or None
        The credential's scopes; None where only the service knows.
    limits : Limits
        With what was left at the last answer.
    clock_offset : timedelta or None
        The service's clock less the local one, at the last answer; None: it told no time.
    """

    source: str
    scopes: tuple[str, ...] | None
    limits: Limits
    clock_offset: timedelta | None


def read(core: AsyncClient) -> Reading:
    """Read a client."""
    return Reading(core.credential.source, core.credential.scopes, core.limits, core.clock_offset)
