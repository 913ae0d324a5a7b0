"""The login of an app without a screen: the authorization code grant, from the click to its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import anyio

from ghl_notebook.api.arguments import check_patience, check_seconds
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
from ghl_notebook.secret import Secret
from ghl_notebook.widgets import SCREEN

from .driver import Driver
from .redirect import REDIRECTS, Redirect
from .state import ENDS, TICKET_REUSED, Status, ticket_reused

_log = logging.getLogger("ghl_notebook.login")

T = TypeVar("T")

_EXPOSED = (
    f"{TICKET_REUSED} after the login. Check that you are logged in to your own account; if you "
    "are not, call ghl_notebook.log_out()."
)

Finish = Callable[[Secret, Secret], Awaitable[T]]
"""Exchanges the authorization code, with its PKCE verifier, for what the login is to result in."""


@dataclass(frozen=True, slots=True)
class CodeFlowState:
    """Everything that there is to know about an app's login at one moment.

    Attributes
    ----------
    status : Status
        Never ``starting``.
    run : str or None
        The attempt.
    result : object
        What `Finish` has returned.
    error : GHLError or None
        Why there is none.
    notice : str or None
        What should be known while waiting.
    listens : bool
        Whether a redirect to this computer arrives by itself.
    deadline : float or None
        On the clock of `time.monotonic`.
    """

    status: Status = Status.IDLE
    run: str | None = None
    result: Any = None
    error: GHLError | None = None
    notice: str | None = None
    listens: bool = False
    deadline: float | None = None


class CodeFlowScreen(Protocol):
    """What shows it. Its methods are called in one thread, in order."""

    def show(self, state: CodeFlowState) -> None:
        """Show what is now."""

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Open the authorization URL in the window of `request`."""


