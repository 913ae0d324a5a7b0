"""pandas, imported when it is first used: a request is under way by then."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
else:

    class _Pandas:
        """Has the attributes of pandas."""

        def __getattr__(self, name: str) -> Any:
            import pandas as pd

            value = getattr(pd, name)
            setattr(self, name, value)
            return value

    pd = _Pandas()

__all__ = ["import_pandas", "pd"]


def import_pandas() -> None:
    """Import pandas in another thread, so that this one can send a request meanwhile."""
    if "pandas" not in sys.modules:
        # Not a daemon: an interpreter must not end while a library is being loaded.
        threading.Thread(target=_import_pandas, name="ghl_notebook import").start()


def _import_pandas() -> None:
    with suppress(ImportError):  # the caller's own import raises it
        import pandas as pd  # noqa: F401
