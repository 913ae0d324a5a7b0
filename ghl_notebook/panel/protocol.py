"""Messages from the panel's page to the kernel; `static/protocol.d.ts` has both directions.

Rows are numbered within a `version` of the list: the page may not have received the latest yet.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Hello(msgspec.Struct, tag="hello"):
    """A page displays the panel now, and needs the current state."""


class Refresh(msgspec.Struct, tag="refresh"):
    """Fetch again what is shown."""


class Connect(msgspec.Struct, tag="connect"):
    """Show the card that connects an account of a platform."""

    platform: str


class Back(msgspec.Struct, tag="back"):
    """Go back to the list, or from a sub-account to the agency."""


class Attach(msgspec.Struct, tag="attach"):
    """Attach some of the offered accounts, by their numbers."""

    pages: list[int]


class Select(msgspec.Struct, tag="select"):
    """Tick exactly these rows."""

    version: int
    rows: list[int]


class Reconnect(msgspec.Struct, tag="reconnect"):
    """Show the card that reconnects an account."""

    version: int
    row: int


class Detach(msgspec.Struct, tag="detach"):
    """Detach an account; the user has confirmed it."""

    version: int
    row: int


class Open(msgspec.Struct, tag="open"):
    """Show the accounts of a sub-account."""

    version: int
    row: int


FromPage = Hello | Refresh | Connect | Back | Attach | Select | Reconnect | Detach | Open


ToPage = dict[str, Any]
"""A message from the kernel: plain values."""
