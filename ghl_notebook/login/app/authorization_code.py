"""The login of an app without a screen: the authorization code grant with PKCE."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from ghl_notebook.auth.app import App, Authorization
from ghl_notebook.background import start_in_background
from ghl_notebook.errors import (
    ArgumentError,
    GHLError,
    LoginCancelledError,
    LoginFailedError,
    LoginNotFinishedError,
    LoginTimeoutError,
    StateMismatchError,
)
from ghl_notebook.guard import while_made
from ghl_notebook.login.flow import (
    ENDS,
    TICKET_REUSED,
    FlowState,
    LoginFlow,
    LoginView,
    Status,
    ticket_reused,
)
from ghl_notebook.login.page_messages import Begin, Cancel, Channel, FromPage, Redirected
from ghl_notebook.secret import Secret

from .redirect import REDIRECTS, Redirect

_log = logging.getLogger("ghl_notebook.login")

T = TypeVar("T")

_EXPOSED = (
    f"{TICKET_REUSED} after the login. Check that you are logged in to your own account; if you "
    "are not, call ghl_notebook.log_out()."
)

Finish = Callable[[Secret, Secret], Awaitable[T]]
"""Exchanges the authorization code, with its PKCE verifier, for the result of the login."""


@dataclass(frozen=True, slots=True)
class AuthorizationCodeState(FlowState):
    """The state of an app's login. The `status` is never ``starting``.

    Attributes
    ----------
    result : object
        The result of `Finish`.
    listens : bool
        Whether a redirect to this computer arrives automatically.
    """

    result: Any = None
    listens: bool = False


class AuthorizationCodeFlow(LoginFlow[AuthorizationCodeState], Generic[T]):
    """The login of an app.

    Parameters
    ----------
    app : App
        The app.
    finish : Finish
        Exchanges the code; it runs in the background event loop, once per code.
    view : LoginView, optional
        The card that shows the login.
    time_limit : float, default 600
        Seconds that an attempt may take until its answer arrives.
    """

    def __init__(
        self,
        app: App,
        finish: Finish[T],
        *,
        view: LoginView[AuthorizationCodeState] | None = None,
        time_limit: float = 600.0,
    ) -> None:
        if not isinstance(app, App):  # not every caller has a type checker
            raise ArgumentError(
                f"The first argument is a {type(app).__name__}, not an App.",
                "Make one: App(client_id, client_secret, redirect_uri, scopes).",
            )
        super().__init__(view, time_limit)
        self.app = app
        self._state = AuthorizationCodeState()
        self._exchange_code = finish
        self._runs = 0
        self._authorization: Authorization | None = None  # of the current run
        self._redirect: Redirect | None = None
        self._is_open = threading.Event()
        self._is_exposed = False
        self._requests: list[str] = []

    @while_made
    def __repr__(self) -> str:
        return f"AuthorizationCodeFlow({self.app.client_id!r}, status={str(self.state.status)!r})"

    @property
    def state(self) -> AuthorizationCodeState:
        """The current state."""
        return self._state

    def finished(self) -> T:
        """Return the result of `Finish`.

        Raises
        ------
        GHLError
            If the result is missing; the error explains why.
        """
        state = self.state
        if state.error is not None:
            raise state.error.with_traceback(None)
        if state.status is not Status.CONNECTED:
            raise LoginNotFinishedError("The login is not finished.")
        result: T = state.result
        return result

    # The user's actions.

    def start(self) -> Secret:
        """Begin an attempt, and return its authorization URL once the redirect can arrive."""
        self.begin("start")
        self._is_open.wait()
        with self._lock:
            if self._authorization is None:
                raise LoginNotFinishedError("No attempt waits for an answer.", "Begin it again.")
            return self._authorization.url

    def begin(self, request: str | None = None, *, anew: bool = False) -> None:
        """Hand the authorization URL to the click `request`, or with None begin before any click.

        With `anew`, the current attempt is given up, and a new one begins.
        """
        with self._lock:
            if self.state.status is Status.CHECKING:
                return
            if anew or self.state.status is not Status.WAITING:
                self._new_run(Status.IDLE if request is None else Status.WAITING)
            if request is None or self._authorization is None:
                return
            if self._is_open.is_set():
                self._authorize(request, self._authorization.url)
            else:
                self._requests.append(request)

    def paste(self, redirected: str | Secret) -> None:
        """Accept the last address of the login; if it is wrong, the notice shows the reason."""
        hidden = Secret(redirected)
        del redirected  # a traceback may show this frame's locals
        with self._lock:
            problem = self._accept(self.state.run, hidden)
            if problem is not None and self.state.status not in ENDS:
                self._change(notice=str(problem))

    def cancel(self, run: str | None = None) -> None:
        """Give up `run`, or with None the current run.

        The exchange of a code continues: otherwise, the tokens that the API issues would be lost.
        """
        with self._lock:
            going = self.state.run is not None and run in (None, self.state.run)
            if going and self.state.status in (Status.IDLE, Status.WAITING):
                error = LoginCancelledError("The login was cancelled.", "Log in to start over.")
                self._end(Status.CANCELLED, error=error)

    def ticket_reused(self) -> None:
        """End an attempt whose login page was opened twice: one of the two may be a stranger.

        The exchange of a code continues: otherwise, the tokens that the API issues would be lost.
        """
        with self._lock:
            if self.state.status is Status.CHECKING:
                self._is_exposed = True
            elif self.state.status is Status.CONNECTED:
                self._change(notice=_EXPOSED)
            elif self.state.status not in ENDS:
                self._end(Status.FAILED, error=ticket_reused())

    def handle(self, message: FromPage, _channel: Channel) -> None:
        """Handle a page's message."""
        match message:
            case Begin(request=request, takes_over=takes_over):
                self.begin(request, anew=takes_over)
            case Redirected(address=address):
                self.paste(address)
            case Cancel(run=run):
                self.cancel(run)

    # With the lock held, unless they are coroutines of the background loop.

    def _new_run(self, status: Status) -> None:
        self._release()
        self._runs += 1
        run = f"run-{self._runs}"
        self._is_open.clear()
        self._is_exposed = False
        deadline = time.monotonic() + self._time_limit
        self._state = AuthorizationCodeState(status, run, deadline=deadline)
        self._companions.append(self._spawn(self._limit, run))
        if status is Status.WAITING:
            self._authorization = Authorization(self.app)
            self._spawn(self._open, run)
        self._update()

    async def _open(self, run: str) -> None:
        """Listen for the redirect, then hand the authorization URL to the clicks that wait."""
        redirect, notice = None, None
        if self.app.loopback_port is not None:
            redirect = Redirect(self.app.redirect_uri, lambda query: self._accept(run, query))
            try:
                await REDIRECTS.open(redirect)
            except OSError as error:
                _log.debug("The redirect cannot be listened for: %s", error.strerror)
                redirect = None
                notice = (
                    f"Port {self.app.loopback_port}, where the login ends, is used by another "
                    "program, so the answer does not arrive on its own. Paste the address of the "
                    "window's last page."
                )
        with self._lock:
            authorization = self._authorization if self.state.run == run else None
            if authorization is not None:
                self._redirect = redirect
                self._change(listens=redirect is not None, notice=notice)
                for request in self._requests:
                    self._authorize(request, authorization.url)
                self._requests.clear()
            self._is_open.set()
        if redirect is not None and authorization is None:  # the attempt was given up
            await REDIRECTS.close(redirect)

    def _accept(self, run: str | None, redirected: Secret) -> GHLError | None:
        """Accept an answer, or return what is wrong with it."""
        with self._lock:
            status = self.state.status
            if run is None or self._authorization is None or status is not Status.WAITING:
                if run is None or status is Status.IDLE:
                    return ArgumentError(
                        "The login has not begun.", "Begin it, then paste the address it ends at."
                    )
                return StateMismatchError("That login has ended.", "Begin the login again.")
            if run != self.state.run:
                return StateMismatchError("That address belongs to another login.")
            try:
                code = self._authorization.code_of(redirected)
            except (ArgumentError, StateMismatchError) as error:
                return error
            except LoginCancelledError as error:
                self._end(Status.CANCELLED, error=error)
                return error
            except GHLError as error:
                self._end(Status.FAILED, error=error)
                return error
            verifier = self._authorization.verifier
            self._release()
            self._change(status=Status.CHECKING, notice=None, listens=False, deadline=None)
            self._spawn(self._finish, run, code, verifier)
            return None

    async def _finish(self, _run: str, code: Secret, verifier: Secret) -> None:
        try:
            result = await self._exchange_code(code, verifier)
        except GHLError as error:
            with self._lock:
                self._end(Status.FAILED, error=error)
        else:
            with self._lock:
                self._end(Status.CONNECTED, result=result)
                if self._is_exposed:
                    self._change(notice=_EXPOSED)

    def _expire(self) -> None:
        if self.state.status in (Status.IDLE, Status.WAITING) and not self.seconds_left():
            error = LoginTimeoutError(
                f"No answer arrived within {self._time_limit:g} s.", "Log in to start over."
            )
            self._end(Status.TIMED_OUT, error=error)

    def _end(self, status: Status, *, result: Any = None, error: GHLError | None = None) -> None:
        self._release()
        self._state = AuthorizationCodeState(status, self.state.run, error, result=result)
        self._update()

    def _release(self) -> None:
        """Release what only the attempt needs: its state and verifier, its port, its time limit."""
        self._authorization = None
        self._requests.clear()
        redirect, self._redirect = self._redirect, None
        if redirect is not None:
            start_in_background(REDIRECTS.close, redirect)
        self._stop_companions()

    def _change(self, **changes: Any) -> None:
        self._state = replace(self.state, **changes)
        self._update()

    def _fail(self, run: str, error: BaseException) -> None:
        # A bug here. The error's text may quote a secret, so only the type is shown.
        kind = type(error).__name__
        _log.error("A step of a login failed: %s", kind)
        with self._lock:
            if self.state.run == run and self.state.status not in ENDS:
                failure = LoginFailedError(f"A step of the login failed: {kind}.", "Report this.")
                self._end(Status.FAILED, error=failure)
        self._is_open.set()
