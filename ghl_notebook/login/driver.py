"""What drives every login: its steps in the background, and who is told how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from ghl_notebook.background import start_in_background
from ghl_notebook.widgets import SCREEN

from .state import ENDS, Shown

P = ParamSpec("P")
S = TypeVar("S", bound=Shown)


class Driver(Generic[S]):
    """A login of any kind, by attempts (*runs*) of which the last one counts.

    A subclass changes its state with the lock held, and then calls `_publish`.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._waiters: list[Future[S]] = []

    @property
    def state(self) -> S:
        """What is now."""
        raise NotImplementedError

    def seconds_left(self) -> float | None:
        """Return the seconds until the run's time limit; None when none is going."""
        deadline = self.state.deadline
        return None if deadline is None else max(0.0, deadline - time.monotonic())

    def outcome(self) -> Future[S]:
        """Return a future of the state in which the login ends, already shown on the screen."""
        waiter: Future[S] = Future()
        with self._lock:
            self._waiters.append(waiter)
            if self.state.status in ENDS:
                self._publish()
        return waiter

    def _show(self, state: S) -> None:
        """Show a state; in the screen's thread."""
        raise NotImplementedError

    def _broke(self, run: str, error: BaseException) -> None:
        """End a run one of whose steps has failed by a fault that is not the service's."""
        raise NotImplementedError

    def _publish(self) -> None:
        """Have the state shown, and tell those who wait if it is the end."""
        state = self.state
        waiters: list[Future[S]] = []
        if state.status in ENDS:
            waiters, self._waiters = self._waiters, waiters

        def show() -> None:
            try:
                self._show(state)
            finally:
                for waiter in waiters:
                    if waiter.set_running_or_notify_cancel():
                        waiter.set_result(state)

        SCREEN.post(show)

    def _spawn(
        self,
        step: Callable[Concatenate[str, P], Coroutine[Any, Any, None]],
        run: str,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[None]:
        """Start a step of a run in the background."""

        def look(task: Future[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                self._broke(run, error)

        task = start_in_background(step, run, *args, **kwargs)
        task.add_done_callback(look)
        return task
