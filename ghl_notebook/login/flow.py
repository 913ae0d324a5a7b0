"""The base of both logins: attempts (*runs*) of which the last one counts, and their state."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

import anyio

from ghl_notebook.api.arguments import check_seconds
from ghl_notebook.background import start_in_background
from ghl_notebook.errors import GHLError, LoginFailedError
from ghl_notebook.secret import Secret
from ghl_notebook.widgets import UI_THREAD

from .page_messages import Channel, FromPage


class Status(StrEnum):
    """The status of a login."""

    IDLE = "idle"
    STARTING = "starting"
    WAITING = "waiting"
    CHECKING = "checking"
    CONNECTED = "connected"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    FAILED = "failed"


ENDS = frozenset({Status.CONNECTED, Status.CANCELLED, Status.TIMED_OUT, Status.FAILED})
"""Final statuses: only a user's action leaves them."""

TICKET_REUSED = "The address of the login page was opened a second time"


def ticket_reused() -> LoginFailedError:
    """Return the error of a login whose page was opened twice."""
    return LoginFailedError(
        f"{TICKET_REUSED}, so somebody else may have logged in there. Its result was ignored.",
        "Start the login again.",
    )


@dataclass(frozen=True, slots=True)
class FlowState:
    """The attributes that the states of both logins share.

    Attributes
    ----------
    status : Status
        The login's status.
    run : str or None
        The current attempt, or the last one.
    error : GHLError or None
        Why the attempt has failed.
    notice : str or None
        A hint for the user while waiting.
    deadline : float or None
        End of the time limit, on the clock of `time.monotonic`.
    """

    status: Status = Status.IDLE
    run: str | None = None
    error: GHLError | None = None
    notice: str | None = None
    deadline: float | None = None


S = TypeVar("S", bound=FlowState)
S_contra = TypeVar("S_contra", bound=FlowState, contravariant=True)


class LoginView(Protocol[S_contra]):
    """The card that shows a login. The methods are called in the UI thread, in order."""

    def update(self, state: S_contra) -> None:
        """Show a state."""

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Open the authorization URL in the window of `request`, or with None of the next click."""

    def close_window(self, request: str) -> None:
        """Close the window that was opened for `request`: the authorization URL is missing."""


class LoginFlow(ABC, Generic[S]):
    """A login without a screen. A subclass changes its state with the lock held, then `_update`s.

    Parameters
    ----------
    view : LoginView, optional
        The card that shows the login.
    time_limit : float
        Seconds that an attempt may take until its result arrives.
    """

    def __init__(self, view: LoginView[S] | None, time_limit: float) -> None:
        check_seconds("time_limit", time_limit)
        self._view = view
        self._time_limit = time_limit
        self._lock = threading.RLock()
        self._waiters: list[Future[S]] = []
        self._companions: list[Future[None]] = []  # tasks that end with the run

    @property
    @abstractmethod
    def state(self) -> S:
        """The current state."""

    @abstractmethod
    def begin(self, request: str | None = None) -> None:
        """Begin an attempt for the click `request`; None prepares one before any click."""

    @abstractmethod
    def handle(self, message: FromPage, channel: Channel) -> None:
        """Handle a page's message that arrived through `channel`."""

    @abstractmethod
    def cancel(self, run: str | None = None) -> None:
        """Give up `run`, or with None the current run."""

    def close(self) -> None:
        """Give up for good."""
        self.cancel()

    @abstractmethod
    def ticket_reused(self) -> None:
        """End an attempt whose login page was opened twice: one of the two may be a stranger."""

    @abstractmethod
    def finished(self) -> Any:
        """Return the result, or raise an error that explains why it is missing."""

    def resend_url(self) -> None:
        """Send a page that was loaded again the URL that was fetched before any click."""

    def seconds_left(self) -> float | None:
        """Return the seconds until the time limit; None without a current attempt."""
        deadline = self.state.deadline
        return None if deadline is None else max(0.0, deadline - time.monotonic())

    def outcome(self) -> Future[S]:
        """Return a future of the login's final state, set after the view shows it."""
        waiter: Future[S] = Future()
        with self._lock:
            self._waiters.append(waiter)
            if self.state.status in ENDS:
                self._update()
        return waiter

    @abstractmethod
    def _expire(self) -> None:
        """End the attempt if its time limit is over; with the lock held."""

    @abstractmethod
    def _fail(self, run: str, error: BaseException) -> None:
        """End a run because a step has raised an unexpected error."""

    def _update(self) -> None:
        """Have the state shown, and resolve the outcomes if it is final."""
        waiters: list[Future[S]] = []
        if (state := self.state).status in ENDS:
            waiters, self._waiters = self._waiters, waiters

        def show() -> None:
            try:
                if self._view is not None:
                    self._view.update(state)
            finally:
                for waiter in waiters:
                    if waiter.set_running_or_notify_cancel():
                        waiter.set_result(state)

        UI_THREAD.post(show)

    def _authorize(self, request: str | None, url: Secret) -> None:
        """Pass the authorization URL to the view."""
        run, left, view = self.state.run, self.seconds_left(), self._view
        if view is not None and run is not None and left is not None:
            UI_THREAD.post(lambda: view.authorize(request, run, url, left))

    async def _limit(self, run: str) -> None:
        while self.state.run == run and (left := self.seconds_left()) is not None:
            await anyio.sleep(max(left, 0.05))  # at the limit, a result may be under examination
            with self._lock:
                if self.state.run == run:
                    self._expire()

    def _stop_companions(self) -> None:
        companions, self._companions = self._companions, []
        for companion in companions:
            companion.cancel()

    def _spawn(
        self, step: Callable[..., Coroutine[Any, Any, None]], run: str, *args: Any
    ) -> Future[None]:
        """Start a step of a run in the background."""

        def on_done(task: Future[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                self._fail(run, error)

        task = start_in_background(step, run, *args)
        task.add_done_callback(on_done)
        return task
