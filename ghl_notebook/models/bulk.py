"""Making many records at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Hold off the garbage collector while many objects are made that all stay.

    It would go through all that there are so far, again and again, and find none to free. Only
    reference cycles wait, also those of other threads; everything else is freed as always.
    """
    if not gc.isenabled():  # by another thread that is here, or by the user
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
