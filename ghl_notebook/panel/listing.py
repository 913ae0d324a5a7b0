"""The base class of the panel's lists: it runs their tasks one after the other."""

from __future__ import annotations

import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from ghl_notebook.background import start_in_background
from ghl_notebook.errors import GHLError
from ghl_notebook.widgets import UI_THREAD

from .protocol import Back, FromPage, Select, Skip, ToPage

_log = logging.getLogger("ghl_notebook.panel")
_VERSIONS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class _Task:
    busy: str
    work: Callable[[], Coroutine[Any, Any, Any]]
    then: Callable[[Any], None]
    done: Future[None]


class Listing:
    """A list of accounts or sub-accounts. Only `fetch` may be called outside the UI thread.

    Parameters
    ----------
    send : callable
        Sends a message of this list to the pages, if they show the list.
    changed : callable
        Called after every change.

    Attributes
    ----------
    frame : pandas.DataFrame or None
        What was last fetched.
    fetched_at : float or None
        When it was fetched, in seconds since the epoch.
    messages : dict of dict
        The last message of each type to the pages.
    busy, error, notice : str or None
        The running task; the last error and its next step; the last success.
    """

    kind: ClassVar[str]
    busy_with_fetching: ClassVar[str] = "Fetching from GoHighLevel…"

    def __init__(
        self, send: Callable[[Listing, ToPage], None], changed: Callable[[], None]
    ) -> None:
        self.frame: pd.DataFrame | None = None
        self.fetched_at: float | None = None
        self.busy: str | None = None
        self.error: str | None = None
        self.notice: str | None = None
        self.version = 0
        self._send = send
        self._changed = changed
        self.messages: dict[str, ToPage] = {}
        self._tasks: deque[_Task] = deque()
        self._selected: frozenset[str] = frozenset()
        self._is_closed = False

    # What a subclass implements.

    async def load(self) -> Any:
        """Fetch the list, in the background."""
        raise NotImplementedError

    def accept(self, answer: Any) -> None:
        """Use what `load` returned: set `frame`, and call `send_rows`."""
        raise NotImplementedError

    def keys(self) -> pd.Series[str]:
        """Return a value per row that identifies it from one fetch to the next."""
        raise NotImplementedError

    def handle(self, message: FromPage) -> None:
        """Do what the page requests."""
        raise NotImplementedError

    @property
    def id(self) -> str:
        """The id of the sub-account or the agency."""
        raise NotImplementedError

    def view(self) -> ToPage:
        """Return what the page shows besides the rows."""
        return {}

    # What a panel uses.

    @property
    def selected(self) -> pd.DataFrame | None:
        """The ticked rows."""
        if self.frame is None:
            return None
        return self.frame[self.keys().isin(self._selected)]

    def fetch(self) -> Future[None]:
        """Fetch the list; the future is done once it is shown. From any thread."""
        done: Future[None] = Future()
        UI_THREAD.post(lambda: self.fetch_here(done))
        return done

    def publish(self) -> None:
        """Send the current state to the pages."""
        if self._is_closed:
            return
        self._send_state(
            "show",
            kind=self.kind,
            id=self.id,
            busy=self.busy,
            error=self.error,
            notice=self.notice,
            fetched_at=self.fetched_at,
            **self.view(),
        )
        self._changed()

    def resend(self) -> None:
        """Send the pages everything that they show."""
        for message in list(self.messages.values()):
            self._send(self, message)

    def receive(self, message: FromPage) -> None:
        """Handle a page's message, from any thread."""
        UI_THREAD.post(lambda: self._dispatch(message))

    def close(self) -> None:
        """Remove it."""
        self._is_closed = True

    # What a subclass uses.

    def fetch_here(self, done: Future[None] | None = None) -> None:
        """Fetch the list."""
        self.do(self.busy_with_fetching, self.load, self.accept_fetched, done)

    def accept_fetched(self, answer: Any) -> None:
        """Use what `load` has just returned."""
        self.fetched_at = time.time()
        self.accept(answer)

    def do(
        self,
        busy: str,
        work: Callable[[], Coroutine[Any, Any, Any]],
        then: Callable[[Any], None],
        done: Future[None] | None = None,
    ) -> None:
        """Run `work` in the background, after earlier tasks, and call `then` with its result."""
        self._tasks.append(_Task(busy, work, then, done or Future()))
        if self.busy is None:
            self._begin()

    def send_rows(self, columns: dict[str, list[Any]]) -> None:
        """Send the rows of a new DataFrame to the pages."""
        self.version = next(_VERSIONS)
        ticked = self.keys().isin(self._selected).to_numpy().nonzero()[0].tolist()
        self._send_state(
            "rows", list=self.id, version=self.version, columns=columns, selected=ticked
        )

    def rows(self, version: int, rows: Sequence[int]) -> list[pd.Series[Any]]:
        """Return the rows that the page means; none if the list has changed since."""
        frame = self.frame
        if (
            frame is None
            or version != self.version
            or not all(0 <= row < len(frame) for row in rows)
        ):
            self.notice = "The list has changed in the meantime. Check it, and try again."
            return []
        return [frame.iloc[row] for row in dict.fromkeys(rows)]

    # Helpers.

    def _send_state(self, type_: str, **content: Any) -> None:
        """Send a message that is valid until the next one of the same type."""
        self.messages[type_] = {"type": type_, **content}
        self._send(self, self.messages[type_])

    def _dispatch(self, message: FromPage) -> None:
        match message:
            case Select(version=version, rows=rows):
                if version == self.version and self.frame is not None:
                    keys = self.keys()
                    ticked = [n for n in rows if 0 <= n < len(keys)]
                    self._selected = frozenset(keys.iloc[ticked])
                    self._changed()
                return
            case Back() | Skip():
                pass
            case _ if self.busy is not None:
                self.publish()  # the page has not received this yet
                return
        self.error = self.notice = None
        try:
            self.handle(message)
        except GHLError as error:
            self.error = str(error)
        self.publish()

    def _begin(self) -> None:
        task = self._tasks[0]
        self.busy = task.busy
        future = start_in_background(task.work)
        future.add_done_callback(lambda future: UI_THREAD.post(lambda: self._finish(future)))
        self.publish()

    def _finish(self, future: Future[Any]) -> None:
        task = self._tasks.popleft()
        self.busy = None
        fault = future.exception()
        if fault is None:
            try:
                task.then(future.result())
            except Exception as error:  # noqa: BLE001 - reported below, like any other
                fault = error
        if isinstance(fault, GHLError):
            self.error = str(fault)
        elif fault is not None:
            # A bug: report it, rather than leaving the panel busy forever.
            _log.error("The panel's work has failed", exc_info=fault)
            self.error = f"{type(fault).__name__}: {fault}. Please report this."
        if self._tasks and self.busy is None:
            self._begin()
        self.publish()
        if fault is None:
            task.done.set_result(None)
        else:
            task.done.set_exception(fault)
