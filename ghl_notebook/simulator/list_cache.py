"""A cache of accounts lists: an unchanged list is encoded once and sent often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from . import shapes
from .context import SimContext, SimPart
from .records import Account
from .request import EncodedJSON, write_json

#: Cached lists: more than the sub-accounts of one run, and few enough for a laptop's memory.
_MAX_LISTS = 16_384
_NEVER = datetime.max.replace(tzinfo=UTC)


def accounts_list(
    context: SimContext, rows: list[Account], groups: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the body of the accounts list."""
    return {
        "success": True,
        "statusCode": 200,
        "message": "Fetched Accounts",
        "results": {"accounts": [shapes.listed(context, row) for row in rows], "groups": groups},
    }


class ListCache(SimPart):
    """Encoded lists of the sub-accounts whose accounts are still the initial ones.

    Such a list depends on the clock alone: it changes when an account expires.
    """

    def __init__(self, context: SimContext) -> None:
        super().__init__(context)
        self._lists: dict[str, tuple[EncodedJSON, datetime, datetime]] = {}

    def of(self, location_id: str) -> EncodedJSON:
        """Return the body of the accounts list."""
        now = self._state.clock()
        cached = self._lists.get(location_id)
        if cached is None or not cached[1] <= now < cached[2]:
            rows = self._state.accounts_of(location_id)
            text = write_json(accounts_list(self._context, rows, []))
            until = min((row.expire for row in rows if row.expire > now), default=_NEVER)
            cached = (EncodedJSON(text), now, until)
            if len(self._lists) >= _MAX_LISTS:
                del self._lists[next(iter(self._lists))]
            self._lists[location_id] = cached
        return cached[0]
