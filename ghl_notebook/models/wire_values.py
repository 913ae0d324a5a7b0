"""From the arguments of a caller to the values that are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from math import isfinite
from numbers import Integral
from typing import Any, Final
from zoneinfo import ZoneInfo

from ghl_notebook.errors import ArgumentError
from ghl_notebook.sanitize import before_half_character

from .record import Record

_MAX_NAMED: Final = 12
"""Allowed values in a message: as many as there are platforms."""
_MAX_COMPARED: Final = 100
"""Characters of a value: a comparison of long texts takes long."""


def wire_name(name: str) -> str:
    """Return the API's name of a parameter: ``from_date`` is ``fromDate``."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


_PLAIN: Final[dict[str, type]] = {"str": str, "int": Integral, "bool": bool}
_DESCRIPTIONS: Final[dict[type, str]] = {
    str: "text",
    Integral: "a whole number",
    bool: "True or False",
}


def check_argument(name: str, value: Any, annotation: str) -> Any:
    """Check an argument before it is used, and convert it to the annotated type.

    Raises `ArgumentError` if the argument does not have that type.

    Parameters
    ----------
    name : str
        The parameter.
    value : object
        The argument.
    annotation : str
        The parameter's annotation.

    Returns
    -------
    object
        An iterable as a list, a datetime as it is sent, anything else unchanged.
    """
    if value is None:
        if annotation.endswith("None"):
            return None
        raise ArgumentError(f"{name} is None.", f"Pass {name}, or leave it out.")
    if annotation.startswith("Iterable"):
        return _listed(name, value, are_texts=annotation.startswith("Iterable[str]"))
    if annotation.startswith("datetime"):
        return wire_datetime(name, value)
    if annotation.startswith("bytes"):
        if not isinstance(value, bytes | bytearray | memoryview):
            raise ArgumentError(
                f"{name} is a {type(value).__name__}.",
                'Pass its content, for instance Path("posts.csv").read_bytes().',
            )
        return bytes(value)
    type_ = _PLAIN.get(annotation.removesuffix(" | None"))
    if type_ is not None and not isinstance(value, type_):
        raise ArgumentError(f"{name} is a {type(value).__name__}.", f"Pass {_DESCRIPTIONS[type_]}.")
    return check_text(name, value) if isinstance(value, str) else value


def check_text(name: str, text: str) -> str:
    """Return text unchanged.

    Raises `ArgumentError` if it contains half a character, which cannot be sent: it was cut in the
    middle of an emoji.
    """
    before = before_half_character(text)
    if before is not None:
        raise ArgumentError(
            f"{name} contains half a character, after {before!r}.",
            "Remove it, or copy the text again.",
        )
    return text


def wire_datetime(name: str, value: object) -> str:
    """Return a datetime as it is sent; text is checked, because it often lacks a time zone.

    Raises `ArgumentError` if the value is not a datetime, or has no time zone and so is ambiguous.
    """
    found = value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
    if not isinstance(found, datetime) or found != found:
        raise ArgumentError(
            f"{name} is not a datetime.",
            'Pass datetime(2026, 1, 5, tzinfo=UTC), or text such as "2026-01-05T00:00:00Z".',
        )
    return format_datetime(found)


def check_filter(name: str, values: Iterable[str] | None) -> list[str] | None:
    """Return the values of a filter as a list.

    Raises `ArgumentError` if there are none, which the API would treat as no filter.
    """
    if values is None:
        return None
    found = list(values)
    if not found:
        raise ArgumentError(
            f"{name} is empty, which the API treats as all.",
            f"Leave {name} out for all, or pass some.",
        )
    return found


def read_choice(name: str, value: object, choices: Iterable[str]) -> str:
    """Read an argument that is one of some texts, in any case.

    Raises
    ------
    ArgumentError
        If it is not among them; the next step names the nearest.
    """
    known = list(choices)
    if not isinstance(value, str):
        raise ArgumentError(f"{name} is a {type(value).__name__}, not text.", one_of("", known))
    for one in known:
        if one == value or _plain_word(one) == _plain_word(value):
            return one
    raise ArgumentError(f"There is no {name} {value!r}.", one_of(value, known))


def read_zone(tz: object) -> tzinfo:
    """Read a time zone: a name such as ``Europe/Berlin``, or an object.

    Raises
    ------
    ArgumentError
        If there is no such time zone.
    """
    if isinstance(tz, tzinfo):
        return tz
    try:
        return ZoneInfo(str(tz))
    except (KeyError, OSError, ValueError):
        raise ArgumentError(
            f"{tz!r} is not a time zone.", 'Pass one such as "Europe/Berlin" or "UTC".'
        ) from None


def one_of(value: str, known: Iterable[str]) -> str:
    """Return a next step that names what is allowed: what is nearest to a value comes first."""
    found = list(dict.fromkeys(known))
    nearest = get_close_matches(value[:_MAX_COMPARED].lower(), found, n=_MAX_NAMED)
    shown = list(dict.fromkeys([*nearest, *found]))[:_MAX_NAMED]
    rest = f", and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    return f"Choose one of: {', '.join(shown) or 'none'}{rest}."


def _plain_word(text: str) -> str:
    return text.strip().lower().replace("-", "_").replace(" ", "_")


def to_wire(value: object) -> Any:
    """Return a value as it is sent, with records and datetimes converted at any depth.

    Of a record, only known fields with a value are sent: the API rejects any other. Columns of a
    DataFrame become lists.

    Raises `ArgumentError` if the value contains a datetime without a time zone, NaN, infinity, or a
    type that cannot be sent.
    """
    if isinstance(value, float) and not isfinite(value):
        raise ArgumentError("NaN and infinity cannot be sent.", "Pass a number, or None.")
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return wire_datetime("A value", value)
    if isinstance(value, Record):
        kind = type(value)
        names = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
        fields = ((encoded, getattr(value, name)) for encoded, name in names if name != "extra")
        return {k: to_wire(v) for k, v in fields if v is not None}
    if isinstance(value, Mapping):
        return {str(k): to_wire(v) for k, v in value.items()}
    if hasattr(value, "tolist"):  # values and columns of numpy and pandas
        return to_wire(value.tolist())
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | memoryview):
        return [to_wire(item) for item in value]
    raise ArgumentError(
        f"A {type(value).__name__} cannot be sent.", "Pass text, numbers, datetimes, or lists."
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
            f"{name} contains a {type(wrong[0]).__name__}.", f"Pass {name} as a list of texts."
        )
    return items


def format_datetime(value: datetime) -> str:
    """Return a datetime as the API writes its own: in UTC, with milliseconds.

    Raises `ArgumentError` if it has no time zone, or is out of range in UTC.
    """
    if value.tzinfo is None:
        raise ArgumentError(
            f"{value:%Y-%m-%d %H:%M} has no time zone.",
            'Pass one: datetime(2026, 1, 5, tzinfo=UTC), or text such as "2026-01-05T00:00:00Z".',
        )
    try:
        text = value.astimezone(UTC).isoformat(timespec="milliseconds")
    except OverflowError:
        raise ArgumentError(
            f"{value.year} is out of range.", "Pass a datetime between the years 2 and 9998."
        ) from None
    return text.replace("+00:00", "Z")
