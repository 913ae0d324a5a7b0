"""The page's side of a panel, as a test plays it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ghl_notebook import AccountsPanel
from ghl_notebook.panel.accounts import Accounts
from ghl_notebook.panel.card import EmbeddedCard
from ghl_notebook.simulator import Simulator
from tests.login.page import Page
from tests.login.recording import PATIENCE


class PanelPage:
    """What a page shows of a panel, and what its user does."""

    def __init__(self, panel: AccountsPanel) -> None:
        self.panel = panel

    @property
    def comm(self) -> Page:
        """The comm of the panel."""
        page: Page = self.panel.comm
        return page

    @property
    def login(self) -> EmbeddedCard:
        """The login that is shown."""
        shown = self.panel._shown
        assert isinstance(shown, Accounts)
        assert shown.login is not None
        return shown.login

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

    def rows(self, *names: str) -> dict[str, Any]:
        """Return what names some rows: their numbers, and the version of the list."""
        told = self.comm.heard("rows")[-1]
        known = told["columns"]["name"]
        return {"version": told["version"], "rows": [known.index(name) for name in names]}

    def say(self, kind: str, **fields: Any) -> None:
        """Say something to the kernel."""
        self.comm.say(kind, **fields)

    # The card.

    def hear_card(self, kind: str, is_it: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait for such a message to the card that is shown, and return the last of them."""
        number, comm = self.login.id, self.comm

        def found() -> list[dict[str, Any]]:
            told = [m for m in comm.heard(kind) if m["id"] == number]
            return [m for m in told if is_it(m)]

        with comm._news:
            assert comm._news.wait_for(found, PATIENCE), comm.said[-5:]
        return found()[-1]

    def say_of_card(self, kind: str, **fields: Any) -> None:
        """Say something as the card."""
        self.say("from_card", id=self.login.id, message={"type": kind, **fields})

    def click(self) -> dict[str, Any]:
        """Press the card's button, and return the message with the address."""
        self.say_of_card("begin", page_id="page", request="click")
        told = self.hear_card("to_card", lambda m: m["message"].get("request") == "click")
        return cast("dict[str, Any]", told["message"])

    def claim(self, run: str, origin: str, data: object) -> None:
        """Pass a message event of the login's window on."""
        fields = {"page_origin": "http://localhost:8888", "source": "popup"}
        self.say_of_card("claim", run=run, origin=origin, data=data, **fields)

    def log_in(self, sim: Simulator, **choices: Any) -> None:
        """Log in with the card as a user does, and wait until the login has ended."""
        login, address = self.login, self.click()
        event = sim.play_user(address["url"], **choices)
        self.claim(address["run"], event.origin, event.data)
        login._login.outcome().result(PATIENCE)
