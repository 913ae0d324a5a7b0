"""Settings of the garbage collector while many objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause the garbage collector while many objects are made that all stay alive.

    Otherwise it traverses all existing objects again and again, and finds none to free. Only
    reference cycles are freed later, including cycles of other threads.
    """
    if not gc.isenabled():  # paused by another thread here, or by the user
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def light_collector() -> Iterator[None]:
    """Let the garbage collector ignore all existing objects while many others come and go.

    New garbage is still freed. Does nothing if objects are frozen already, by this function or by
    the user.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
