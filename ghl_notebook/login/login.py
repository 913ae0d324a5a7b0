"""A login without a screen: the state machine, driven by the service, the clock and the user."""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future
from typing import Protocol

import anyio
import anyio.to_thread

from ghl_notebook.api import Client
from ghl_notebook.api.arguments import check_seconds
from ghl_notebook.errors import (
    ArgumentError,
    BadRequestError,
    GHLError,
    LocationAccessError,
    LoginFailedError,
    NotFoundError,
    RefusedError,
    ValidationError,
)
from ghl_notebook.models import Platform, find_platform
from ghl_notebook.secret import Secret
from ghl_notebook.transport import is_transient
from ghl_notebook.widgets import SCREEN

from .driver import Driver
from .ledger import Ledger
from .machine import LoginMachine
from .outcome import account_id_of
from .state import ENDS, Appearance, Claim, Heard, LoginState, Status, Way
from .watch import AccountsWatch

# How the service says that this sub-account does not know an account id.
_UNKNOWN_ID = (
    BadRequestError,
    LocationAccessError,
    NotFoundError,
    RefusedError,
    ValidationError,
)

_WATCH_SECONDS = 3.0
# A page that posts one false claim after the other must not use up the service's rate limit.
_QUICK_CHECKS = 20
_SLOW_CHECK_SECONDS = 0.25
_RECHECK_SECONDS = 1.0
_MOST_RECHECK_SECONDS = 10.0  # the interval of the service's rate limit

_LEDGER = Ledger()

_log = logging.getLogger("ghl_notebook.login")


