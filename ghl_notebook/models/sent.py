"""From what a caller passes to what is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from ghl_notebook.errors import ArgumentError

from .record import Record


def wire_name(name: str) -> str:
    """Return the service's name of a parameter: ``from_date`` is ``fromDate``."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def to_wire(value: object) -> Any:
    """Return a value as it is sent: records and instants written down, at any depth.

    Of a record, the fields that its class knows and that are set are sent: the service refuses
    any other. Columns of a DataFrame become lists.

    Raises
    ------
    ArgumentError
        For an instant without a time zone: nobody knows which one it is.
    """
    if value is None or isinstance(value, str | bytes | int | float):
        return value
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, Record):
        fields = ((f.encode_name, getattr(value, f.name)) for f in msgspec.structs.fields(value))
        return {k: to_wire(v) for k, v in fields if k != "(extra)" and v is not None}
    if isinstance(value, Mapping):
        return {str(k): to_wire(v) for k, v in value.items()}
    if hasattr(value, "tolist"):  # numpy's and pandas' values and columns
        return value.tolist()
    if isinstance(value, Iterable):
        return [to_wire(item) for item in value]
    raise ArgumentError(
        f"A {type(value).__name__} cannot be sent.", "Pass text, numbers, instants or lists."
    )


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ArgumentError(
            f"{moment:%Y-%m-%d %H:%M} has no time zone.",
            'Pass one: datetime(2026, 1, 5, tzinfo=UTC), or text such as "2026-01-05T00:00:00Z".',
        )
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
