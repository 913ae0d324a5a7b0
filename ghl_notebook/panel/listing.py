"""What the lists of the panel have in common: their work, one thing after the other."""

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

from .protocol import Back, Message, Said, Select
from .table import Table

_log = logging.getLogger("ghl_notebook.panel")


@dataclass(frozen=True, slots=True)
class _Job:
    busy: str
    work: Callable[[], Coroutine[Any, Any, Any]]
    then: Callable[[Any], None]
    done: Future[None]


class Listing:
    """A list of accounts, or of sub-accounts. All but `fetch` is for the UI thread.

    Parameters
    ----------
    changed : callable
        Is called after every change.

    Attributes
    ----------
    table : Table
        Shows it.
    frame : pandas.DataFrame or None
        What was fetched last.
    busy, error, notice : str or None
        What is being done; what went wrong last, and the next step; what was done last.
    """

    kind: ClassVar[str]
    busy_with_fetching: ClassVar[str] = "Asking GoHighLevel…"

    def __init__(self, changed: Callable[[], None]) -> None:
        self.frame: pd.DataFrame | None = None
        self.busy: str | None = None
        self.error: str | None = None
        self.notice: str | None = None
        self.version = 0
        self._changed = changed
        self._jobs: deque[_Job] = deque()
        self._selected: frozenset[str] = frozenset()
        self._is_closed = False
        self.table = Table(self._hear)

    # What a subclass says.

    async def ask(self) -> Any:
        """Ask the service for the list; in the background."""
        raise NotImplementedError

    def accept(self, answer: Any) -> None:
        """Take over what `ask` returned: set `frame`, and call `tell_rows`."""
        raise NotImplementedError

    def keys(self) -> pd.Series[str]:
        """Return what stays the same of a row from one fetch to the next."""
        raise NotImplementedError

    def hear(self, said: Said) -> None:
        """Do what the page asks for."""
        raise NotImplementedError

    def look(self) -> Message:
        """Return what the page shows besides the rows."""
        return {}

    # What a panel uses.

    @property
    def selected(self) -> pd.DataFrame | None:
        """The rows that are ticked."""
        if self.frame is None:
            return None
        return self.frame[self.keys().isin(self._selected)]

    def fetch(self) -> Future[None]:
        """Fetch the list; the future is done when it is shown. From any thread."""
        done: Future[None] = Future()
        UI_THREAD.post(lambda: self.fetch_here(done))
        return done

    def publish(self) -> None:
        """Show what is now."""
        if self._is_closed:
            return
        self.table.tell(
            "show",
            kind=self.kind,
            busy=self.busy,
            error=self.error,
            notice=self.notice,
            **self.look(),
        )
        self._changed()

    def close(self) -> None:
        """Remove it."""
        self._is_closed = True
        self.table.close()

    # What a subclass uses.

    def fetch_here(self, done: Future[None] | None = None) -> None:
        """Fetch the list."""
        self.do(self.busy_with_fetching, self.ask, self.accept, done)

    def do(
        self,
        busy: str,
        work: Callable[[], Coroutine[Any, Any, Any]],
        then: Callable[[Any], None],
        done: Future[None] | None = None,
    ) -> None:
        """Carry out work in the background, after what is being done, and go on with its result."""
        self._jobs.append(_Job(busy, work, then, done or Future()))
        if self.busy is None:
            self._begin()

    def tell_rows(self, columns: dict[str, list[Any]]) -> None:
        """Give the page the rows of a new frame."""
        self.version += 1
        ticked = self.keys().isin(self._selected).to_numpy().nonzero()[0].tolist()
        self.table.tell("rows", version=self.version, columns=columns, selected=ticked)

    def row(self, version: int, row: int) -> pd.Series[Any] | None:
        """Return the row that the page means; None if the list is another one by now."""
        if self.frame is None or version != self.version or not 0 <= row < len(self.frame):
            self.notice = "The list has changed in the meantime. Look again, and repeat it."
            return None
        return self.frame.iloc[row]

    # Helpers.

    def _hear(self, said: Said) -> None:
        UI_THREAD.post(lambda: self._take(said))

    def _take(self, said: Said) -> None:
        match said:
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
                self.publish()  # the page does not know
                return
        self.error = self.notice = None
        try:
            self.hear(said)
        except GHLError as error:
            self.error = str(error)
        self.publish()

    def _begin(self) -> None:
        job = self._jobs[0]
        self.busy = job.busy
        task = start_in_background(job.work)
        task.add_done_callback(lambda task: UI_THREAD.post(lambda: self._finish(task)))
        self.publish()

    def _finish(self, task: Future[Any]) -> None:
        job = self._jobs.popleft()
        self.busy = None
        fault = task.exception()
        if fault is None:
            try:
                job.then(task.result())
            except Exception as error:  # noqa: BLE001 - said below, as any other
                fault = error
        if isinstance(fault, GHLError):
            self.error = str(fault)
        elif fault is not None:
            # A fault of ours: say so, and do not leave the panel busy for ever.
            _log.error("The panel's work has failed", exc_info=fault)
            self.error = f"{type(fault).__name__}: {fault}. Please report this."
        if self._jobs and self.busy is None:
            self._begin()
        self.publish()
        if fault is None:
            job.done.set_result(None)
        else:
            job.done.set_exception(fault)
