"""Everything that is logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class EveryLogger(logging.Handler):
    """Hears every logger while it is installed."""

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Hear every logger at its lowest level."""
        root = logging.getLogger()
        level = root.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.setLevel(level)
            root.removeHandler(self)
