"""How many records there are in all, wherever a response reports it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NAMES: Final = ("count", "total", "totalCount")
_INSIDE: Final = ("meta", "pagination")


def total_of(results: Mapping[str, Any]) -> int | None:
    """Return how many records there are in all, by ``count`` or ``total``; None if not reported."""
    inside = [results[name] for name in _INSIDE if isinstance(results.get(name), Mapping)]
    for part in (results, *inside):
        for name in _NAMES:
            value = part.get(name)
            if isinstance(value, str) and value.isascii() and value.isdecimal():
                value = int(value[:18])
            if type(value) is int and value >= 0:
                return value
    return None


def has_none(results: object) -> bool:
    """Tell whether the reported total is 0: then the list of records may be missing."""
    return isinstance(results, Mapping) and total_of(results) == 0