class Screen(Protocol):
    """What shows a login. Its methods are called in one thread, in order."""

    def show(self, state: LoginState) -> None:
        """Show what is now."""

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Open the authorization URL: in the window of `request`, or in the next click."""

    def close_window(self, request: str) -> None:
        """Close the window that was opened for `request`: there is no authorization URL."""


class Witness(Protocol):
    """Who is told what the login's window does, whether or not it counts. In the screen's thread.

    Only the client's own browser and the login page (not a notebook's page) tell it.
    """

    def heard(self, heard: Heard) -> None:
        """A window has posted a message."""

    def lost(self) -> None:
        """The page cannot see the window any more."""


class Login(Driver[LoginState]):
    """One login, from the click to a connection that the service has confirmed.

    Parameters
    ----------
    client : Client
        The service.
    platform : str
        For instance ``"instagram"``.
    screen : Screen
        What shows it.
    page, reconnect, login_type
        Handed to ``client.oauth.start``.
    time_limit : float
        Seconds that a run may take until its claim arrives.
    assume_mine : bool
        Nobody else logs in meanwhile: what appears in the accounts list need not be asked about.
    witness : Witness, optional
        Who is told of every message, also of those that are refused.
    """

    def __init__(
        self,
        client: Client,
        platform: str,
        *,
        screen: Screen,
        page: str | None = None,
        reconnect: bool = False,
        login_type: str | None = None,
        time_limit: float = 600.0,
        assume_mine: bool = False,
        witness: Witness | None = None,
    ) -> None:
        super().__init__()
        require_client(client)
        check_seconds("time_limit", time_limit)
        self.client = client
        self.platform: Platform = find_platform(platform)
        self._screen = screen
        self._page = page
        self._reconnect = reconnect
        self._login_type = login_type
        self.witness = witness
        self._machine = LoginMachine(
            self.platform, client.allowed_origins, time_limit, _LEDGER, assume_mine
        )
        self._url: Secret | None = None  # of the run that is going; gone with it
        self._refuted = 0  # claims of the run that is going
        self._companions: list[Future[None]] = []  # go on for as long as the run does

    @property
    def state(self) -> LoginState:
        """What is now."""
        return self._machine.state

    def finished(self) -> str:
        """Return the account id that the service has confirmed.

        Raises
        ------
        LoginError
            If there is none; the subclass says why.
        """
        return account_id_of(self.platform, self.state)

    # What the user does.

    def begin(self, request: str | None = None) -> None:
        """Get the authorization URL: the button was pressed, or, with None, may be soon."""
        with self._lock:
            run = self._machine.begin(time.monotonic(), prefetch=request is None)
            if run is not None:
                self._begin_run(run)
                self._changed()
                # Before the window has its address, or what it brings would not be new to the list.
                if self.client.browser is not None:
                    self._machine.noticed(run, ())
                else:
                    self._companions.append(self._spawn(self._watch_accounts, run))
                self._spawn(self._start, run, request)

    def opened(self, run: str) -> bool:
        """The button was pressed and has opened the prefetched address."""
        with self._lock:
            return self._note(self._machine.opened(run))

    def claim(self, claim: Claim, way: Way = Way.MESSAGE) -> None:
        """A message has arrived."""
        with self._lock:
            self._examine(self._machine.claim(claim, way))

    def heard(self, heard: Heard) -> None:
        """A window has posted a message, which may or may not become a claim."""
        if (witness := self.witness) is not None:
            SCREEN.post(lambda: witness.heard(heard))

    def lost(self, run: str) -> None:
        """The page cannot see the window any more: the accounts list may tell instead."""
        if (witness := self.witness) is not None:
            SCREEN.post(witness.lost)
        with self._lock:
            self._machine.lost(run)

    def paste(self, text: str) -> None:
        """The user has entered an account id."""
        with self._lock:
            before = self.state.run
            self._examine(self._machine.paste(text, time.monotonic()))
            if self.state.run is not None and self.state.run != before:
                self._begin_run(self.state.run)

    def mine(self, run: str, account_id: str) -> None:
        """The user says that a login in the accounts list is this one."""
        with self._lock:
            self._examine(self._machine.mine(run, account_id))

    def not_mine(self, run: str) -> None:
        """The user says that no login that was found is this one."""
        with self._lock:
            self._note(self._machine.not_mine(run))

    def recheck(self, run: str) -> None:
        """Check a claim again that the service could not be asked about."""
        with self._lock:
            self._examine(self._machine.recheck(run, time.monotonic()))
            if self.state.status is Status.CHECKING:
                self._accompany(run)

    def cancel(self, run: str | None = None) -> None:
        """Give up; `run` None means: whichever is going."""
        with self._lock:
            self._note(self._machine.cancel(run))

    def ticket_reused(self) -> None:
        """The login page's address was opened twice: one of the two may be a stranger."""
        with self._lock:
            self._note(self._machine.exposed())

    def show_again(self) -> None:
        """Hand a page what it cannot know from the state: a prefetched authorization URL."""
        with self._lock:
            if self._url is not None and self.state.is_prefetched:
                self._authorize(None, self._url)

    # What the service and the clock do. These run in the background loop.

    async def _start(self, run: str, request: str | None) -> None:
        try:
            url = await self.client.core.oauth.start(
                self.platform.key,
                page=self._page,
                reconnect=self._reconnect,
                login_type=self._login_type,
            )
        except GHLError as error:
            with self._lock:
                if self._note(self._machine.start_failed(run, error)) and request is not None:
                    SCREEN.post(lambda: self._screen.close_window(request))
            return
        with self._lock:
            if not self._machine.authorized(run):
                return
            self._url = url
            self._changed()
            if self.client.browser is None:
                self._authorize(request, url)
                return
        await self._browse(run, url)

    async def _browse(self, run: str, url: Secret) -> None:
        """Have the client's own browser play the user: there is no front end."""
        assert self.client.browser is not None
        event = await anyio.to_thread.run_sync(self.client.browser, url)
        self.opened(run)
        self.heard(Heard(origin=event.origin, source="popup", data=event.data))
        claim = Claim(run=run, origin=event.origin, page_origin="", source="popup", data=event.data)
        self.claim(claim, Way.BROWSER)
        self._give_up_alone(run)

    async def _check(self, run: str) -> None:
        """Ask the service about the claimed id, again and again while it cannot be asked."""
        wait = _RECHECK_SECONDS
        while (state := self.state).run == run and state.status is Status.CHECKING:
            if state.payload is None or state.payload.account_id is None:
                return
            if self._refuted >= _QUICK_CHECKS:
                await anyio.sleep(_SLOW_CHECK_SECONDS)
            try:
                found = await self.client.core.oauth.available_accounts(
                    self.platform.key, state.payload.account_id
                )
            except _UNKNOWN_ID:
                with self._lock:
                    self._refuted += 1
                    self._note(self._machine.not_confirmed(run))
                    again = self.state.status is Status.CHECKING  # a claim that came meanwhile
                if not again:
                    self._give_up_alone(run)
                    return
            except GHLError as error:
                with self._lock:
                    if not self._may_recheck(error, wait):
                        self._note(self._machine.check_failed(run, error))
                        return
                    self._note(self._machine.check_delayed(run, error))
                await anyio.sleep(wait)
                wait = min(2 * wait, _MOST_RECHECK_SECONDS)
            else:
                names = [account.name or account.origin_id or "" for account in found]
                with self._lock:
                    self._note(self._machine.confirmed(run, names))

    def _may_recheck(self, error: GHLError, wait: float) -> bool:
        return is_transient(error) and (self.seconds_left() or 0.0) > wait

    async def _watch_accounts(self, run: str) -> None:
        """Look for the run's result in the accounts list until the run ends."""
        watch = AccountsWatch(self.client.core, self.platform, self._reconnect)
        found: list[Appearance] | None
        is_first = True
        while self.state.run == run and self.state.status not in ENDS:
            try:
                found = await watch.look()
            except GHLError as error:
                _log.debug("The accounts list cannot be watched: %s", error)
                if is_first or not is_transient(error):
                    # Later there would be nothing to compare with. The other ways are open.
                    with self._lock:
                        self._note(self._machine.watching(run, on=False))
                        if is_first:
                            self._examine(self._machine.noticed(run, ()))
                    return
                found = None
            with self._lock:
                if is_first:
                    self._examine(self._machine.noticed(run, watch.logins))
                is_first = False
                self._note(self._machine.watching(run, on=True))
                if found is not None:
                    self._examine(self._machine.appeared(run, found))
            await anyio.sleep(_WATCH_SECONDS)

    def _give_up_alone(self, run: str) -> None:
        """End a run that still waits though the client's own browser is done: nobody is there."""
        with self._lock:
            if self.client.browser is not None and self.state.status is Status.WAITING:
                fault = LoginFailedError(self.state.notice or "The result was not usable.", "")
                self._note(self._machine.broke(run, fault))

    def _begin_run(self, run: str) -> None:
        self._url, self._refuted = None, 0
        self._accompany(run)

    def _accompany(self, run: str) -> None:
        self._leave_alone()
        self._companions.append(self._spawn(self._limit, run))

    def _leave_alone(self) -> None:
        companions, self._companions = self._companions, []
        for companion in companions:
            companion.cancel()

    async def _limit(self, run: str) -> None:
        while self.state.run == run and (left := self.seconds_left()) is not None:
            await anyio.sleep(max(left, 0.05))  # at the limit a claim may be under examination
            with self._lock:
                if self.state.run == run:
                    self._note(self._machine.expire(time.monotonic()))

    def _broke(self, run: str, error: BaseException) -> None:
        # A fault of ours, or of a client's browser: say so at once, do not let it time out.
        _log.error("A step of a login failed", exc_info=error)
        said = str(error).rstrip(".")
        fault = LoginFailedError(f"{type(error).__name__}: {said}.", "Please report this.")
        with self._lock:
            self._note(self._machine.broke(run, fault))

    # What follows from a change.

    def _examine(self, changed: bool) -> None:
        """Begin to check what has arrived, if it was taken."""
        if self._note(changed) and self.state.status is Status.CHECKING and self.state.run:
            self._spawn(self._check, self.state.run)

    def _note(self, changed: bool) -> bool:
        if changed:
            self._changed()
        return changed

    def _changed(self) -> None:
        if self.state.status in ENDS:
            self._url = None
            self._leave_alone()
        self._publish()

    def _show(self, state: LoginState) -> None:
        self._screen.show(state)

    def _authorize(self, request: str | None, url: Secret) -> None:
        run, left = self.state.run, self.seconds_left()
        if run is not None and left is not None:
            SCREEN.post(lambda: self._screen.authorize(request, run, url, left))


def require_client(client: object) -> None:
    """Raise an `ArgumentError` for a first argument that is no client."""
    if not isinstance(client, Client):
        raise ArgumentError(
            f"The first argument is a {type(client).__name__}, not a Client.",
            "Pass what ghl_notebook.Client() or ghl_notebook.demo() returned.",
        )
