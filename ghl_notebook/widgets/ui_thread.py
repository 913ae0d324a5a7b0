"""The thread that updates widgets, one update after the other.

Neither the background event loop nor a comm callback may call a function that a user has passed to
`observe`: such a function may itself call a blocking `Client`, or wait.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

_log = logging.getLogger("ghl_notebook.widgets")


class UIThread:
    """Run functions one after the other in one daemon thread, which the first of them starts."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], None], Future[None]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()  # the garbage collector may close a widget within it

    def post(self, job: Callable[[], None]) -> Future[None]:
        """Run a function after those that were posted before it."""
        done: Future[None] = Future()
        self._jobs.put((job, done))
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # not alive: a forked child
                self._thread = threading.Thread(
                    target=self._work, name="ghl_notebook-ui", daemon=True
                )
                self._thread.start()
        return done

    def is_current_thread(self) -> bool:
        """Tell whether the caller runs in this thread; then the caller must not wait for it."""
        return threading.current_thread() is self._thread

    def _work(self) -> None:
        while True:
            job, done = self._jobs.get()
            # Not cancellable from here on: setting the result of a cancelled future would raise.
            if not done.set_running_or_notify_cancel():
                continue
            try:
                job()
            except BaseException:  # noqa: BLE001
                # A user's observer failed, or raised SystemExit. The widget continues; the log has
                # the traceback.
                _log.exception("An observer of a widget failed")
            done.set_result(None)


UI_THREAD = UIThread()
