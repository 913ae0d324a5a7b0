"""The simulator: a stateful service on a free port."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from . import fake_user
from .app import SimulatorApp
from .clock import standing_clock
from .context import SimContext
from .fake_user import MessageEvent
from .headless_browser import HeadlessBrowser
from .install_page import AUTHORIZE_PATH
from .levers import Levers
from .limits import RequestCounter
from .oauth_records import MarketplaceApp
from .recording import shown
from .records import Account
from .request import RecordedRequest
from .seed import seed_state
from .server import ServerThread
from .state import State


class Simulator:
    """A simulator of GoHighLevel's Social Planner API and of the platforms' consent pages.

    Nothing leaves your computer: the simulator listens on 127.0.0.1 only, and its pages load
    nothing from elsewhere. Two simulators share nothing; with the same seed, their responses are
    the same.

    Parameters
    ----------
    seed : int
        Determines every id.
    port : int
        0 chooses a free one, which a later `start` uses again.
    public_url : str, optional
        The address for browsers; by default `base_url`. It can be path-absolute, such as
        "/user/someone/proxy/{port}", behind a reverse proxy that strips that prefix. The text
        "{port}" is replaced.
    clock : callable, optional
        Returns the current time with a time zone; by default always 2026-01-05T09:00:00Z.
        `running_clock` returns a clock that runs.
    locations : int
        The number of extra sub-accounts, besides the two that always exist.
    accounts : int or range
        The number of connected accounts of each extra sub-account; for a range, a different one
        for each. They are on several platforms, with names in several scripts. Some are expired,
        and some expire soon.
    record : int
        The number of recent requests in `requests`; 0 records none.
    monotonic : callable, optional
        Returns seconds for the interval of the rate limit; by default real seconds.

    Attributes
    ----------
    state : State
        Tokens, sub-accounts, users, logins, accounts and groups.
    levers : Levers
        The faults that you can set.

    Examples
    --------
    >>> with Simulator() as sim:
    ...     sim.base_url.startswith("http://127.0.0.1:")
    True
    """

    state: State
    levers: Levers

    def __init__(
        self,
        *,
        seed: int = 0,
        port: int = 0,
        public_url: str | None = None,
        clock: Callable[[], datetime] | None = None,
        locations: int = 0,
        accounts: int | range = 0,
        record: int = 100_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        base = clock or standing_clock
        self._passed = timedelta()
        self.state = seed_state(seed, lambda: base() + self._passed, locations, accounts)
        self.levers = Levers()
        self._port = port
        self._public_url = public_url
        self._context = SimContext(self.state, self.levers)
        self._counter = RequestCounter(self.levers, self.state.clock, monotonic)
        self._app: SimulatorApp | None = None
        self._recorded: deque[RecordedRequest] = deque(maxlen=record)
        self._server: ServerThread | None = None

    def __repr__(self) -> str:
        where = self._context.base_url if getattr(self, "_server", None) else "stopped"
        return f"<Simulator {where}>"

    def start(self) -> Self:
        """Start the server; return when it answers. Does nothing while it runs."""
        if self._server is not None:
            return self
        app = SimulatorApp(self._context, self._counter, self._recorded)
        server = ServerThread(app, self._port)
        self._port = server.port
        self._context.base_url = f"http://127.0.0.1:{server.port}"
        public = self._public_url or self._context.base_url
        self._context.public_url = public.replace("{port}", str(server.port)).rstrip("/")
        server.start()
        self._app, self._server = app, server
        return self

    def stop(self) -> None:
        """Stop the server; the state remains. Does nothing if it does not run."""
        server, app = self._server, self._app
        self._server = self._app = None
        if server is not None and app is not None:
            server.call_soon(app.stop_waiting)
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The address on this machine, ``http://127.0.0.1:PORT``."""
        return self._started(self._context.base_url)

    @property
    def public_url(self) -> str:
        """The address for browsers; redirects, forms and pictures start with it."""
        return self._started(self._context.public_url)

    @property
    def origin(self) -> str:
        """The origin of the messages; "self" if `public_url` is path-absolute."""
        if self.public_url.startswith("/"):
            return "self"
        split = urlsplit(self.public_url)
        return f"{split.scheme}://{split.netloc}"

    @property
    def token(self) -> str:
        """A valid token of the main sub-account."""
        return self.state.tokens["main"].value

    @property
    def location_id(self) -> str:
        """The id of the main sub-account."""
        return next(iter(self.state.locations))

    @property
    def company_id(self) -> str:
        """The id of the agency."""
        return next(iter(self.state.companies))

    @property
    def user_id(self) -> str:
        """The id of the main sub-account's admin."""
        users = self.state.users_of(self.location_id)
        return next(one.id for one in users if one.role == "admin" and not one.deleted)

    @property
    def now(self) -> datetime:
        """The simulator's current time."""
        return self.state.clock()

    @property
    def client_id(self) -> str:
        """The client id of the simulated app."""
        return self._marketplace_app.client_id

    @property
    def client_secret(self) -> str:
        """The client secret of the simulated app."""
        return self._marketplace_app.client_secret

    @property
    def redirect_uri(self) -> str:
        """The redirect URI of the simulated app; it matches at any port of 127.0.0.1."""
        return self._marketplace_app.redirect_uris[0]

    @property
    def authorize_url(self) -> str:
        """The address of the authorization page, without a query."""
        return f"{self.public_url}{AUTHORIZE_PATH}"

    @property
    def _marketplace_app(self) -> MarketplaceApp:
        return next(iter(self.state.apps.values()))

    @property
    def requests(self) -> list[RecordedRequest]:
        """The last requests with their responses, without secrets, pictures and styles."""
        return [shown(one) for one in list(self._recorded)]

    def play_user(
        self,
        authorization_url: str,
        *,
        choose: str | None = None,
        tick: Iterable[str] | None = None,
        allow: bool = True,
    ) -> MessageEvent:
        """Play the person in the pop-up: open the consent page, make choices, press a button.

        Uses plain HTTP without a browser. You can call it from any thread.

        Parameters
        ----------
        authorization_url : str
            The ``Location`` of a start.
        choose : str, optional
            Name, mail address or id of the person who logs in; by default the first.
        tick : iterable of str, optional
            Names, handles or ids of the pages to give access to; by default all of them.
        allow : bool
            Press "Allow" or "Deny".

        Returns
        -------
        MessageEvent
            The first message of the finish page.

        Raises
        ------
        LookupError
            If the finish page posts nothing, or a page shows an error or lacks a choice.
        ValueError
            If the address is not the simulator's; nothing is sent.
        """
        with HeadlessBrowser(self.base_url, self.public_url) as browser:
            address, orders = fake_user.play_user(
                browser, authorization_url, choose=choose, tick=tick, allow=allow
            )
        finish = urlsplit(address)
        is_elsewhere = (
            finish.hostname == "localhost" and finish.port == urlsplit(self.base_url).port
        )
        origin = f"{finish.scheme}://{finish.netloc}" if is_elsewhere else self.origin
        return MessageEvent(origin, orders["messages"][0])

    def play_installer(
        self, authorization_url: str, *, choose: str | None = None, allow: bool = True
    ) -> str:
        """Play the person who installs the app: open the authorization page, press a button.

        Uses plain HTTP without a browser. You can call it from any thread.

        Parameters
        ----------
        authorization_url : str
            `authorize_url` with the query of an app.
        choose : str, optional
            Name or id of a sub-account, or "agency"; by default the main sub-account.
        allow : bool
            Press "Allow" or "Deny".

        Returns
        -------
        str
            The redirect URI with ``code`` or ``error`` and ``state``. It is not opened.

        Raises
        ------
        LookupError
            If the page shows an error or lacks the choice.
        ValueError
            If the address is not the simulator's; nothing is sent.
        """
        with HeadlessBrowser(self.base_url, self.public_url) as browser:
            return fake_user.play_installer(
                browser, authorization_url, choose=choose or self.location_id, allow=allow
            )

    def install(
        self,
        choose: str | None = None,
        *,
        scopes: Iterable[str] | None = None,
        approved: Iterable[str] | None = None,
    ) -> dict[str, Any]:
        """Install the app immediately, without HTTP; return the token endpoint's response.

        Parameters
        ----------
        choose : str, optional
            Name or id of a sub-account, or "agency"; by default the main sub-account.
        scopes : iterable of str, optional
            By default all scopes of the app.
        approved : iterable of str, optional
            For the agency: ids of the sub-accounts that a token can be issued for; by default
            all.

        Returns
        -------
        dict
            In snake case: ``access_token``, ``refresh_token``, ``expires_in`` and so on.

        Raises
        ------
        LookupError
            If the sub-account does not exist.
        """
        installs = self._context.installs
        wanted = sorted(self._marketplace_app.scopes) if scopes is None else scopes
        install = installs.install(self._marketplace_app, installs.target(choose), wanted, approved)
        return installs.pair(install, install.location_id)

    def pass_time(self, time: timedelta) -> None:
        """Advance the clock: connections and tokens become older.

        Parameters
        ----------
        time : timedelta
            The duration.

        Raises
        ------
        ValueError
            If the duration is negative.
        """
        if time < timedelta():
            raise ValueError("time does not go back.")
        self._passed += time

    def reconnect(self, location_id: str, account_id: str) -> None:
        """Play the person who reconnects an account, immediately and without HTTP.

        Parameters
        ----------
        location_id, account_id : str
            The sub-account, and the ``id`` in its list of accounts.

        Raises
        ------
        LookupError
            If the connection does not exist.
        """
        self.state.renew(self._account(location_id, account_id))

    def revoke(self, location_id: str, account_id: str) -> None:
        """Play the platform that expires a connection early, as after a new password.

        Parameters
        ----------
        location_id, account_id : str
            The sub-account, and the ``id`` in its list of accounts.

        Raises
        ------
        LookupError
            If the connection does not exist.
        """
        self.state.revoke(self._account(location_id, account_id))

    def _account(self, location_id: str, account_id: str) -> Account:
        account = self.state.account(account_id, location_id)
        if account is None:
            raise LookupError(f"Sub-account {location_id!r} has no account {account_id!r}.")
        return account

    def _started(self, value: str) -> str:
        if not value:
            raise RuntimeError("The simulator has no address yet: call start() first.")
        return value
