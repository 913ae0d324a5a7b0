"""The base class of all records: known fields are typed, all others are preserved."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import GenericAlias
from typing import Any, ClassVar, NamedTuple, Self, get_args, get_origin

import msgspec

from ghl_notebook.guard import while_made
from ghl_notebook.sanitize import error_text
from ghl_notebook.summary import summarize

from .fitting import UNFIT, fit


class Record(msgspec.Struct, kw_only=True, rename="camel", repr_omit_defaults=True):
    """A record of the API.

    Attributes
    ----------
    extra : dict
        Unknown fields, and known ones with a value of another type, or with a part that cannot be
        used, as they arrived.
    """

    has_two_ids: ClassVar[bool] = False
    """Whether the id may also arrive as ``_id``."""

    extra: dict[str, Any] = msgspec.field(default_factory=dict, name="(extra)")

    @while_made
    def __repr__(self) -> str:
        return msgspec.Struct.__repr__(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        fields = _layout(type(self)).fields.values()
        return summarize(
            type(self).__name__, [(field.name, getattr(self, field.name)) for field in fields]
        )

    @classmethod
    def from_wire(cls, wire: object) -> Self:
        """Make a record from decoded JSON; values of another type go to `extra`."""
        if not isinstance(wire, Mapping):
            return cls(extra={} if wire is None else {"": wire})
        layout = _layout(cls)
        inner = {k: wire[k] for k, nested in layout.nested.items() if nested.fits(wire.get(k))}
        flat = {k: v for k, v in wire.items() if k not in inner} if inner else wire
        try:
            record = msgspec.convert(flat, cls, strict=False)
        except msgspec.ValidationError:
            record = cls._field_by_field(flat)
        else:
            if not layout.fields.keys() >= flat.keys():
                record.extra = {k: v for k, v in flat.items() if k not in layout.fields}
        for name, value in inner.items():
            setattr(record, layout.fields[name].name, layout.nested[name].make(value))
        return record

    @classmethod
    def list_from_wire(cls, wires: object) -> list[Self]:
        """Make records from a decoded JSON list; anything but a list gives an empty one."""
        items = wires if isinstance(wires, list) else []
        if not _layout(cls).nested:
            with suppress(msgspec.ValidationError):
                return cls._all_at_once(items)
        return [cls.from_wire(item) for item in items]

    @classmethod
    def _all_at_once(cls, wires: list[Any]) -> list[Self]:
        """Make records that all fit and have no nested records, which is several times faster."""
        records: list[Self] = msgspec.convert(wires, GenericAlias(list, (cls,)), strict=False)
        known = frozenset(_layout(cls).fields)
        for record, wire in zip(records, wires, strict=True):
            if not known.issuperset(wire):
                record.extra = {k: v for k, v in wire.items() if k not in known}
        return records

    @classmethod
    def _field_by_field(cls, wire: Mapping[str, Any]) -> Self:
        fitting: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, value in wire.items():
            field = _layout(cls).fields.get(name)
            if field is None:
                extra[name] = value
                continue
            unused: list[object] = []
            found = fit(value, field.type, unused)
            if "error" in name.lower() and (found is UNFIT or unused):
                found, unused = _error_texts(value, field.type), [value]
            if found is not UNFIT:
                fitting[field.name] = found
            if found is UNFIT or unused:
                extra[name] = value
        return cls(**fitting, extra=extra)


def _error_texts(value: object, type_: Any) -> Any:
    """Return the messages of an error that arrived as an object, as its field needs them."""
    if get_origin(type_) is list:
        texts = [error_text(one) for one in (value if isinstance(value, list) else [value])]
        return [text for text in texts if text]
    return error_text(value) if type_ == str | None else UNFIT


def unfit_values(record: Record) -> Iterator[tuple[str, object]]:
    """Yield the fields that a value of another type, or a part of one, was left out of.

    Fields of records in the record are included; empty values are not.
    """
    layout = _layout(type(record))
    known = (getattr(record, field.name) for field in layout.fields.values())
    if record.extra and all(one is None or one == [] or one == {} for one in known):
        yield "", record.extra  # not what it was taken for
        return
    for name, value in record.extra.items():
        if value is None or value in ("", [], {}):
            continue
        field = layout.fields.get(name)
        has_words = field is not None and "error" in name.lower() and getattr(record, field.name)
        if field is not None and not has_words:
            yield name, value
    for name, nested in layout.nested.items():
        found = getattr(record, layout.fields[name].name)
        inner = found if nested.container is list else [found]
        if nested.container is dict:
            inner = found.values()
        for one in inner:
            for inner_name, value in unfit_values(one) if isinstance(one, Record) else ():
                yield inner_name or name, value


def with_id(wire: object) -> object:
    """Rename the field ``_id`` of decoded JSON to ``id``: some API versions use either name."""
    if isinstance(wire, Mapping) and "_id" in wire:
        others = {k: v for k, v in wire.items() if k != "_id"}
        return others if isinstance(others.get("id"), str) else {**others, "id": wire["_id"]}
    return wire


def listed_record(page: type[Record]) -> tuple[str, str, type[Record]]:
    """Return the first list of records of a page: its name, its name on the wire, their type."""
    layout = _layout(page)
    wire, nested = next((k, one) for k, one in layout.nested.items() if one.container is list)
    return layout.fields[wire].name, wire, nested.record


def nested_record(annotation: Any) -> type[Record] | None:
    """Return the record type that a field's annotation contains, at any depth."""
    found = _nested(annotation)
    return None if found is None else found.record


def has_nested(record: type[Record]) -> bool:
    """Tell whether a record contains other records."""
    return bool(_layout(record).nested)


class _Layout(NamedTuple):
    fields: dict[str, msgspec.structs.FieldInfo]
    """Name on the wire → field."""
    nested: dict[str, _NestedField]
    """The fields that contain records, each of which preserves its own unknown fields."""


class _NestedField(NamedTuple):
    """A field that contains a record, a list of records, or a dict of records."""

    record: type[Record]
    container: type[list[Any] | dict[str, Any]] | None

    def fits(self, wire: object) -> bool:
        return wire is not None and (self.container is None or isinstance(wire, self.container))

    def make(self, wire: Any) -> object:
        if self.container is list:
            return self.record.list_from_wire(wire)
        if self.container is dict:
            return {key: self.record.from_wire(value) for key, value in wire.items()}
        return self.record.from_wire(wire)


@functools.cache
def _layout(cls: type[Record]) -> _Layout:
    fields = {f.encode_name: f for f in msgspec.structs.fields(cls) if f.name != "extra"}
    nested = {name: _nested(field.type) for name, field in fields.items()}
    return _Layout(fields, {name: one for name, one in nested.items() if one is not None})


def _nested(annotation: Any) -> _NestedField | None:
    container = get_origin(annotation)
    for argument in get_args(annotation):
        if isinstance(argument, type) and issubclass(argument, Record):
            return _NestedField(argument, container if container in (list, dict) else None)
        if inner := _nested(argument):  # of "… or None"
            return inner
    return None
