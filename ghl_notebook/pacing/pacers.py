"""The pacers of a process: one for each sub-account or agency, whoever calls for it."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable

from .pacer import Pacer


class Pacers:
    """The pacers of a process, each for as long as somebody uses it or its calls count."""

    def __init__(self, new: Callable[[], Pacer] = Pacer) -> None:
        self._new = new
        self._lock = threading.Lock()
        self._pacers: weakref.WeakValueDictionary[tuple[str, str], Pacer] = (
            weakref.WeakValueDictionary()
        )
        self._kept: deque[Pacer] = deque()

    def of(self, base_url: str, whose: str, user: object) -> Pacer:
        """Return the pacer of a sub-account or an agency, the same one for every client.

        Parameters
        ----------
        base_url, whose : str
            The service, and whom it counts for.
        user : object
            The client. When it is gone, what it has used up is still remembered.
        """
        with self._lock:
            while self._kept and self._kept[0].is_idle:
                self._kept.popleft()
            pacer = self._pacers.get((base_url, whose))
            if pacer is None:
                pacer = self._pacers[base_url, whose] = self._new()
        # Without the lock: the garbage collector may do this in the middle of the above.
        weakref.finalize(user, self._kept.append, pacer).atexit = False
        return pacer

    def start_anew(self) -> None:
        """Go on in a forked process."""
        self._lock = threading.Lock()
        for pacer in list(self._pacers.values()):
            pacer.start_anew()


PACERS = Pacers()
"""Those of this process."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PACERS.start_anew)


def pacer_of(base_url: str, whose: str, *, user: object) -> Pacer:
    """Return this process's pacer of a sub-account or an agency; see `Pacers.of`."""
    return PACERS.of(base_url, whose, user=user)
