"""Reports the values of an answer that do not have the type of their column."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from ghl_notebook.models import Record, unfit_values

from .period import short

_LOG: Final = logging.getLogger("ghl_notebook.fetch")


def warn_of_unfit(name: str, records: Iterable[object]) -> None:
    """Log one warning per field: how many of its values are left out, and one of them.

    Parameters
    ----------
    name : str
        The list, for the warning.
    records : iterable
        What was made of the answer; anything but a record is ignored.
    """
    counts: dict[str, int] = {}
    examples: dict[str, object] = {}
    for record in records:
        for field, value in unfit_values(record) if isinstance(record, Record) else ():
            counts[field] = counts.get(field, 0) + 1
            examples.setdefault(field, value)
    for field, count in counts.items():
        _LOG.warning(
            "%s: the %s of %d is not what was expected, and left out, for instance %s",
            name,
            field or "record",
            count,
            short(examples[field]),
        )
