"""From what a caller passes to what is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite
from numbers import Integral
from typing import Any, Final

import msgspec

from ghl_notebook.errors import ArgumentError

from .characters import half_character
from .record import Record


def wire_name(name: str) -> str:
    """Return the service's name of a parameter: ``from_date`` is ``fromDate``."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


_PLAIN: Final[dict[str, type]] = {"str": str, "int": Integral, "bool": bool}
_WORDS: Final[dict[type, str]] = {str: "text", Integral: "a whole number", bool: "True or False"}


def argument(name: str, value: Any, kind: str) -> Any:
    """Check an argument before anything is done with it, and make it what its kind says.

    Parameters
    ----------
    name : str
        The parameter.
    value : object
        What was passed.
    kind : str
        The parameter's annotation.

    Returns
    -------
    object
        A list of an iterable, an instant as it is sent, anything else as it was passed.

    Raises
    ------
    ArgumentError
        If the service could make no sense of it.
    """
    if value is None:
        if kind.endswith("None"):
            return None
        raise ArgumentError(f"{name} is None.", f"Pass {name}, or leave it out.")
    if kind.startswith("Iterable"):
        return _listed(name, value, are_texts=kind.startswith("Iterable[str]"))
    if kind.startswith("datetime"):
        return instant(name, value)
    if kind.startswith("bytes"):
        if not isinstance(value, bytes | bytearray | memoryview):
            raise ArgumentError(
                f"{name} is a {type(value).__name__}.",
                'Pass its content, for instance Path("posts.csv").read_bytes().',
            )
        return bytes(value)
    wanted = _PLAIN.get(kind.removesuffix(" | None"))
    if wanted is not None and not isinstance(value, wanted):
        raise ArgumentError(f"{name} is a {type(value).__name__}.", f"Pass {_WORDS[wanted]}.")
    return whole_text(name, value) if isinstance(value, str) else value


def whole_text(name: str, text: str) -> str:
    """Return a text as it is.

    Raises
    ------
    ArgumentError
        If it holds half a character, which cannot be sent: it was cut in the middle of an emoji.
    """
    before = half_character(text)
    if before is not None:
        raise ArgumentError(
            f"{name} holds half a character, after {before!r}.",
            "Remove it, or copy the text again.",
        )
    return text


def instant(name: str, value: object) -> str:
    """Return an instant as it is sent; text is checked, for it is easily without a time zone.

    Raises
    ------
    ArgumentError
        If it is none, or has no time zone: nobody knows which one is meant.
    """
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if not isinstance(moment, datetime) or moment != moment:
        raise ArgumentError(
            f"{name} is no instant.",
            'Pass datetime(2026, 1, 5, tzinfo=UTC), or text such as "2026-01-05T00:00:00Z".',
        )
    return write_instant(moment)


def chosen(name: str, values: Iterable[str] | None) -> list[str] | None:
    """Return what is chosen by a filter.

    Raises
    ------
    ArgumentError
        If it is empty: the service takes that for no filter at all.
    """
    if values is None:
        return None
    found = list(values)
    if not found:
        raise ArgumentError(
            f"{name} is empty, which the service takes for all.",
            f"Leave {name} out for all, or pass some.",
        )
    return found


def to_wire(value: object) -> Any:
    """Return a value as it is sent: records and instants written down, at any depth.

    Of a record, the fields that its class knows and that are set are sent: the service refuses
    any other. Columns of a DataFrame become lists.

    Raises
    ------
    ArgumentError
        For an instant without a time zone, a number that is none, and what cannot be sent at all.
    """
    if isinstance(value, float) and not isfinite(value):
        raise ArgumentError("NaN and infinity cannot be sent.", "Pass a number, or None.")
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return instant("A value", value)
    if isinstance(value, Record):
        fields = ((f.encode_name, getattr(value, f.name)) for f in msgspec.structs.fields(value))
        return {k: to_wire(v) for k, v in fields if k != "(extra)" and v is not None}
    if isinstance(value, Mapping):
        return {str(k): to_wire(v) for k, v in value.items()}
    if hasattr(value, "tolist"):  # numpy's and pandas' values and columns
        return to_wire(value.tolist())
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | memoryview):
        return [to_wire(item) for item in value]
    raise ArgumentError(
        f"A {type(value).__name__} cannot be sent.", "Pass text, numbers, instants or lists."
    )


def _listed(name: str, value: Any, *, are_texts: bool) -> list[Any]:
    if isinstance(value, str | bytes | Mapping | Record) or not isinstance(value, Iterable):
        raise ArgumentError(
            f"{name} is a single {type(value).__name__}.", f"Pass {name} as a list."
        )
    items = value.tolist() if hasattr(value, "tolist") else list(value)
    wrong = [item for item in items if are_texts and not isinstance(item, str)]
    if wrong:
        raise ArgumentError(
            f"{name} holds a {type(wrong[0]).__name__}.", f"Pass {name} as a list of texts."
        )
    return items


def write_instant(moment: datetime) -> str:
    """Return a moment as the service writes its own: in UTC, to the millisecond.

    Raises
    ------
    ArgumentError
        If it has no time zone, or is before or after all years.
    """
    if moment.tzinfo is None:
        raise ArgumentError(
            f"{moment:%Y-%m-%d %H:%M} has no time zone.",
            'Pass one: datetime(2026, 1, 5, tzinfo=UTC), or text such as "2026-01-05T00:00:00Z".',
        )
    try:
        text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    except OverflowError:
        raise ArgumentError(
            f"{moment.year} is too far away.", "Pass an instant of our time."
        ) from None
    return text.replace("+00:00", "Z")
