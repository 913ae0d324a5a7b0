"""The base class of the panel's lists: it runs their tasks one after the other."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from ghl_notebook.background import start_in_background
from ghl_notebook.errors import GHLError
from ghl_notebook.widgets import UI_THREAD

from .protocol import Back, FromPage, Select, ToPage
from .table import TableWidget

_log = logging.getLogger("ghl_notebook.panel")


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
    changed : callable
        Called after every change.

    Attributes
    ----------
    table : TableWidget
        Displays the list.
    frame : pandas.DataFrame or None
        What was last fetched.
    busy, error, notice : str or None
        The running task; the last error and its next step; the last success.
    """

    kind: ClassVar[str]
    busy_with_fetching: ClassVar[str] = "Fetching from GoHighLevel…"

    def __init__(self, changed: Callable[[], None]) -> None:
        self.frame: pd.DataFrame | None = None
        self.busy: str | None = None
        self.error: str | None = None
        self.notice: str | None = None
        self.version = 0
        self._changed = changed
        self._tasks: deque[_Task] = deque()
        self._selected: frozenset[str] = frozenset()
        self._is_closed = False
        self.table = TableWidget(self._on_message)

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
        self.table.send_state(
            "show",
            kind=self.kind,
            busy=self.busy,
            error=self.error,
            notice=self.notice,
            **self.view(),
        )
        self._changed()

    def close(self) -> None:
        """Remove it."""
        self._is_closed = True
        self.table.close()

    # What a subclass uses.

    def fetch_here(self, done: Future[None] | None = None) -> None:
        """Fetch the list."""
        self.do(self.busy_with_fetching, self.load, self.accept, done)

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
        self.version += 1
        ticked = self.keys().isin(self._selected).to_numpy().nonzero()[0].tolist()
        self.table.send_state("rows", version=self.version, columns=columns, selected=ticked)

    def row(self, version: int, row: int) -> pd.Series[Any] | None:
        """Return the row that the page means; None if the list has changed since."""
        if self.frame is None or version != self.version or not 0 <= row < len(self.frame):
            self.notice = "The list has changed in the meantime. Check it, and try again."
            return None
        return self.frame.iloc[row]

    # Helpers.

    def _on_message(self, message: FromPage) -> None:
        UI_THREAD.post(lambda: self._dispatch(message))

    def _dispatch(self, message: FromPage) -> None:
        match message:
            case Select(version=version, rows=rows):
                if version == self.version and self.frame is not None:
                    keys = self.keys()
                    ticked = [n for n in rows if 0 <= n < len(keys)]
                    self._selected = frozenset(keys.iloc[ticked])
                    self._changed()
                return
            case Back():
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
