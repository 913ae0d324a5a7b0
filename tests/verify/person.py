"""A person at the login page on the loopback server, without a browser."""

from __future__ import annotations

import html
import json
import re
import threading
from typing import Any

import httpx

from ghl_notebook import ConnectAccount
from ghl_notebook.simulator import Simulator
from tests import local
from tests.login.opened import address_in, file_of
from tests.login.recording import PATIENCE

_ORDERS = re.compile(r'<meta name="orders" content="([^"]*)"')
_ACCOUNT = re.compile(r'<code id="account">([^<]*)')
_CLAIMED = (
    "actionType", "page", "platform", "placement", "accountId", "reconnectAccounts", "refresh",
    "source",
)  # fmt: skip


class Person:
    """Opens the login page, logs in or refuses, and does what the page says when nothing comes.

    Parameters
    ----------
    sim : Simulator
        Whose consent page is shown.
    allow : bool
        Press "Allow" or "Deny" there.
    """

    def __init__(self, sim: Simulator, *, allow: bool = True) -> None:
        self._sim = sim
        self._allow = allow
        self._threads: list[threading.Thread] = []

    def visit(self, login: ConnectAccount) -> None:
        """Open the login's page, as the system's browser does."""
        addresses: list[str] = []
        login.open_in_browser(lambda opened: addresses.append(opened) is None)
        address = address_in(file_of(addresses[0]))
        thread = threading.Thread(target=self._sit, args=[address], name="simulated person")
        self._threads.append(thread)
        thread.start()

    def leave(self) -> None:
        """Wait until every person has left."""
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def _sit(self, address: str) -> None:
        with local.Client(follow_redirects=True, timeout=PATIENCE) as http:
            page = Page(http, str(http.get(address).url))
            try:
                with http.stream("GET", f"{page.home}events") as events:
                    page.say(type="hello", page_id="p", origin="")  # what was told is told again
                    for line in events.iter_lines():
                        if line.startswith("data: "):
                            self._read(page, json.loads(line.removeprefix("data: ")))
            except httpx.HTTPError:
                return  # the kernel has ended the login

    def _read(self, page: Page, message: dict[str, Any]) -> None:
        match message:
            case {"type": "report_messages"}:
                page.tells = True
            case {"type": "traits", "traits": {"found": [{"account_id": account_id}, *_]}}:
                page.say(type="mine", run=page.run, account_id=account_id)
            # The address is there before anybody clicks, and is told again to each page's hello.
            case {"type": "authorize", "run": run, "url": url} if run != page.run:
                page.run = run
                page.say(type="begin", page_id="p", request="click", prefetched=True, run=run)
                self._log_in(page, run, url)

    def _log_in(self, page: Page, run: str, url: str) -> None:
        origin = self._sim.origin
        try:
            origin = self._sim.play_user(url, allow=self._allow).origin
        except LookupError:
            pass  # the finish page posts nothing
        except ValueError:
            page.say(type="cancel", run=run)  # not an address that anybody should open
            return
        finish = next(r for r in reversed(self._sim.requests) if r.path.endswith("/finish"))
        orders = _ORDERS.search(str(finish.answer))
        assert orders is not None
        messages = json.loads(html.unescape(orders[1]))["messages"]
        for data in messages if page.tells else ():
            page.say(type="raw_message", origin=origin, source="popup", data=data)
        for data in messages:
            page.claim(run, origin, json.loads(data) if isinstance(data, str) else data)
        if not messages:
            page.say(type="window_lost", run=run)
            if account := _ACCOUNT.search(str(finish.answer)):
                page.say(type="paste", account_id=account[1])
            else:
                page.say(type="cancel", run=run)


class Page:
    """The page's script: it sends messages to the kernel, and forwards possible claims."""

    def __init__(self, http: httpx.Client, home: str) -> None:
        self.home = home
        self.tells = False
        self.run: str | None = None
        self._http = http

    def say(self, **said: Any) -> None:
        """Send a message to the kernel; a finished login does not receive it."""
        own = httpx.URL(self.home)
        origin = f"{own.scheme}://{own.netloc.decode()}"
        self._http.post(self.home, json=said, headers={"Origin": origin})

    def claim(self, run: str, origin: str, data: dict[str, Any]) -> None:
        """Pass a message on."""
        known = {key: data[key] for key in _CLAIMED if key in data}
        self.say(type="claim", run=run, origin=origin, page_origin="", source="popup", data=known)
