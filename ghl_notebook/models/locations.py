"""Sub-accounts, as the API lists them for an agency."""

from __future__ import annotations

from datetime import datetime

from .record import Record, with_id


class Location(Record, kw_only=True):
    """A sub-account of an agency.

    The list of all sub-accounts has the addresses; the list of an app shows whether the app is
    installed.
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
        """Make a sub-account from a row of either list: the id is ``id`` or ``_id``."""
        return cls.from_wire(with_id(wire))