class CodeFlow(Driver[CodeFlowState], Generic[T]):
    """One login of an app, by attempts of which the last one counts.

    Parameters
    ----------
    app : App
        The app.
    finish : Finish
        Exchanges the code; it runs in the background event loop, once per code.
    screen : CodeFlowScreen, optional
        What shows it.
    time_limit : float, default 600
        Seconds that an attempt may take until its answer arrives.
    """

    def __init__(
        self,
        app: App,
        finish: Finish[T],
        *,
        screen: CodeFlowScreen | None = None,
        time_limit: float = 600.0,
    ) -> None:
        if not isinstance(app, App):  # not every caller has a type checker
            raise ArgumentError(
                f"The first argument is a {type(app).__name__}, not an App.",
                "Make one: App(client_id, client_secret, redirect_uri, scopes).",
            )
        check_seconds("time_limit", time_limit)
        super().__init__()
        self.app = app
        self._state = CodeFlowState()
        self._finish_by = finish
        self._screen = screen
        self._time_limit = time_limit
        self._runs = 0
        self._authorization: Authorization | None = None  # of the run that is going
        self._redirect: Redirect | None = None
        self._is_open = threading.Event()
        self._is_exposed = False
        self._requests: list[str] = []
        self._limit_task: Future[None] | None = None

    @while_made
    def __repr__(self) -> str:
        return f"CodeFlow({self.app.client_id!r}, status={str(self.state.status)!r})"

    @property
    def state(self) -> CodeFlowState:
        """What is now."""
        return self._state

    # What the user does.

    def start(self) -> Secret:
        """Begin an attempt, and return its authorization URL once the redirect is listened for."""
        self.begin("start")
        self._is_open.wait()
        with self._lock:
            if self._authorization is None:
                raise LoginNotFinishedError("No attempt waits for an answer.", "Begin it again.")
            return self._authorization.url

    def begin(self, request: str | None = None, *, anew: bool = False) -> None:
        """Hand the authorization URL to a click; None: to none yet, but one may come soon.

        With `anew` it is not that of an attempt which is going.
        """
        with self._lock:
            if self.state.status is Status.CHECKING:
                return
            if anew or self.state.status is not Status.WAITING:
                self._new_run(Status.IDLE if request is None else Status.WAITING)
            if request is None or self._authorization is None:
                return
            if self._is_open.is_set():
                self._authorize(request)
            else:
                self._requests.append(request)

    def paste(self, redirected: str | Secret) -> None:
        """Take the address that the login has ended at. What is wrong with it is in the notice."""
        hidden = Secret(redirected)
        del redirected  # a traceback may show this frame's locals
        with self._lock:
            problem = self._take(self.state.run, hidden)
            if problem is not None and self.state.status not in ENDS:
                self._change(notice=str(problem))

    def cancel(self, run: str | None = None) -> None:
        """Give up; `run` None means: whichever is going.

        Not while a code is exchanged: what the service has given out then would be lost.
        """
        with self._lock:
            going = self.state.run is not None and run in (None, self.state.run)
            if going and self.state.status in (Status.IDLE, Status.WAITING):
                error = LoginCancelledError("The login was cancelled.", "Log in to start over.")
                self._end(Status.CANCELLED, error=error)

    def ticket_reused(self) -> None:
        """The login page's address was opened twice: one of the two may be a stranger.

        A code that is being exchanged is not given up: what the service gives out would be lost.
        """
        with self._lock:
            if self.state.status is Status.CHECKING:
                self._is_exposed = True
            elif self.state.status is Status.CONNECTED:
                self._change(notice=_EXPOSED)
            elif self.state.status not in ENDS:
                self._end(Status.FAILED, error=ticket_reused())

    def show_again(self) -> None:
        """Nothing is handed out before a click."""

    # How it ends.

    def wait(self, timeout: float | None = None) -> T:
        """Wait for the end, and return the result or raise as `finished` does."""
        check_patience(timeout)
        outcome = self.outcome()
        try:
            outcome.result(timeout)
        except TimeoutError:
            raise LoginTimeoutError(
                f"The login is not finished after {timeout} s.",
                "It goes on: finish it in its window, then wait again.",
            ) from None
        finally:
            outcome.cancel()
        return self.finished()

    def finished(self) -> T:
        """Return what `Finish` has returned.

        Raises
        ------
        GHLError
            If there is no result; the error says why.
        """
        state = self.state
        if state.error is not None:
            raise state.error.with_traceback(None)
        if state.status is not Status.CONNECTED:
            raise LoginNotFinishedError("The login is not finished.")
        result: T = state.result
        return result

    # What follows. With the lock held, unless they are coroutines of the background loop.

    def _new_run(self, status: Status) -> None:
        self._leave()
        self._runs += 1
        run = f"run-{self._runs}"
        self._is_open.clear()
        self._is_exposed = False
        deadline = time.monotonic() + self._time_limit
        self._state = CodeFlowState(status=status, run=run, deadline=deadline)
        self._limit_task = self._spawn(self._limit, run)
        if status is Status.WAITING:
            self._authorization = Authorization(self.app)
            self._spawn(self._open, run)
        self._publish()

    async def _open(self, run: str) -> None:
        """Listen for the redirect, and hand the authorization URL to those who asked for it."""
        redirect, notice = None, None
        if self.app.loopback_port is not None:
            redirect = Redirect(self.app.redirect_uri, lambda query: self._take(run, query))
            try:
                await REDIRECTS.open(redirect)
            except OSError as error:
                _log.debug("The redirect cannot be listened for: %s", error.strerror)
                redirect = None
                notice = (
                    f"Port {self.app.loopback_port}, where the login ends, is used by another "
                    "program, so its answer does not arrive by itself. Paste the address that the "
                    "login's window ends at."
                )
        with self._lock:
            is_going = self.state.run == run and self.state.status is Status.WAITING
            if is_going:
                self._redirect = redirect
                self._change(listens=redirect is not None, notice=notice)
                for request in self._requests:
                    self._authorize(request)
                self._requests.clear()
            self._is_open.set()
        if redirect is not None and not is_going:
            await REDIRECTS.close(redirect)

    def _take(self, run: str | None, redirected: Secret) -> GHLError | None:
        """Take an answer; return what is wrong with it."""
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
            self._leave()
            self._change(status=Status.CHECKING, notice=None, listens=False, deadline=None)
            self._spawn(self._finish, run, code, verifier)
            return None

    async def _finish(self, _run: str, code: Secret, verifier: Secret) -> None:
        try:
            result = await self._finish_by(code, verifier)
        except GHLError as error:
            with self._lock:
                self._end(Status.FAILED, error=error)
        else:
            with self._lock:
                self._end(Status.CONNECTED, result=result)
                if self._is_exposed:
                    self._change(notice=_EXPOSED)

    async def _limit(self, run: str) -> None:
        await anyio.sleep(self._time_limit)
        with self._lock:
            if self.state.run == run and self.state.status in (Status.IDLE, Status.WAITING):
                error = LoginTimeoutError(
                    f"No answer arrived within {self._time_limit:g} s.", "Log in to start over."
                )
                self._end(Status.TIMED_OUT, error=error)

    def _end(self, status: Status, *, result: Any = None, error: GHLError | None = None) -> None:
        self._leave()
        self._state = CodeFlowState(status, self.state.run, result=result, error=error)
        self._publish()

    def _leave(self) -> None:
        """Forget the attempt: its state and verifier, its port, its time limit."""
        self._authorization = None
        self._requests.clear()
        redirect, self._redirect = self._redirect, None
        if redirect is not None:
            start_in_background(REDIRECTS.close, redirect)
        limit, self._limit_task = self._limit_task, None
        if limit is not None:
            limit.cancel()

    def _change(self, **changes: Any) -> None:
        self._state = replace(self.state, **changes)
        self._publish()

    def _show(self, state: CodeFlowState) -> None:
        if self._screen is not None:
            self._screen.show(state)

    def _authorize(self, request: str) -> None:
        run, left = self.state.run, self.seconds_left()
        screen, authorization = self._screen, self._authorization
        if screen is not None and authorization and run is not None and left is not None:
            SCREEN.post(lambda: screen.authorize(request, run, authorization.url, left))

    def _broke(self, run: str, error: BaseException) -> None:
        # A fault of ours. Its text may quote what it was given: its name is enough here.
        kind = type(error).__name__
        _log.error("A step of a login failed: %s", kind)
        with self._lock:
            if self.state.run == run and self.state.status not in ENDS:
                fault = LoginFailedError(f"A step of the login failed: {kind}.", "Report this.")
                self._end(Status.FAILED, error=fault)
        self._is_open.set()
