"""The format of durations."""

from __future__ import annotations

from datetime import timedelta

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def span(duration: timedelta) -> str:
    """Return a duration in its two largest units, such as ``2 hours 5 minutes``."""
    left = round(abs(duration.total_seconds()))
    words = []
    for seconds, name in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            words.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(words[:2]) or "less than a second"
