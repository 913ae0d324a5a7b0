"""The sub-accounts of an agency, with counts of their accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from ghl_notebook.api import Agency
from ghl_notebook.fetch.accounts import fetch_accounts
from ghl_notebook.fetch.locations import failures, fetch_locations

from .listing import Listing
from .protocol import Message, Open, Refresh, Said
from .rows import count_accounts, location_columns


class Fetched(NamedTuple):
    """What is known of an agency."""

    locations: pd.DataFrame
    accounts: pd.DataFrame
    missing: pd.DataFrame


class SubAccounts(Listing):
    """One row per sub-account of an agency.

    Parameters
    ----------
    agency : Agency
        Whose sub-accounts.
    changed : callable
        Is called after every change.
    enter : callable
        Opens a sub-account, by its id and name.
    """

    kind = "sub-accounts"
    busy_with_fetching = "Asking every sub-account…"

    def __init__(
        self,
        agency: Agency,
        changed: Callable[[], None],
        enter: Callable[[str, str | None], None],
    ) -> None:
        super().__init__(changed)
        self.agency = agency
        self._enter = enter
        self._fetched: Fetched | None = None

    async def ask(self) -> Fetched:
        """Fetch the accounts of all of them."""
        locations = await fetch_locations(self.agency.core)
        accounts = await fetch_accounts(self.agency.core, locations=locations, progress=None)
        return Fetched(locations, accounts, failures(accounts))

    def accept(self, answer: Fetched) -> None:
        """Count them."""
        self._fetched = answer
        self.frame = count_accounts(*answer, self.agency.core.clock())
        self.tell_rows(location_columns(self.frame))

    def put(self, location_id: str, accounts: pd.DataFrame | None) -> None:
        """Take over what was fetched of one of them since."""
        if self._fetched is None or accounts is None:
            return
        locations, known, missing = self._fetched
        others = known[known["location_id"] != location_id]
        columns = ["location_id", "is_expired", "expire"]
        self.accept(
            Fetched(
                locations,
                pd.concat([others[columns], accounts[columns]], ignore_index=True),
                missing[missing["location_id"] != location_id],
            )
        )
        self.publish()

    def keys(self) -> pd.Series[str]:
        """Return the ids of the sub-accounts."""
        assert self.frame is not None
        return self.frame["location_id"]

    def look(self) -> Message:
        """Return what the page shows besides the rows."""
        return {"place": self.agency.company_id}

    def hear(self, said: Said) -> None:
        """Do what the page asks for."""
        match said:
            case Refresh():
                self.fetch_here()
            case Open(version=version, row=row):
                if (place := self.row(version, row)) is not None:
                    name = place["location_name"]
                    self._enter(place["location_id"], None if pd.isna(name) else name)
            case _:
                pass
