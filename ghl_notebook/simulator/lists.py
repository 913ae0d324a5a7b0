"""The accounts lists of sub-accounts to which nothing has happened: written once, sent often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from . import shapes
from .records import Account
from .wire import Encoded, World, write_json

#: More sub-accounts than an agency has in a run, and few enough for the memory of a laptop.
_MOST = 16_384
_NEVER = datetime.max.replace(tzinfo=UTC)


def listing(world: World, rows: list[Account], groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer of the accounts list."""
    return {
        "success": True,
        "statusCode": 200,
        "message": "Fetched Accounts",
        "results": {"accounts": [shapes.listed(world, row) for row in rows], "groups": groups},
    }


class BegunLists:
    """Keeps the answers for sub-accounts that have what they began with.

    Such a list depends on the clock alone: it is another one when an account expires.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: dict[str, tuple[Encoded, datetime, datetime]] = {}

    def of(self, location_id: str) -> Encoded:
        """Return the answer of the accounts list."""
        now = self._world.state.clock()
        kept = self._kept.get(location_id)
        if kept is None or not kept[1] <= now < kept[2]:
            rows = self._world.state.accounts_of(location_id)
            text = write_json(listing(self._world, rows, []))
            until = min((row.expire for row in rows if row.expire > now), default=_NEVER)
            kept = (Encoded(text), now, until)
            if len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[location_id] = kept
        return kept[0]
