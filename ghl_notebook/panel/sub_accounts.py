"""The sub-accounts of an agency, with counts of their accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from ghl_notebook.api import Agency
from ghl_notebook.fetch.accounts import fetch_accounts
from ghl_notebook.fetch.locations import failures, fetch_locations
from ghl_notebook.settings import read_expiring_days

from .listing import Listing
from .protocol import FromPage, Open, Refresh, ToPage
from .rows import app_address, count_accounts, location_columns


class AgencyData(NamedTuple):
    """The data fetched from an agency."""

    locations: pd.DataFrame
    accounts: pd.DataFrame
    missing: pd.DataFrame


class SubAccounts(Listing):
    """A list with a row per sub-account of an agency.

    Parameters
    ----------
    agency : Agency
        The agency.
    send : callable
        Sends a message of this list to the pages, if they show the list.
    changed : callable
        Called after every change.
    enter : callable
        Opens a sub-account; called with its id and name.
    """

    kind = "sub-accounts"
    busy_with_fetching = "Fetching every sub-account…"

    def __init__(
        self,
        agency: Agency,
        send: Callable[[Listing, ToPage], None],
        changed: Callable[[], None],
        enter: Callable[[str, str | None], None],
    ) -> None:
        super().__init__(send, changed)
        self.agency = agency
        self._enter = enter
        self._data: AgencyData | None = None

    async def load(self) -> AgencyData:
        """Fetch the accounts of all sub-accounts."""
        locations = await fetch_locations(self.agency.core)
        accounts = await fetch_accounts(self.agency.core, locations=locations, progress=None)
        return AgencyData(locations, accounts, failures(accounts))

    def accept(self, answer: AgencyData) -> None:
        """Count the accounts."""
        self._data = answer
        self.frame = count_accounts(*answer, self.agency.core.clock())
        self.send_rows(location_columns(self.frame, answer.accounts))

    def update_accounts(self, location_id: str, accounts: pd.DataFrame | None) -> None:
        """Show newer accounts of one sub-account."""
        if self._data is None or accounts is None:
            return
        locations, known, missing = self._data
        others = known[known["location_id"] != location_id]
        columns = ["location_id", "is_expired", "expire", "platform", "groups"]
        self.accept(
            AgencyData(
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

    @property
    def id(self) -> str:
        """The id of the agency."""
        return self.agency.company_id

    def view(self) -> ToPage:
        """Return what the page shows besides the rows."""
        return {
            "app": app_address(self.agency.core),
            "expiring_days": read_expiring_days(),
        }

    def handle(self, message: FromPage) -> None:
        """Do what the page requests."""
        match message:
            case Refresh():
                self.fetch_here()
            case Open(version=version, row=row):
                for found in self.rows(version, [row]):
                    name = found["location_name"]
                    self._enter(found["location_id"], None if pd.isna(name) else name)
            case _:
                pass
