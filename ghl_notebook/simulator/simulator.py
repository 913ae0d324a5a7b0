"""The simulator itself: one stateful stand-in for the service, on a free port."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from . import user
from .clock import standing_clock
from .gate import Gate
from .levers import Levers
from .limits import RateLimiter
from .oauth_records import App
from .recording import shown
from .records import Account
from .seed import seed_state
from .server import ServerThread
from .state import State
from .user import MessageEvent
from .wire import Recorded, World


class Simulator:
    """A stand-in for GoHighLevel's Social Planner API and for the providers' consent pages.

    Nothing leaves this computer: it listens on 127.0.0.1 only, and its pages load nothing from
    elsewhere. Two simulators share nothing; with the same seed they give the same answers.

    Parameters
    ----------
    seed : int
        Fixes every id.
    port : int
        0 picks a free one, which a later `start` takes again.
    public_url : str, optional
        How a browser reaches the simulator, default `base_url`. May be path-absolute, such as
        "/user/someone/proxy/{port}", behind a reverse proxy that strips that prefix; "{port}"
        is replaced.
    clock : callable, optional
        The current time with a time zone; by default it stands still at 2026-01-05T09:00:00Z.
        `running_clock` makes one that runs.
    locations : int
        How many more sub-accounts the agency has than the two of the examples.
    accounts : int or range
        How many connected accounts each of those has: on several platforms, under names in
        several scripts, some expired and some soon to be. Of a range, another number for each.
    record : int
        How many of the last requests are kept in `requests`; 0 keeps none.
    monotonic : callable, optional
        Seconds that only grow, for the interval of the rate limit; by default real ones.

    Attributes
    ----------
    state : State
        Tokens, sub-accounts, users, logins, accounts and groups.
    levers : Levers
        What goes wrong.

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
        self._world = World(self.state, self.levers)
        self._limiter = RateLimiter(self.levers, self.state.clock, monotonic)
        self._gate: Gate | None = None
        self._recorded: deque[Recorded] = deque(maxlen=record)
        self._server: ServerThread | None = None

    def __repr__(self) -> str:
        where = self._world.base_url if getattr(self, "_server", None) else "stopped"
        return f"<Simulator {where}>"

    def start(self) -> Self:
        """Start to listen; returns when requests are answered. Does nothing while it runs."""
        if self._server is not None:
            return self
        gate = Gate(self._world, self._limiter, self._recorded)
        server = ServerThread(gate, self._port)
        self._port = server.port
        self._world.base_url = f"http://127.0.0.1:{server.port}"
        public = self._public_url or self._world.base_url
        self._world.public_url = public.replace("{port}", str(server.port)).rstrip("/")
        server.start()
        self._gate, self._server = gate, server
        return self

    def stop(self) -> None:
        """Stop to listen; the state stays. Does nothing when it does not run."""
        server, gate = self._server, self._gate
        self._server = self._gate = None
        if server is not None and gate is not None:
            server.call_soon(gate.stop_waiting)
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
        return self._started(self._world.base_url)

    @property
    def public_url(self) -> str:
        """The address a browser uses; redirects, forms and pictures are built on it."""
        return self._started(self._world.public_url)

    @property
    def origin(self) -> str:
        """The origin of the messages; "self" where `public_url` is path-absolute."""
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
        """The instant it lives in."""
        return self.state.clock()

    @property
    def client_id(self) -> str:
        """The client id of the simulated app."""
        return self._app.client_id

    @property
    def client_secret(self) -> str:
        """The client secret of the simulated app."""
        return self._app.client_secret

    @property
    def redirect_uri(self) -> str:
        """The redirect URI of the simulated app; it matches at any port of 127.0.0.1."""
        return self._app.redirect_uris[0]

    @property
    def authorize_url(self) -> str:
        """The address of the authorization page, without a query."""
        return f"{self.public_url}/oauth/chooselocation"

    @property
    def _app(self) -> App:
        return next(iter(self.state.apps.values()))

    @property
    def requests(self) -> list[Recorded]:
        """What was asked and answered last, without secrets, pictures and styles."""
        return [shown(one) for one in list(self._recorded)]

    def play_user(
        self,
        authorization_url: str,
        *,
        choose: str | None = None,
        tick: Iterable[str] | None = None,
        allow: bool = True,
    ) -> MessageEvent:
        """Play the person in the popup: open the consent page, pick, and press a button.

        Plain HTTP without a browser; may be called from any thread.

        Parameters
        ----------
        authorization_url : str
            The ``Location`` of a start.
        choose : str, optional
            Name, address or id of the person who logs in; by default the first.
        tick : iterable of str, optional
            Names, handles or ids of the pages to hand over; by default all of the person's.
        allow : bool
            Press "Allow" or "Deny".

        Returns
        -------
        MessageEvent
            The first message that the finish page posts.

        Raises
        ------
        LookupError
            When the finish page posts nothing, or a page shows an error or not that choice.
        ValueError
            When the address does not lead to this simulator; nothing is sent then.
        """
        return user.play_user(
            authorization_url,
            base_url=self.base_url,
            public_url=self.public_url,
            origin=self.origin,
            choose=choose,
            tick=tick,
            allow=allow,
        )

    def play_installer(
        self, authorization_url: str, *, choose: str | None = None, allow: bool = True
    ) -> str:
        """Play the person who installs the app: open the authorization page and press a button.

        Plain HTTP without a browser; may be called from any thread.

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
            The redirect URI with ``code`` or ``error`` and ``state``; it is not requested.

        Raises
        ------
        LookupError
            When the page shows an error or not that choice.
        ValueError
            When the address does not lead to this simulator; nothing is sent then.
        """
        return user.play_installer(
            authorization_url,
            base_url=self.base_url,
            public_url=self.public_url,
            choose=choose or self.location_id,
            allow=allow,
        )

    def install(
        self,
        choose: str | None = None,
        *,
        scopes: Iterable[str] | None = None,
        approved: Iterable[str] | None = None,
    ) -> dict[str, Any]:
        """Install the app at once, without HTTP, and return the token endpoint's answer.

        Parameters
        ----------
        choose : str, optional
            Name or id of a sub-account, or "agency"; by default the main sub-account.
        scopes : iterable of str, optional
            By default all of the app's.
        approved : iterable of str, optional
            Of the agency: ids of the sub-accounts a token may be minted for; by default all.

        Returns
        -------
        dict
            In snake case: ``access_token``, ``refresh_token``, ``expires_in`` and so on.

        Raises
        ------
        LookupError
            When there is no such sub-account.
        """
        installs = self._world.installs
        wanted = sorted(self._app.scopes) if scopes is None else scopes
        install = installs.install(self._app, installs.target(choose), wanted, approved)
        return installs.pair(install, install.location_id)

    def pass_time(self, time: timedelta) -> None:
        """Let time pass at once: connections and tokens grow older by it.

        Parameters
        ----------
        time : timedelta
            How much.

        Raises
        ------
        ValueError
            If it is negative: time does not go back.
        """
        if time < timedelta():
            raise ValueError("time does not go back.")
        self._passed += time

    def reconnect(self, location_id: str, account_id: str) -> None:
        """Play the person who renews a connection, at once and without HTTP.

        Parameters
        ----------
        location_id, account_id : str
            The sub-account, and the ``id`` in its list of accounts.

        Raises
        ------
        LookupError
            When there is no such connection.
        """
        self.state.renew(self._account(location_id, account_id))

    def revoke(self, location_id: str, account_id: str) -> None:
        """Play the platform that ends a connection before its time, as after a new password.

        Parameters
        ----------
        location_id, account_id : str
            The sub-account, and the ``id`` in its list of accounts.

        Raises
        ------
        LookupError
            When there is no such connection.
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
