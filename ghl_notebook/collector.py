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


@contextmanager
def light_collector() -> Iterator[None]:
    """Let the garbage collector pass over what there was before, while many objects come and go.

    It still frees what becomes garbage meanwhile. Does nothing where somebody else has frozen
    objects, this function included.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
