"""Messages from the panel's page to the kernel; `static/protocol.d.ts` has both directions.

Rows are numbered within a `version` of the list: the page may not have received the latest yet.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Hello(msgspec.Struct, tag="hello"):
    """A page displays the panel now, and needs the current state."""


class Ping(msgspec.Struct, tag="ping"):
    """A page needs an answer, to know that the kernel is there."""


class Refresh(msgspec.Struct, tag="refresh"):
    """Fetch again what is shown."""


class Connect(msgspec.Struct, tag="connect"):
    """Show the card that connects an account of a platform."""

    platform: str


class Back(msgspec.Struct, tag="back"):
    """Go back to the list, or from a sub-account to the agency."""


class Select(msgspec.Struct, tag="select"):
    """Tick exactly these rows."""

    version: int
    rows: list[int]


class Reconnect(msgspec.Struct, tag="reconnect"):
    """Show the cards that reconnect accounts, one after the other."""

    version: int
    rows: list[int]


class Skip(msgspec.Struct, tag="skip"):
    """Show the card of the next account to reconnect."""


class Detach(msgspec.Struct, tag="detach"):
    """Detach accounts; the user has confirmed it."""

    version: int
    rows: list[int]


class Open(msgspec.Struct, tag="open"):
    """Show the accounts of a sub-account."""

    version: int
    row: int


class FromCard(msgspec.Struct, tag="from_card"):
    """A message of the card that the page shows."""

    id: int
    message: dict[str, Any]


FromPage = (
    Hello | Ping | Refresh | Connect | Back | Select | Reconnect | Skip | Detach | Open | FromCard
)


ToPage = dict[str, Any]
"""A message from the kernel: plain values."""
