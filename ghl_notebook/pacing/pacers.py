"""The pacers of a process: one for each sub-account or agency, whoever calls for it."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from .pacer import Pacer

_LOOKS: Final = 2
"""At those that are kept, each time that one is asked for: more than come to be kept meanwhile."""


class NewPacer(Protocol):
    """Makes a pacer."""

    def __call__(self, *, keep: Callable[[Pacer], object]) -> Pacer:
        """Make one that asks to be kept while its calls count."""
        ...


class Pacers:
    """The pacers of a process, each for as long as somebody uses it or its calls count."""

    def __init__(self, new: NewPacer = Pacer) -> None:
        self._new = new
        self._lock = threading.Lock()
        self._pacers: weakref.WeakValueDictionary[tuple[str, str], Pacer] = (
            weakref.WeakValueDictionary()
        )
        self._kept: deque[Pacer] = deque()

    def of(self, base_url: str, whose: str) -> Pacer:
        """Return the pacer of a sub-account or an agency, the same one for every client.

        When they are all gone, what they have used up is still remembered.

        Parameters
        ----------
        base_url, whose : str
            The service, and whom it counts for.
        """
        with self._lock:
            for _ in range(min(_LOOKS, len(self._kept))):
                self._look_at_oldest()
            pacer = self._pacers.get((base_url, whose))
            if pacer is None:
                pacer = self._pacers[base_url, whose] = self._new(keep=self._kept.append)
            return pacer

    def _look_at_oldest(self) -> None:
        """Keep it no longer, or look again when all others have had their turn."""
        pacer = self._kept.popleft()
        pacer.is_kept = False  # first: what is answered from here on asks to be kept again
        if not pacer.is_idle:
            pacer.is_kept = True
            self._kept.append(pacer)

    def start_anew(self) -> None:
        """Go on in a forked process."""
        self._lock = threading.Lock()
        for pacer in list(self._pacers.values()):
            pacer.start_anew()


PACERS = Pacers()
"""Those of this process."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PACERS.start_anew)


def pacer_of(base_url: str, whose: str) -> Pacer:
    """Return this process's pacer of a sub-account or an agency; see `Pacers.of`."""
    return PACERS.of(base_url, whose)
