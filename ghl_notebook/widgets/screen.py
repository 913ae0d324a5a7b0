"""The thread in which what happens reaches the screen, one after the other.

Neither the background event loop nor a comm callback may call what a user has put on a trait with
`observe`: such a function may itself call a blocking `Client`, or wait.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

_log = logging.getLogger("ghl_notebook.widgets")


class ScreenThread:
    """Run functions one after the other in one daemon thread, started by the first of them."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], None], Future[None]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()  # the garbage collector may close a widget within it

    def post(self, job: Callable[[], None]) -> Future[None]:
        """Have a function run after those that were posted before it."""
        done: Future[None] = Future()
        self._jobs.put((job, done))
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # not alive: a forked child
                self._thread = threading.Thread(
                    target=self._work, name="ghl_notebook-screen", daemon=True
                )
                self._thread.start()
        return done

    def is_current_thread(self) -> bool:
        """Tell whether the caller runs in this thread, and must not wait for it."""
        return threading.current_thread() is self._thread

    def _work(self) -> None:
        while True:
            job, done = self._jobs.get()
            # From here on it cannot be cancelled: a result would end this thread then.
            if not done.set_running_or_notify_cancel():
                continue
            try:
                job()
            except BaseException:  # noqa: BLE001
                # A user's observer failed, or left the program. The widget goes on; the log has
                # the traceback.
                _log.exception("An observer of a widget failed")
            done.set_result(None)


SCREEN = ScreenThread()
