"""The accounts of one sub-account, and the actions for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Literal

import pandas as pd

from ghl_notebook.api import Client
from ghl_notebook.errors import ArgumentError, GHLError
from ghl_notebook.fetch.accounts import fetch_accounts
from ghl_notebook.login.social.connect import reconnect_options
from ghl_notebook.login.social.names import NameLookup
from ghl_notebook.models import PLATFORMS
from ghl_notebook.settings import read_expiring_days
from ghl_notebook.widgets import UI_THREAD, Pictures

from .card import EmbeddedCard
from .listing import Listing
from .protocol import (
    Back,
    Connect,
    Detach,
    FromCard,
    FromPage,
    Reconnect,
    Refresh,
    Skip,
    ToPage,
)
from .rows import account_columns, app_address

# The API lists its accounts, but can no longer connect them.
_NOT_CONNECTED = "twitter"


class Accounts(Listing):
    """The connected accounts of a sub-account.

    Parameters
    ----------
    client : Client
        The client of the sub-account.
    send : callable
        Sends a message of this list to the pages, if they show the list.
    changed : callable
        Called after every change.
    pictures : Pictures
        Decides which pictures of accounts are loaded.
    name : str, optional
        The sub-account's name.
    leave : callable, optional
        Called to go back to the agency's list.

    Attributes
    ----------
    login : EmbeddedCard or None
        The login displayed instead of the list, or just before.
    stage : str
        What is displayed: ``list``, or ``login`` (its card, which also attaches accounts).
    """

    kind = "accounts"

    def __init__(
        self,
        client: Client,
        send: Callable[[Listing, ToPage], None],
        changed: Callable[[], None],
        pictures: Pictures,
        *,
        name: str | None = None,
        leave: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(send, changed)
        self.client = client
        self.login: EmbeddedCard | None = None
        self.stage: Literal["list", "login"] = "list"
        self._pictures = pictures
        self._name = name
        self._names = NameLookup(client.core, self._show_name)
        self._leave = leave
        self._reconnecting: pd.Series[Any] | None = None
        self._still_to_reconnect: deque[pd.Series[Any]] = deque()

    async def load(self) -> pd.DataFrame:
        """Fetch the accounts."""
        return await fetch_accounts(self.client.core)

    def accept(self, answer: pd.DataFrame) -> None:
        """Show the accounts."""
        self.frame = answer
        self.send_rows(account_columns(answer, self.client.core.clock(), self._pictures))

    def keys(self) -> pd.Series[str]:
        """Return platform and origin id: the ``id`` of an account may change with a new login."""
        assert self.frame is not None
        return self.frame["platform"].astype(str) + " " + self.frame["origin_id"].fillna("")

    @property
    def id(self) -> str:
        """The id of the sub-account."""
        return self.client.location_id

    def view(self) -> ToPage:
        """Return what the page shows besides the rows."""
        return {
            "name": self._name or self._names.known.location,
            "app": app_address(self.client.core),
            "expiring_days": read_expiring_days(),
            "can_leave": self._leave is not None,
            "stage": self.stage,
            "platforms": [[p.key, p.title] for p in PLATFORMS.values() if p.key != _NOT_CONNECTED],
            "reconnecting": None if self._reconnecting is None else _name_of(self._reconnecting),
            "next": [_name_of(account) for account in self._still_to_reconnect],
        }

    def resend(self) -> None:
        """Send the pages everything that they show."""
        if self._name is None:
            self._names.start()
        super().resend()
        if self.login is not None:
            self._send(self, self.login.shown)

    def receive(self, message: FromPage) -> None:
        """Handle a page's message, from any thread."""
        match message:
            case FromCard(id=number, message=content):
                login = self.login
                if login is not None and login.id == number:
                    login.receive(content)
            case _:
                super().receive(message)

    def handle(self, message: FromPage) -> None:
        """Do what the page requests."""
        match message:
            case Refresh():
                self.fetch_here()
            case Back() if self.stage != "list":
                self._end_login()
            case Back() if self._leave is not None:
                self._leave()
            case Connect(platform=platform):
                self._end_login()
                self._show_login(platform, {})
            case Reconnect(version=version, rows=rows):
                self._end_login()
                self._still_to_reconnect.extend(self.rows(version, rows))
                self._reconnect_next()
            case Skip() if self._reconnecting is not None:
                self._reconnect_next()
            case Detach(version=version, rows=rows):
                if accounts := self.rows(version, rows):
                    self._detach(accounts)
            case _:
                pass

    def close(self) -> None:
        """Cancel an unfinished login, and remove the list."""
        self._names.stop()
        if self.login is not None:
            self.login.close()
        super().close()

    def _show_name(self) -> None:
        UI_THREAD.post(self.publish)

    # Detaching.

    def _detach(self, accounts: Sequence[pd.Series[Any]]) -> None:
        for account in accounts:
            if pd.isna(account["id"]):
                raise ArgumentError(
                    f"The API returned no id for {_name_of(account)}, so it cannot be detached "
                    "here.",
                    "Detach it on GoHighLevel's Social Planner page.",
                )

        async def work() -> list[str | None]:
            delete = self.client.core.accounts.delete
            return [await _try_to(delete(str(account["id"]))) for account in accounts]

        def then(errors: list[str | None]) -> None:
            assert self.frame is not None
            done = [a for a, error in zip(accounts, errors, strict=True) if error is None]
            failed = [error for error in errors if error is not None]
            self.error = "\n".join(dict.fromkeys(failed)) or None
            if not done:
                return
            self.notice = f"{_joined(done)} {'is' if len(done) == 1 else 'are'} detached."
            # Remove them here even if the list cannot be fetched again now.
            gone = self.frame["id"].isin([account["id"] for account in done])
            self.accept(self.frame[~gone].reset_index(drop=True))
            if not failed:
                self.fetch_here()

        self.do(f"Detaching {_joined(accounts)}…", work, then)

    # Connecting and reconnecting; the card attaches.

    def _show_login(self, platform: str, options: dict[str, Any]) -> None:
        login = EmbeddedCard(
            self.client,
            platform,
            send_to_page=lambda message: self._send(self, message),
            pictures=self._pictures.setting,
            **options,
        )
        self.login, self.stage = login, "login"
        self._send(self, login.shown)
        login.observe(lambda change: self._follow(login, change["new"]), "status")
        login.observe(lambda _: self._follow_attaching(login), "attached")

    def _reconnect_next(self) -> None:
        """Show the card of the next account to reconnect, or the list again."""
        accounts = self._still_to_reconnect
        self._still_to_reconnect = deque()
        self._end_login()
        if accounts:
            account = accounts.popleft()
            self._still_to_reconnect = accounts
            self._show_login(*reconnect_options(self.client, account))
            self._reconnecting = account

    def _end_login(self) -> None:
        login, self.login, self._reconnecting = self.login, None, None
        self._still_to_reconnect.clear()
        self.stage = "list"
        if login is not None:
            login.close()

    def _follow(self, login: EmbeddedCard, status: str) -> None:
        """Check a reconnected account, in the UI thread."""
        account = self._reconnecting
        if status == "connected" and login is self.login and account is not None:
            self.do(
                "Checking the connection…",
                self.load,
                lambda frame: self._check_reconnected(frame, login, account),
            )

    def _follow_attaching(self, login: EmbeddedCard) -> None:
        """Show what the card has attached, in the UI thread."""
        if self._is_closed:
            return
        if login is self.login and not any(one["error"] for one in login.choices):
            self._reconnect_next()
        names = (one["name"] or one["origin_id"] for one in login.attached)
        self.notice = f"Attached: {', '.join(names)}."
        self.fetch_here()

    def _check_reconnected(
        self, frame: pd.DataFrame, login: EmbeddedCard, account: pd.Series[Any]
    ) -> None:
        self.accept_fetched(frame)
        if login is not self.login:  # the user has gone back in the meantime
            return
        now = frame[self.keys() == f"{account['platform']} {account['origin_id']}"]
        if now["is_expired"].eq(False).any():
            self._reconnect_next()
            self.notice = f"{_name_of(account)} is reconnected."
        else:
            login.offer_again(str(account["origin_id"]))


async def _try_to(action: Any) -> str | None:
    """Attach or detach an account; return the error, if any."""
    try:
        await action
    except GHLError as error:
        return str(error)
    return None


def _name_of(row: Any) -> str:
    return str(row["origin_id"] if pd.isna(row["name"]) else row["name"])


def _joined(accounts: Sequence[Any]) -> str:
    return ", ".join(map(_name_of, accounts))
