"""How many records there are in all, wherever an answer says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NAMES: Final = ("count", "total", "totalCount")
_INSIDE: Final = ("meta", "pagination")


def total_of(results: Mapping[str, Any]) -> int | None:
    """Return how many there are in all, by ``count`` or ``total``; None where nothing says so."""
    inside = [results[name] for name in _INSIDE if isinstance(results.get(name), Mapping)]
    for place in (results, *inside):
        for name in _NAMES:
            value = place.get(name)
            if isinstance(value, str) and value.isascii() and value.isdecimal():
                value = int(value[:18])
            if type(value) is int and value >= 0:
                return value
    return None


def has_none(results: object) -> bool:
    """Tell whether there are no records at all: a list that has none may be left out then."""
    return isinstance(results, Mapping) and total_of(results) == 0
