"""The accounts of one sub-account, and the actions for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Literal

import pandas as pd

from ghl_notebook.api import Client
from ghl_notebook.api.attach_each import attach_each
from ghl_notebook.errors import ArgumentError, GHLError
from ghl_notebook.fetch.accounts import fetch_accounts, fetch_available_accounts
from ghl_notebook.login.social.attachment import Choice
from ghl_notebook.login.social.connect import reconnect_options
from ghl_notebook.models import PLATFORMS, platform_title
from ghl_notebook.settings import read_expiring_days
from ghl_notebook.widgets import Pictures

from .card import EmbeddedCard
from .listing import Listing
from .protocol import (
    Attach,
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
        What is displayed: ``list``, ``login`` (its card), or ``attach`` (what it can attach).
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
        self.stage: Literal["list", "login", "attach"] = "list"
        self._pictures = pictures
        self._name = name
        self._leave = leave
        self._reconnecting: pd.Series[Any] | None = None
        self._still_to_reconnect: deque[pd.Series[Any]] = deque()
        self._candidates: list[Choice] = []
        self._has_candidates = False

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
        login = self.login
        return {
            "name": self._name,
            "app": app_address(self.client.core),
            "expiring_days": read_expiring_days(),
            "can_leave": self._leave is not None,
            "stage": self.stage,
            "platforms": [[p.key, p.title] for p in PLATFORMS.values() if p.key != _NOT_CONNECTED],
            "platform": None if login is None else platform_title(login.platform),
            "pages": [asdict(one) for one in self._candidates] if self._has_candidates else None,
            "reconnecting": None if self._reconnecting is None else _name_of(self._reconnecting),
            "next": [_name_of(account) for account in self._still_to_reconnect],
        }

    def resend(self) -> None:
        """Send the pages everything that they show."""
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
            case Refresh() if self.stage == "attach":
                self._load_candidates()
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
            case Attach(pages=numbers) if self.stage == "attach":
                self._attach(
                    [self._candidates[n] for n in numbers if 0 <= n < len(self._candidates)]
                )
            case _:
                pass

    def close(self) -> None:
        """Cancel an unfinished login, and remove the list."""
        if self.login is not None:
            self.login.close()
        super().close()

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

    # Connecting, reconnecting, attaching.

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
        self.stage, self._candidates, self._has_candidates = "list", [], False
        if login is not None:
            login.close()

    def _follow(self, login: EmbeddedCard, status: str) -> None:
        """Continue once the login is connected, in the UI thread."""
        if status != "connected" or login is not self.login:
            return
        if self._reconnecting is None:
            self._load_candidates()
        else:
            account = self._reconnecting
            self.do(
                "Checking the connection…",
                self.load,
                lambda frame: self._check_reconnected(frame, login, account),
            )

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
            self._load_candidates()

    def _load_candidates(self) -> None:
        login = self.login
        assert login is not None
        self.stage = "attach"

        def then(available: pd.DataFrame) -> None:
            if login is self.login:
                self._candidates = _candidates(available, self._reconnecting, self._pictures)
                self._has_candidates = True

        self.do(
            "Fetching what this login can attach…",
            lambda: fetch_available_accounts(self.client.core, login),
            then,
        )

    def _attach(self, chosen: Sequence[Choice]) -> None:
        login, core = self.login, self.client.core
        assert login is not None

        async def work() -> list[str | None]:
            results = await attach_each(core, *login.finished(), [one.origin_id for one in chosen])
            return [str(one) if isinstance(one, GHLError) else None for one in results]

        def then(errors: list[str | None]) -> None:
            done = [one.name for one, e in zip(chosen, errors, strict=True) if e is None]
            after = {
                one.origin_id: one.tried(error) for one, error in zip(chosen, errors, strict=True)
            }
            self._candidates = [after.get(one.origin_id, one) for one in self._candidates]
            if len(done) == len(chosen):
                self._reconnect_next()
            if done:
                self.notice = f"Attached: {', '.join(done)}."
                self.fetch_here()

        if chosen:
            count = f"{len(chosen)} accounts" if len(chosen) > 1 else chosen[0].name
            self.do(f"Attaching {count}…", work, then)


async def _try_to(action: Any) -> str | None:
    """Attach or detach an account; return the error, if any."""
    try:
        await action
    except GHLError as error:
        return str(error)
    return None


def _candidates(
    available: pd.DataFrame, reconnecting: pd.Series[Any] | None, pictures: Pictures
) -> list[Choice]:
    """Return what is offered; an account that is still to be reconnected is ticked."""
    wanted = None if reconnecting is None else reconnecting["origin_id"]
    return [
        Choice(
            origin_id=row["origin_id"],
            name=_name_of(row),
            username=None if pd.isna(row["username"]) else row["username"].removeprefix("@"),
            avatar=None if pd.isna(row["avatar"]) else pictures.choose(row["avatar"]),
            is_attached=row["is_connected"] is True and row["origin_id"] != wanted,
            is_ticked=row["origin_id"] == wanted,
        )
        for row in available.astype(object).to_dict("records")
        if not pd.isna(row["origin_id"])
    ]


def _name_of(row: Any) -> str:
    return str(row["origin_id"] if pd.isna(row["name"]) else row["name"])


def _joined(accounts: Sequence[Any]) -> str:
    return ", ".join(map(_name_of, accounts))
