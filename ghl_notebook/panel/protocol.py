"""What the panel's page says to the kernel; `static/protocol.d.ts` has both sides.

A row is named by its number in the list of a `version`: the page may not have seen the latest yet.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Hello(msgspec.Struct, tag="hello"):
    """A page has the panel now, and wants to be told everything."""


class Refresh(msgspec.Struct, tag="refresh"):
    """Ask the service again for what is shown."""


class Connect(msgspec.Struct, tag="connect"):
    """Show the card that connects an account of a platform."""

    platform: str


class Back(msgspec.Struct, tag="back"):
    """Leave what is shown in place of the list, or the sub-account that was opened."""


class Attach(msgspec.Struct, tag="attach"):
    """Attach these of the pages that were offered, by their numbers."""

    pages: list[int]


class Select(msgspec.Struct, tag="select"):
    """These rows are ticked now."""

    version: int
    rows: list[int]


class Reconnect(msgspec.Struct, tag="reconnect"):
    """Show the card that renews a connection."""

    version: int
    row: int


class Detach(msgspec.Struct, tag="detach"):
    """Detach an account; the user has been asked."""

    version: int
    row: int


class Open(msgspec.Struct, tag="open"):
    """Show the accounts of a sub-account."""

    version: int
    row: int


Said = Hello | Refresh | Connect | Back | Attach | Select | Reconnect | Detach | Open


Message = dict[str, Any]
"""What the kernel says: plain values."""
