"""The accounts of one sub-account, and what can be done with them."""

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
from ghl_notebook.models import PLATFORMS
from ghl_notebook.widgets import Pictures

from .listing import Listing
from .protocol import Attach, Back, Connect, Detach, Message, Reconnect, Refresh, Said
from .rows import account_columns, title_of

# Listed by the service, which connects none of them.
_NOT_CONNECTED = "twitter"


@dataclass(slots=True)
class Page:
    """One of the pages that a login may attach, as it is offered."""

    origin_id: str
    name: str
    username: str | None
    avatar: str | None
    is_attached: bool
    is_ticked: bool = False
    error: str | None = None


class Accounts(Listing):
    """What is connected to a sub-account.

    Parameters
    ----------
    client : Client
        Of the sub-account.
    changed : callable
        Is called after every change.
    pictures : Pictures
        Decides which pictures of accounts are loaded.
    name : str, optional
        The sub-account's name.
    leave : callable, optional
        Goes back to where it was opened.

    Attributes
    ----------
    login : ConnectAccount or None
        The login that is shown in place of the list, or has just been.
    stage : str
        What is shown: ``list``, ``login`` (its card), ``attach`` (the pages that it may attach).
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
        self._renewed: pd.Series[Any] | None = None
        self._pages: list[Page] = []
        self._has_pages = False

    async def ask(self) -> pd.DataFrame:
        """Fetch the accounts."""
        return await fetch_accounts(self.client.core)

    def accept(self, answer: pd.DataFrame) -> None:
        """Show them."""
        self.frame = answer
        self.tell_rows(account_columns(answer, self.client.core.clock(), self._pictures))

    def keys(self) -> pd.Series[str]:
        """Return what names an account on its platform: its ``id`` may change with a new login."""
        assert self.frame is not None
        return self.frame["platform"].astype(str) + " " + self.frame["origin_id"].fillna("")

    def look(self) -> Message:
        """Return what the page shows besides the rows."""
        login = self.login
        return {
            "name": self._name,
            "place": self.client.location_id,
            "can_leave": self._leave is not None,
            "stage": self.stage,
            "platforms": [[p.key, p.title] for p in PLATFORMS.values() if p.key != _NOT_CONNECTED],
            "platform": None if login is None else title_of(login.platform),
            "pages": [asdict(page) for page in self._pages] if self._has_pages else None,
            "renewed": None if self._renewed is None else str(self._renewed["name"]),
        }

    def hear(self, said: Said) -> None:
        """Do what the page asks for."""
        match said:
            case Refresh() if self.stage == "attach":
                self._ask_for_pages()
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
                    self._show_login(login, renewed=account)
            case Detach(version=version, row=row):
                if (account := self.row(version, row)) is not None:
                    self._detach(account)
            case Attach(pages=numbers) if self.stage == "attach":
                self._attach([self._pages[n] for n in numbers if 0 <= n < len(self._pages)])
            case _:
                pass

    def close(self) -> None:
        """Give up a login that is going, and remove the list."""
        if self.login is not None:
            self.login.close()
        super().close()

    # Detaching.

    def _detach(self, account: pd.Series[Any]) -> None:
        key, name = account["id"], _name_of(account)
        if pd.isna(key):
            raise ArgumentError(
                f"The service has not told the id of {name}, so it cannot be detached from here.",
                "Detach it on the Social Planner's own page.",
            )

        def then(_: str) -> None:
            assert self.frame is not None
            self.notice = f"{name} is detached."
            # It is gone from here even if the list cannot be fetched again now.
            self.accept(self.frame[self.frame["id"] != key].reset_index(drop=True))
            self.fetch_here()

        self.do(f"Detaching {name}…", lambda: self.client.core.accounts.delete(str(key)), then)

    # Connecting, reconnecting, attaching.

    def _show_login(self, login: ConnectAccount, renewed: pd.Series[Any] | None = None) -> None:
        self._end_login()
        self.login, self.stage, self._renewed = login, "login", renewed
        login.observe(lambda change: self._follow(login, change["new"]), "status")

    def _end_login(self) -> None:
        login, self.login, self._renewed = self.login, None, None
        self.stage, self._pages, self._has_pages = "list", [], False
        if login is not None:
            login.close()

    def _follow(self, login: ConnectAccount, status: str) -> None:
        """Go on when the login is connected; in the UI thread."""
        if status != "connected" or login is not self.login:
            return
        if self._renewed is None:
            self._ask_for_pages()
        else:
            renewed = self._renewed
            self.do(
                "Looking at what is renewed…",
                self.ask,
                lambda frame: self._look_at_renewed(frame, login, renewed),
            )

    def _look_at_renewed(
        self, frame: pd.DataFrame, login: ConnectAccount, renewed: pd.Series[Any]
    ) -> None:
        self.accept(frame)
        if login is not self.login:  # the user has gone back meanwhile
            return
        now = frame[self.keys() == f"{renewed['platform']} {renewed['origin_id']}"]
        if now["is_expired"].eq(False).any():
            self._end_login()
            self.notice = f"{_name_of(renewed)} is reconnected."
        else:
            self._ask_for_pages()

    def _ask_for_pages(self) -> None:
        login = self.login
        assert login is not None
        self.stage = "attach"

        def then(available: pd.DataFrame) -> None:
            if login is self.login:
                self._pages, self._has_pages = (
                    _pages_of(available, self._renewed, self._pictures),
                    True,
                )

        self.do(
            "Asking what this login may attach…",
            lambda: fetch_available_accounts(self.client.core, login),
            then,
        )

    def _attach(self, pages: Sequence[Page]) -> None:
        login, core = self.login, self.client.core
        assert login is not None

        async def work() -> list[str | None]:
            return [await _try_to(attach(core, login, page.origin_id)) for page in pages]

        def then(errors: list[str | None]) -> None:
            for page, error in zip(pages, errors, strict=True):
                page.error = error
                page.is_attached = page.is_attached or error is None
                page.is_ticked = error is not None
            done = [page.name for page in pages if page.error is None]
            if len(done) == len(pages):
                self._end_login()
            if done:
                self.notice = f"Attached: {', '.join(done)}."
                self.fetch_here()

        if pages:
            count = f"{len(pages)} accounts" if len(pages) > 1 else pages[0].name
            self.do(f"Attaching {count}…", work, then)


async def _try_to(attaching: Any) -> str | None:
    """Attach one page; return what went wrong."""
    try:
        await attaching
    except GHLError as error:
        return str(error)
    return None


def _pages_of(
    available: pd.DataFrame, renewed: pd.Series[Any] | None, pictures: Pictures
) -> list[Page]:
    """Return what is offered; what was to be renewed, and was not, is ticked."""
    wanted = None if renewed is None else renewed["origin_id"]
    return [
        Page(
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
