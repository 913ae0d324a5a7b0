"""What time the service says it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def read_offset(date: str, now: datetime) -> timedelta | None:
    """Return the service's clock less the local one; None for an answer that tells no time.

    Parameters
    ----------
    date : str
        The header ``Date`` of the answer: of whole seconds, and as old as the answer's way.
    now : datetime
        The local time when the answer came, with a time zone.
    """
    try:
        told = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)) - now
