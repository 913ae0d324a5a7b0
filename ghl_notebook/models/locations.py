"""Sub-accounts, as the service lists them for an agency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from .record import Record


class Location(Record, kw_only=True):
    """A sub-account of an agency.

    The list of all sub-accounts says where it is; the list of an app's, whether it is installed.
    """

    id: str | None = None
    name: str | None = None
    is_installed: bool | None = None
    installed_at: datetime | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    postal_code: str | None = None
    timezone: str | None = None
    website: str | None = None
    email: str | None = None
    phone: str | None = None

    @classmethod
    def from_listing(cls, wire: object) -> Location:
        """Make it from a row of either list: one calls the id ``id``, the other ``_id``."""
        if isinstance(wire, Mapping) and "_id" in wire:
            wire = {"id": wire["_id"], **{k: v for k, v in wire.items() if k != "_id"}}
        return cls.from_wire(wire)
