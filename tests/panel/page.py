"""The page's side of a panel, as a test plays it."""

from __future__ import annotations

from typing import Any

from ghl_notebook import AccountsPanel, ConnectAccount
from ghl_notebook.panel.table import TableWidget
from tests.login.page import Page
from tests.login.recording import PATIENCE


class PanelPage:
    """What a page shows of a panel, and what its user does."""

    def __init__(self, panel: AccountsPanel) -> None:
        self.panel = panel

    @property
    def table(self) -> TableWidget:
        """The table that is shown."""
        return next(child for child in self.panel.children if isinstance(child, TableWidget))

    @property
    def comm(self) -> Page:
        """Its comm."""
        page: Page = self.table.comm
        return page

    @property
    def login(self) -> ConnectAccount:
        """The login that is shown."""
        return next(child for child in self.panel.children if isinstance(child, ConnectAccount))

    def shown(self) -> dict[str, Any]:
        """Return what was told last."""
        return (self.comm.heard("show") or [{}])[-1]

    @property
    def columns(self) -> dict[str, list[Any]]:
        """The rows that were told last."""
        columns: dict[str, list[Any]] = self.comm.heard("rows")[-1]["columns"]
        return columns

    def until(self, **expected: object) -> dict[str, Any]:
        """Wait until nothing is being done, and this is shown."""
        expected = {"busy": None} | expected
        comm = self.comm

        def is_there() -> bool:
            shown = (comm.heard("show") or [{}])[-1]
            return all(shown.get(name, ...) == value for name, value in expected.items())

        with comm._news:
            assert comm._news.wait_for(is_there, PATIENCE), comm.heard("show")[-3:]
        return self.shown()

    def row(self, name: str) -> dict[str, int]:
        """Return what names a row: its number, and the version of the list."""
        told = self.comm.heard("rows")[-1]
        return {"version": told["version"], "row": told["columns"]["name"].index(name)}

    def say(self, kind: str, **fields: Any) -> None:
        """Say something to the kernel."""
        self.comm.say(kind, **fields)
