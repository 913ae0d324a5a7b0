"""The state of a client; all of diagnosis reads it here."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from ghl_notebook.api import AsyncClient, Limits


class Snapshot(NamedTuple):
    """The state of a client after its last request.

    Attributes
    ----------
    source : str
        The kind of the credential and its origin, on one line without its value.
    scopes : tuple of str or None
        The scopes that the credential lists; None if only the API knows them.
    limits : Limits
        The rate limits as of the last response.
    clock_offset : timedelta or None
        The API's clock minus the local clock, at the last response; None if no response had a time.
    """

    source: str
    scopes: tuple[str, ...] | None
    limits: Limits
    clock_offset: timedelta | None


def take_snapshot(core: AsyncClient) -> Snapshot:
    """Return the state of a client."""
    return Snapshot(core.credential.source, core.credential.scopes, core.limits, core.clock_offset)
