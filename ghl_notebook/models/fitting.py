"""Use as much as possible of a value that does not have the type of its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin

import msgspec

UNFIT: Final = object()
"""Stands for a value of which nothing can be used."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS: Final = 10**11
"""A larger number counts milliseconds, microseconds, or nanoseconds."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,9})?")


def fit(value: object, type_: Any, unused: list[object]) -> Any:
    """Return a value converted to a type, or as much of it as can be used; else `UNFIT`.

    A list loses its items that are null or of another type. In a series they become None, so that
    the other numbers keep their days.

    Parameters
    ----------
    value : object
        Decoded JSON.
    type_ : type
        The annotation of the field.
    unused : list
        Receives the parts of the value that are left out, except nulls.
    """
    with suppress(msgspec.ValidationError):
        return msgspec.convert(value, type_, strict=False)
    for option in get_args(type_) if isinstance(type_, UnionType) else (type_,):
        origin, parts = get_origin(option), get_args(option)
        if origin is list and isinstance(value, str) and float in get_args(parts[0]):
            value = _numbers(value)
        if origin is list and isinstance(value, list):
            return _fit_list(value, parts[0], unused)
        if origin is dict and isinstance(value, Mapping):
            found = {key: fit(one, parts[1], unused) for key, one in value.items()}
            unused += [value[key] for key, one in found.items() if one is UNFIT and value[key]]
            return {key: one for key, one in found.items() if one is not UNFIT}
        if option is datetime and (found_time := read_timestamp(value)) is not None:
            return found_time
        if option is str and type(value) in (int, float):
            return str(value)  # an id that arrived as a number
    return UNFIT


def _fit_list(values: list[Any], type_: Any, unused: list[object]) -> list[Any]:
    found = [fit(value, type_, unused) for value in values]
    unused += [v for v, one in zip(values, found, strict=True) if one is UNFIT and v is not None]
    if NoneType in get_args(type_):
        return [None if one is UNFIT else one for one in found]
    return [one for one in found if one is not UNFIT]


def _numbers(text: str) -> object:
    """Return a series that arrived as text: JSON, or numbers between commas."""
    with suppress(msgspec.DecodeError):
        return msgspec.json.decode(text)
    parts = [part.strip() for part in text.split(",")]
    are_numbers = all(_NUMBER.fullmatch(part) or not part for part in parts)
    return [part or None for part in parts] if are_numbers and any(parts) else text


def read_timestamp(value: object) -> datetime | None:
    """Read a datetime that is not ISO 8601 text; return None if it is not a datetime.

    Parameters
    ----------
    value : object
        Seconds, milliseconds, microseconds, or nanoseconds since 1970, as a number or text, or in
        an object as databases write it: ``{"_seconds": …}``, ``{"$date": …}``.
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
