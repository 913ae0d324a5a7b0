"""The accounts of one sub-account, and the actions for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

from ghl_notebook.api import Client
from ghl_notebook.errors import ArgumentError, GHLError
from ghl_notebook.fetch.accounts import attach, fetch_accounts, fetch_available_accounts
from ghl_notebook.login.social import ConnectAccount
from ghl_notebook.login.social.connect import reconnect_card
from ghl_notebook.models import PLATFORMS, platform_title
from ghl_notebook.widgets import Pictures

from .listing import Listing
from .protocol import Attach, Back, Connect, Detach, FromPage, Reconnect, Refresh, ToPage
from .rows import account_columns

# The API lists its accounts, but can no longer connect them.
_NOT_CONNECTED = "twitter"


@dataclass(slots=True)
class Candidate:
    """An account that a login can attach, as it is offered."""

    origin_id: str
    name: str
    username: str | None
    avatar: str | None
    is_attached: bool
    is_ticked: bool = False
    error: str | None = None


class Accounts(Listing):
    """The connected accounts of a sub-account.

    Parameters
    ----------
    client : Client
        The client of the sub-account.
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
    login : ConnectAccount or None
        The login displayed instead of the list, or just before.
    stage : str
        What is displayed: ``list``, ``login`` (its card), or ``attach`` (what it can attach).
    """

    kind = "accounts"

    def __init__(
        self,
        client: Client,
        changed: Callable[[], None],
        pictures: Pictures,
        *,
        name: str | None = None,
        leave: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(changed)
        self.client = client
        self.login: ConnectAccount | None = None
        self.stage: Literal["list", "login", "attach"] = "list"
        self._pictures = pictures
        self._name = name
        self._leave = leave
        self._reconnecting: pd.Series[Any] | None = None
        self._candidates: list[Candidate] = []
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

    def view(self) -> ToPage:
        """Return what the page shows besides the rows."""
        login = self.login
        return {
            "name": self._name,
            "id": self.client.location_id,
            "can_leave": self._leave is not None,
            "stage": self.stage,
            "platforms": [[p.key, p.title] for p in PLATFORMS.values() if p.key != _NOT_CONNECTED],
            "platform": None if login is None else platform_title(login.platform),
            "pages": [asdict(one) for one in self._candidates] if self._has_candidates else None,
            "reconnecting": None if self._reconnecting is None else str(self._reconnecting["name"]),
        }

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
                self._show_login(
                    ConnectAccount(self.client, platform, pictures=self._pictures.setting)
                )
            case Reconnect(version=version, row=row):
                if (account := self.row(version, row)) is not None:
                    login = reconnect_card(self.client, account, pictures=self._pictures.setting)
                    self._show_login(login, reconnecting=account)
            case Detach(version=version, row=row):
                if (account := self.row(version, row)) is not None:
                    self._detach(account)
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

    def _detach(self, account: pd.Series[Any]) -> None:
        key, name = account["id"], _name_of(account)
        if pd.isna(key):
            raise ArgumentError(
                f"The API returned no id for {name}, so it cannot be detached here.",
                "Detach it on GoHighLevel's Social Planner page.",
            )

        def then(_: str) -> None:
            assert self.frame is not None
            self.notice = f"{name} is detached."
            # Remove it here even if the list cannot be fetched again now.
            self.accept(self.frame[self.frame["id"] != key].reset_index(drop=True))
            self.fetch_here()

        self.do(f"Detaching {name}…", lambda: self.client.core.accounts.delete(str(key)), then)

    # Connecting, reconnecting, attaching.

    def _show_login(
        self, login: ConnectAccount, reconnecting: pd.Series[Any] | None = None
    ) -> None:
        self._end_login()
        self.login, self.stage, self._reconnecting = login, "login", reconnecting
        login.observe(lambda change: self._follow(login, change["new"]), "status")

    def _end_login(self) -> None:
        login, self.login, self._reconnecting = self.login, None, None
        self.stage, self._candidates, self._has_candidates = "list", [], False
        if login is not None:
            login.close()

    def _follow(self, login: ConnectAccount, status: str) -> None:
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
        self, frame: pd.DataFrame, login: ConnectAccount, account: pd.Series[Any]
    ) -> None:
        self.accept(frame)
        if login is not self.login:  # the user has gone back in the meantime
            return
        now = frame[self.keys() == f"{account['platform']} {account['origin_id']}"]
        if now["is_expired"].eq(False).any():
            self._end_login()
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

    def _attach(self, chosen: Sequence[Candidate]) -> None:
        login, core = self.login, self.client.core
        assert login is not None

        async def work() -> list[str | None]:
            return [await _try_to(attach(core, login, one.origin_id)) for one in chosen]

        def then(errors: list[str | None]) -> None:
            for one, error in zip(chosen, errors, strict=True):
                one.error = error
                one.is_attached = one.is_attached or error is None
                one.is_ticked = error is not None
            done = [one.name for one in chosen if one.error is None]
            if len(done) == len(chosen):
                self._end_login()
            if done:
                self.notice = f"Attached: {', '.join(done)}."
                self.fetch_here()

        if chosen:
            count = f"{len(chosen)} accounts" if len(chosen) > 1 else chosen[0].name
            self.do(f"Attaching {count}…", work, then)


async def _try_to(attaching: Any) -> str | None:
    """Attach an account; return the error, if any."""
    try:
        await attaching
    except GHLError as error:
        return str(error)
    return None


def _candidates(
    available: pd.DataFrame, reconnecting: pd.Series[Any] | None, pictures: Pictures
) -> list[Candidate]:
    """Return what is offered; an account that is still to be reconnected is ticked."""
    wanted = None if reconnecting is None else reconnecting["origin_id"]
    return [
        Candidate(
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
