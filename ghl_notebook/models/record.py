"""The common part of every record: known fields typed, everything else kept."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextlib import suppress
from types import GenericAlias
from typing import Any, NamedTuple, Self, get_args, get_origin

import msgspec

from ghl_notebook.guard import while_made
from ghl_notebook.summary import summarize

from .fitting import UNFIT, error_words, fit


class Record(msgspec.Struct, kw_only=True, rename="camel", repr_omit_defaults=True):
    """A record of the service.

    Attributes
    ----------
    extra : dict
        Fields that the class does not know, and known ones of a type it cannot use, or can use only
        in part, as they came.
    """

    extra: dict[str, Any] = msgspec.field(default_factory=dict, name="(extra)")

    @while_made
    def __repr__(self) -> str:
        return msgspec.Struct.__repr__(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return summarize(
            type(self).__name__,
            [
                (field.name, getattr(self, field.name))
                for field in _form(type(self)).fields.values()
            ],
        )

    @classmethod
    def from_wire(cls, wire: object) -> Self:
        """Make a record from decoded JSON; a field that does not fit lands in `extra`."""
        if not isinstance(wire, Mapping):
            return cls(extra={} if wire is None else {"": wire})
        form = _form(cls)
        inner = {k: wire[k] for k, made in form.records.items() if made.fits(wire.get(k))}
        flat = {k: v for k, v in wire.items() if k not in inner} if inner else wire
        try:
            record = msgspec.convert(flat, cls, strict=False)
        except msgspec.ValidationError:
            record = cls._from_parts(flat)
        else:
            if not form.fields.keys() >= flat.keys():
                record.extra = {k: v for k, v in flat.items() if k not in form.fields}
        for name, value in inner.items():
            setattr(record, form.fields[name].name, form.records[name].make(value))
        return record

    @classmethod
    def list_from_wire(cls, wires: object) -> list[Self]:
        """Make records from a decoded JSON list, as `from_wire` makes each; no list gives none."""
        items = wires if isinstance(wires, list) else []
        if not _form(cls).records:
            with suppress(msgspec.ValidationError):
                return cls._all_at_once(items)
        return [cls.from_wire(item) for item in items]

    @classmethod
    def _all_at_once(cls, wires: list[Any]) -> list[Self]:
        """Make records that all fit and hold no records, which is several times faster."""
        records: list[Self] = msgspec.convert(wires, GenericAlias(list, (cls,)), strict=False)
        known = frozenset(_form(cls).fields)
        for record, wire in zip(records, wires, strict=True):
            if not known.issuperset(wire):
                record.extra = {k: v for k, v in wire.items() if k not in known}
        return records

    @classmethod
    def _from_parts(cls, wire: Mapping[str, Any]) -> Self:
        fitting: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, value in wire.items():
            field = _form(cls).fields.get(name)
            if field is None:
                extra[name] = value
                continue
            lost: list[object] = []
            found = fit(value, field.type, lost)
            if "error" in name.lower() and (found is UNFIT or lost):
                found, lost = _said(value, field.type), [value]
            if found is not UNFIT:
                fitting[field.name] = found
            if found is UNFIT or lost:
                extra[name] = value
        return cls(**fitting, extra=extra)


def _said(value: object, kind: Any) -> Any:
    """Return the words of an error that came as an object, as its field takes them."""
    if get_origin(kind) is list:
        words = [error_words(one) for one in (value if isinstance(value, list) else [value])]
        return [one for one in words if one]
    return error_words(value) if kind == str | None else UNFIT


class _Form(NamedTuple):
    fields: dict[str, msgspec.structs.FieldInfo]
    """By name on the wire."""
    records: dict[str, _Made]
    """Those that hold records themselves: each keeps unknown fields of its own."""


class _Made(NamedTuple):
    """What a field that holds records is made of: a record, a list of them, or them by name."""

    kind: type[Record]
    container: type[list[Any] | dict[str, Any]] | None

    def fits(self, wire: object) -> bool:
        return wire is not None and (self.container is None or isinstance(wire, self.container))

    def make(self, wire: Any) -> object:
        if self.container is list:
            return self.kind.list_from_wire(wire)
        if self.container is dict:
            return {key: self.kind.from_wire(value) for key, value in wire.items()}
        return self.kind.from_wire(wire)


@functools.cache
def _form(cls: type[Record]) -> _Form:
    fields = {f.encode_name: f for f in msgspec.structs.fields(cls) if f.name != "extra"}
    made = {name: _made(field.type) for name, field in fields.items()}
    return _Form(fields, {name: one for name, one in made.items() if one is not None})


def _made(annotation: Any) -> _Made | None:
    container = get_origin(annotation)
    for kind in get_args(annotation):
        if isinstance(kind, type) and issubclass(kind, Record):
            return _Made(kind, container if container in (list, dict) else None)
        if inner := _made(kind):  # of "… or None"
            return inner
    return None
