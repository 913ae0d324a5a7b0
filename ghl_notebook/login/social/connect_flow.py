"""A social account's login without a screen: the state machine, the API, and the clock."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Protocol

import anyio
import anyio.to_thread

from ghl_notebook.api import Client
from ghl_notebook.errors import (
    ArgumentError,
    BadRequestError,
    GHLError,
    LocationAccessError,
    LoginCancelledError,
    LoginFailedError,
    LoginNotFinishedError,
    LoginTimeoutError,
    NotFoundError,
    RefusedError,
    ValidationError,
)
from ghl_notebook.login.flow import ENDS, LoginFlow, LoginView, Status
from ghl_notebook.login.page_messages import (
    Attach,
    Begin,
    Cancel,
    Channel,
    Claim,
    FromPage,
    Mine,
    NotMine,
    Paste,
    RawMessage,
    Recheck,
    WindowLost,
)
from ghl_notebook.models import Platform, find_platform
from ghl_notebook.secret import Secret
from ghl_notebook.transport import is_transient
from ghl_notebook.widgets import UI_THREAD

from .accounts_watch import AccountsWatch
from .attachment import Attachment
from .registry import LoginRegistry
from .state import MAX_FOUND, Appearance, LoginState
from .state_machine import LoginMachine

# How the API reports that this sub-account does not have an account id.
_UNKNOWN_ID = (BadRequestError, LocationAccessError, NotFoundError, RefusedError, ValidationError)

_WATCH_SECONDS = 3.0
# A page that keeps posting false claims must not use up the API's rate limit.
_QUICK_CHECKS = 20
_SLOW_CHECK_SECONDS = 0.25
_RECHECK_SECONDS = 1.0
_MAX_RECHECK_SECONDS = 10.0  # the interval of the API's rate limit

_REGISTRY = LoginRegistry()

_log = logging.getLogger("ghl_notebook.login")


class MessageObserver(Protocol):
    """Receives every message of the login's window, whether or not it counts. In the UI thread.

    Only the client's own browser and the login page (not a notebook's page) report them.
    """

    def on_message(self, message: RawMessage) -> None:
        """A window has posted a message."""

    def on_window_lost(self) -> None:
        """The page has lost its handle to the window."""


class ConnectFlow(LoginFlow[LoginState]):
    """A login, from the click to a connection that GoHighLevel has confirmed.

    Parameters
    ----------
    client : Client
        The client of the sub-account.
    platform : str
        For instance ``"instagram"``.
    view : LoginView
        The card that shows the login.
    page, reconnect, login_type
        Passed to ``client.oauth.start``.
    time_limit : float
        Seconds that a run may take until its claim arrives.
    assume_mine : bool
        Use a login in the accounts list without asking: no other user connects accounts at the
        same time.
    message_observer : MessageObserver, optional
        Receives every message, also rejected ones.
    """

    def __init__(
        self,
        client: Client,
        platform: str,
        *,
        view: LoginView[LoginState],
        page: str | None = None,
        reconnect: bool = False,
        login_type: str | None = None,
        time_limit: float = 600.0,
        assume_mine: bool = False,
        message_observer: MessageObserver | None = None,
    ) -> None:
        require_client(client)
        super().__init__(view, time_limit)
        self.client = client
        self.platform: Platform = find_platform(platform)
        self._page = page
        self._reconnect = reconnect
        self._login_type = login_type
        self.message_observer = message_observer
        self._machine = LoginMachine(
            self.platform, client.allowed_origins, time_limit, _REGISTRY, assume_mine
        )
        self.attachment = Attachment(client, self.platform.key, self.show)
        self._url: Secret | None = None  # of the current run; deleted at its end
        self._refuted = 0  # claims of the current run
        self._shown_status = Status.IDLE

    @property
    def state(self) -> LoginState:
        """The current state."""
        return self._machine.state

    def finished(self) -> str:
        """Return the account id that GoHighLevel has confirmed.

        Raises
        ------
        LoginError
            If no account id is confirmed; the subclass shows the reason.
        """
        state, title = self.state, self.platform.title
        match state.status:
            case Status.CONNECTED if state.payload is not None and state.payload.account_id:
                return state.payload.account_id
            case Status.CANCELLED:
                raise LoginCancelledError(f"The login for {title} was cancelled.")
            case Status.TIMED_OUT:
                raise LoginTimeoutError(f"The login for {title} did not finish in time.")
            case Status.FAILED:
                raise LoginFailedError(
                    f"The login for {title} failed: {state.error}"
                ) from state.error
        raise LoginNotFinishedError(f"The login for {title} is not finished.")

    # The user's actions.

    def begin(self, request: str | None = None) -> None:
        """Request the authorization URL for the click `request`, or with None before any click."""
        with self._lock:
            run = self._machine.begin(time.monotonic(), prefetch=request is None)
            if run is None:
                return
            self._begin_run(run)
            self._apply(True)
            # Before the window has its address; otherwise, its login would not be new to the list.
            if self.client.browser is not None:
                self._machine.on_baseline(run, ())
            else:
                self._companions.append(self._spawn(self._watch_accounts, run))
            self._spawn(self._start, run, request)

    def handle(self, message: FromPage, channel: Channel) -> None:
        """Handle a page's message."""
        machine, observer = self._machine, self.message_observer
        with self._lock:
            match message:
                case Begin(prefetched=True, run=str(run)) if self._apply(machine.opened(run)):
                    pass
                case Begin(request=request):
                    self.begin(request)
                case Claim():
                    self._apply(machine.claim(message, channel))
                case RawMessage():
                    if observer is not None:
                        UI_THREAD.post(partial(observer.on_message, message))
                case WindowLost(run=run):
                    if observer is not None:
                        UI_THREAD.post(observer.on_window_lost)
                    machine.on_window_lost(run)
                case Mine(run=run, account_id=account_id, origin_ids=origin_ids):
                    if self._apply(machine.mine(run, account_id)):
                        self.attachment.choose(account_id, origin_ids)
                case NotMine(run=run):
                    self._apply(machine.not_mine(run))
                case Paste(account_id=account_id):
                    self.paste(account_id)
                case Attach(origin_ids=origin_ids):
                    self.attachment.attach(origin_ids)
                case Cancel(run=run):
                    self.cancel(run)
                case Recheck(run=run):
                    if self._apply(machine.recheck(run, time.monotonic())):
                        self._restart_companions(run)

    def paste(self, text: str) -> None:
        """Check an account id that the user has entered."""
        with self._lock:
            before = self.state.run
            self._apply(self._machine.paste(text, time.monotonic()))
            if self.state.run is not None and self.state.run != before:
                self._begin_run(self.state.run)

    def show(self) -> None:
        """Have the state shown again, with what else the card shows."""
        with self._lock:
            self._update()

    def cancel(self, run: str | None = None) -> None:
        """Give up `run`, or with None the current run."""
        with self._lock:
            self._apply(self._machine.cancel(run))

    def close(self) -> None:
        """Give up the login for good, also what is not attached yet."""
        super().close()
        self.attachment.close()

    def ticket_reused(self) -> None:
        """End an attempt whose login page was opened twice: one of the two may be a stranger."""
        with self._lock:
            self._apply(self._machine.exposed())

    def resend_url(self) -> None:
        """Send a page that was loaded again the URL that was fetched before any click."""
        with self._lock:
            if self._url is not None and self.state.is_prefetched:
                self._authorize(None, self._url)

    # The API and the clock. These methods run in the background loop.

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
                failed, view = self._apply(self._machine.start_failed(run, error)), self._view
                if failed and view is not None and request is not None:
                    UI_THREAD.post(lambda: view.close_window(request))
            return
        with self._lock:
            if not self._machine.authorized(run):
                return
            self._url = url
            self._apply(True)
            if self.client.browser is None:
                self._authorize(request, url)
                return
        await self._browse(run, url)

    async def _browse(self, run: str, url: Secret) -> None:
        """Let the client's own browser log in, without a front end."""
        assert self.client.browser is not None
        event = await anyio.to_thread.run_sync(self.client.browser, url)
        with self._lock:
            self._apply(self._machine.opened(run))
        self.handle(RawMessage(event.origin, "popup", event.data), Channel.BROWSER)
        self.handle(Claim(run, event.origin, "", "popup", event.data), Channel.BROWSER)
        self._end_without_user(run)

    async def _check(self, run: str) -> None:
        """Check the claimed id with GoHighLevel, repeatedly after transient errors."""
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
                    self._apply(self._machine.not_confirmed(run))
                    again = self.state.status is Status.CHECKING  # of a claim that was pending
                if not again:
                    self._end_without_user(run)
                    return
            except GHLError as error:
                with self._lock:
                    if not self._may_recheck(error, wait):
                        self._apply(self._machine.check_failed(run, error))
                        return
                    self._apply(self._machine.check_delayed(run, error))
                await anyio.sleep(wait)
                wait = min(2 * wait, _MAX_RECHECK_SECONDS)
            else:
                names = [account.name or account.origin_id or "" for account in found]
                with self._lock:
                    if self._machine.confirmed(run, names):
                        self.attachment.offer(
                            state.payload.account_id, found, is_renewal=self._reconnect
                        )
                        self._apply(True)
                        self.attachment.attach_chosen()

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
                    # A later list could not be compared. The other channels still work.
                    with self._lock:
                        self._apply(self._machine.watching(run, on=False))
                        if is_first:
                            self._apply(self._machine.on_baseline(run, ()))
                    return
                found = None
            with self._lock:
                if is_first:
                    self._apply(self._machine.on_baseline(run, watch.logins))
                is_first = False
                self._apply(self._machine.watching(run, on=True))
                if found is not None:
                    self._apply(self._machine.on_accounts_changed(run, found))
            for one in () if self._reconnect else self.state.found[:MAX_FOUND]:
                await self.attachment.preview(one.account_id)
            await anyio.sleep(_WATCH_SECONDS)

    def _end_without_user(self, run: str) -> None:
        """End a run that still waits after the client's own browser is done."""
        with self._lock:
            if self.client.browser is not None and self.state.status is Status.WAITING:
                failure = LoginFailedError(self.state.notice or "The result was not usable.", "")
                self._apply(self._machine.on_error(run, failure))

    def _begin_run(self, run: str) -> None:
        self._url, self._refuted = None, 0
        self.attachment.choose("", ())
        self._restart_companions(run)

    def _restart_companions(self, run: str) -> None:
        self._stop_companions()
        self._companions.append(self._spawn(self._limit, run))

    def _expire(self) -> None:
        self._apply(self._machine.expire(time.monotonic()))

    def _fail(self, run: str, error: BaseException) -> None:
        # A bug here, or an error of the client's browser: show it at once instead of timing out.
        _log.error("A step of a login failed", exc_info=error)
        text = str(error).rstrip(".")
        failure = LoginFailedError(f"{type(error).__name__}: {text}.", "Please report this.")
        with self._lock:
            self._apply(self._machine.on_error(run, failure))

    def _apply(self, changed: bool) -> bool:
        """Show the machine's new state, and check the claim that it has accepted."""
        if changed:
            before, self._shown_status = self._shown_status, self.state.status
            if self.state.status in ENDS:
                self._url = None
                self._stop_companions()
            self._update()
            is_new = Status.CHECKING is self.state.status is not before  # else `_check` is running
            if is_new and self.state.run is not None:
                self._spawn(self._check, self.state.run)
        return changed


def require_client(client: object) -> None:
    """Raise an `ArgumentError` if a first argument is not a client."""
    if not isinstance(client, Client):
        raise ArgumentError(
            f"The first argument is a {type(client).__name__}, not a Client.",
            "Pass what ghl_notebook.Client() or ghl_notebook.demo() returned.",
        )
