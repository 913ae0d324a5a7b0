"""What can be used of a value that does not fit its field as it came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin

import msgspec

UNFIT: Final = object()
"""Nothing of a value can be used."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS: Final = 10**11
"""A larger number is one of milliseconds, microseconds or nanoseconds."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,9})?")
_WORDS: Final = (
    *("message", "error_user_msg", "errorMessage", "error_message", "msg", "description"),
    *("error_description", "detail", "details", "reason", "error", "errors", "title"),
)
_DEEPEST: Final = 5


def fit(value: object, kind: Any, lost: list[object]) -> Any:
    """Return a value as its field takes it, or as much of it as can be used; else `UNFIT`.

    Of a list, what is null or does not fit is left out; of a series it is None, so that the other
    numbers keep their days.

    Parameters
    ----------
    value : object
        Decoded JSON.
    kind : type
        The annotation of the field.
    lost : list
        Is added what of the value is left out, but for nulls.
    """
    with suppress(msgspec.ValidationError):
        return msgspec.convert(value, kind, strict=False)
    for option in get_args(kind) if isinstance(kind, UnionType) else (kind,):
        origin, parts = get_origin(option), get_args(option)
        if origin is list and isinstance(value, list):
            return _fit_list(value, parts[0], lost)
        if origin is dict and isinstance(value, Mapping):
            found = {key: fit(one, parts[1], lost) for key, one in value.items()}
            lost += [value[key] for key, one in found.items() if one is UNFIT and value[key]]
            return {key: one for key, one in found.items() if one is not UNFIT}
        if option is datetime and (moment := read_timestamp(value)) is not None:
            return moment
        if option is str and type(value) in (int, float):
            return str(value)  # an id that came as a number
    return UNFIT


def _fit_list(values: list[Any], kind: Any, lost: list[object]) -> list[Any]:
    found = [fit(value, kind, lost) for value in values]
    lost += [v for v, one in zip(values, found, strict=True) if one is UNFIT and v is not None]
    if NoneType in get_args(kind):
        return [None if one is UNFIT else one for one in found]
    return [one for one in found if one is not UNFIT]


def read_timestamp(value: object) -> datetime | None:
    """Read a moment that is no text of ISO 8601; None where it is none.

    Parameters
    ----------
    value : object
        Seconds, milliseconds, microseconds or nanoseconds since 1970, as a number or a text, or an
        object that holds them, as databases write it: ``{"_seconds": …}``, ``{"$date": …}``.
    """
    if isinstance(value, Mapping):
        return _read_object(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    with suppress(OverflowError):
        seconds = float(value)
        for _ in range(3):
            if abs(seconds) >= _SECONDS:
                seconds /= 1000
        return _EPOCH + timedelta(seconds=seconds) if abs(seconds) < _SECONDS else None
    return None


def _read_object(value: Mapping[str, Any]) -> datetime | None:
    inner = next((value[k] for k in ("$date", "$numberLong", "_seconds") if k in value), None)
    if isinstance(inner, str):
        with suppress(msgspec.ValidationError):
            return msgspec.convert(inner, datetime, strict=False)
    if isinstance(inner, Mapping):
        inner = inner.get("$numberLong")  # no deeper than the databases write it
    found = None if isinstance(inner, Mapping) else read_timestamp(inner)
    nanoseconds = value.get("_nanoseconds")
    if found is not None and type(nanoseconds) is int and 0 <= nanoseconds < 10**9:
        found += timedelta(microseconds=nanoseconds // 1000)
    return found


def error_words(value: object, depth: int = 0) -> str | None:
    """Return what an error says that came as an object, or as a list of them.

    Parameters
    ----------
    value : object
        Decoded JSON. Of an object without a message, the JSON is what it says.
    depth : int
        How deep it is in another.
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list) and depth < _DEEPEST:
        return "; ".join(filter(None, (error_words(one, depth + 1) for one in value))) or None
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for name in _WORDS:
            if words := error_words(value.get(name), depth + 1):
                return words
    if not value or depth:
        return None
    return msgspec.json.encode(value).decode()
