"""Lists of records read in bulk: like a page of records, but several times faster."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Generic, Protocol, TypeVar, get_args, get_origin

import msgspec

from ghl_notebook.gc_pause import without_collector

from .record import Record, has_nested, listed_record, nested_record

BLOCK_BYTES: Final = 1 << 20
"""How much JSON is decoded at once. This block and its rows fit in the processor's cache."""

_DECODE_BYTES: Final = 1 << 18
"""How much text is checked at once. For more, allocating memory takes most of the time."""

_SMALL_BYTES: Final = 1 << 15

_NULL: Final = msgspec.Raw(b"null")

_OBJECT_STARTS: Final = (b"{", b"null", b"[]", b'""')

_TIME: Final = re.compile(
    r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z\Z"
)
"""A datetime as the API writes it. Those at the end of a month are read more slowly."""

T_co = TypeVar("T_co", covariant=True)
PageT = TypeVar("PageT", bound=Record)


class Reader(Protocol[T_co]):
    """Reads the body of a response with a status below 300."""

    def read(self, body: bytes) -> T_co | None:
        """Return what the body has; None if it is not the usual successful response."""
        ...


class RecordReader(Generic[PageT]):
    """Reads the ``results`` of a response as a record, without fields that are unknown.

    Parameters
    ----------
    record : type of Record
        The type of the record.
    """

    def __init__(self, record: type[PageT]) -> None:
        body = msgspec.defstruct("Body", [("results", record), ("success", bool | None, None)])
        self._decoder = msgspec.json.Decoder(body)

    def read(self, body: bytes) -> PageT | None:
        """Read the body of a response; None if a value does not have the type of its field."""
        try:
            _check_utf8(body)
            found: Any = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        record: PageT | None = None if found.success is False else found.results
        return None if record is None or _has_empty(record) else record


class RowReader(Generic[PageT]):
    """Reads the body of a list as a page whose records are rows of another type.

    A row has only the fields that a table needs, unparsed where Arrow parses many at once. A record
    that does not fit the row's type is read as always, and stays a record.

    Parameters
    ----------
    page : type of Record
        What the ``results`` of the response are. One of its fields is the list of records.
    row : type of msgspec.Struct
        The type of the rows.
    """

    def __init__(self, page: type[PageT], row: type[msgspec.Struct]) -> None:
        self._page_type = page
        self.name, self.key, self._record = listed_record(page)
        self._has_two_ids = self._record.has_two_ids
        self._has_raw = any(f.type is msgspec.Raw for f in msgspec.structs.fields(row))
        others = [f for f in msgspec.structs.fields(page) if f.name not in ("extra", self.name)]
        self._others = {field.name: field.encode_name for field in others}
        known = {field.name: field.type for field in msgspec.structs.fields(self._record)}
        self._times = [n for n in row.__struct_fields__ if datetime in get_args(known.get(n))]
        types = {field.name: field.type for field in msgspec.structs.fields(row)}
        self._objects = [name for name, kind in types.items() if kind is msgspec.Raw]
        self._empty = {
            name: option()
            for name, kind in types.items()
            for option in get_args(kind)
            if isinstance(option, type) and issubclass(option, msgspec.Struct)
        }
        self._row = msgspec.json.Decoder(row)
        self._rows = msgspec.json.Decoder(list[row])  # type: ignore[valid-type]
        self._typed, self._raw = (
            msgspec.json.Decoder(_body_type(self.key, one, others, is_typed=one is row))
            for one in (row, msgspec.Raw)
        )

    def read(self, body: bytes) -> PageT | None:
        """Read the body of a response with a status below 300.

        Returns
        -------
        Record or None
            The page. Its list has a row, or a record, for each of the records. None if the body is
            not the usual successful response.
        """
        try:
            if len(body) < _SMALL_BYTES:  # too small for the collector to take much time
                return self._read(body)
            with without_collector():
                return self._read(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    def _read(self, body: bytes) -> PageT | None:
        _check_utf8(body)
        if self._has_raw and b'": ' in body[:100]:
            body = msgspec.json.format(body, indent=-1)
        if len(body) <= BLOCK_BYTES:
            try:
                page = self._page(self._typed.decode(body))
            except msgspec.ValidationError:
                pass
            else:
                if page is None or self._fit(getattr(page, self.name)):
                    if page is not None and self._has_two_ids:
                        _choose_ids(getattr(page, self.name))
                    return page
        page = self._page(self._raw.decode(body))
        if page is not None:
            wires = getattr(page, self.name)
            # A large list is decoded as its rows are used: together they may need much memory.
            large = _Blocks(self, wires, len(body)) if len(body) > BLOCK_BYTES else None
            setattr(page, self.name, large or self._read_rows(wires))
        return page

    def blocks(self, page: PageT) -> Iterable[list[Any]]:
        """Return the list of a page in parts. You can iterate once."""
        found = getattr(page, self.name)
        return found if isinstance(found, _Blocks) else (found,)

    def content(self, page: PageT) -> tuple[list[Any], int | None]:
        """Return the list of a page, and how many there are in all; None if not reported."""
        told: Any = getattr(page, "meta", page)
        count = (
            getattr(told, "count", None) if hasattr(told, "count") else getattr(told, "total", None)
        )
        found = getattr(page, self.name)
        if isinstance(found, _Blocks):
            found = [row for block in found for row in block]
        return found, count

    def _page(self, found: Any) -> PageT | None:
        if found.success is False:
            return None
        results = found.results
        wires: dict[str, Any] = {}
        typed: dict[str, Any] = {self.name: results.rows}
        for name, wire in self._others.items():
            value = getattr(results, name)
            if type(value) is not msgspec.Raw:
                if value is not None:
                    typed[name] = value
            elif value is not _NULL:
                wires[wire] = msgspec.json.decode(value)
        if not wires:
            return self._page_type(**typed)
        page = self._page_type.from_wire(wires)
        for name, value in typed.items():
            setattr(page, name, value)
        return page

    def read_block(self, wires: list[msgspec.Raw]) -> list[Any]:
        """Decode some records as rows."""
        try:
            rows: list[Any] = self._rows.decode(b"[" + b",".join(wires) + b"]")
        except msgspec.ValidationError:
            return self._read_rows(wires)
        if not self._fit(rows):
            return self._read_rows(wires)
        if self._has_two_ids:
            _choose_ids(rows)
        return rows

    def _fit(self, rows: Sequence[Any]) -> bool:
        """Return whether datetimes, and what is not parsed, are what they are taken for."""
        for name in self._times:
            for text in map(attrgetter(name), rows):
                if text is not None and not _TIME.match(text) and not _is_time(text):
                    return False
        for name in self._objects:
            for wire in map(attrgetter(name), rows):
                if wire is not _NULL and not bytes(wire).startswith(_OBJECT_STARTS):
                    return False
        return not any(empty in map(attrgetter(name), rows) for name, empty in self._empty.items())

    def _read_rows(self, wires: list[msgspec.Raw]) -> list[Any]:
        rows: list[Any] = []
        for wire in wires:
            row: Any = None
            with suppress(msgspec.ValidationError):
                row = self._row.decode(wire)
            if row is None or not self._fit((row,)):
                row = self._read_record(wire)
            rows.append(row)
        if self._has_two_ids:
            _choose_ids(rows)
        return rows

    def _read_record(self, wire: msgspec.Raw) -> Record:
        with suppress(msgspec.DecodeError, RecursionError):
            return self._record.from_wire(_LENIENT.decode(wire))
        return self._record()


class _Blocks:
    """The rows of a list, decoded block by block."""

    def __init__(self, reader: RowReader[Any], wires: list[msgspec.Raw], size: int) -> None:
        self._reader = reader
        self._wires = wires
        self._step = max(1, len(wires) * BLOCK_BYTES // size)

    def __iter__(self) -> Iterator[list[Any]]:
        for at in range(0, len(self._wires), self._step):
            yield self._reader.read_block(self._wires[at : at + self._step])


def _choose_ids(rows: list[Any]) -> None:
    for row in rows:
        if row.id is msgspec.UNSET or row.id is None:
            other = getattr(row, "other_id", None)  # records have chosen theirs
            row.id = None if other is msgspec.UNSET else other


def _has_empty(record: Record) -> bool:
    """Return whether a record, or one in it, has no value: perhaps it was another object."""
    if record == type(record)():
        return True
    for name in record.__struct_fields__:
        value = getattr(record, name)
        inner = value.values() if isinstance(value, dict) else (value,)
        if any(isinstance(one, Record) and _has_empty(one) for one in inner):
            return True
    return False


def _is_time(text: str) -> bool:
    """Return whether a text that `_TIME` does not match is a datetime."""
    try:
        msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return not text
    return True


def _finite(text: str) -> float | None:
    value = float(text)
    return value if abs(value) != float("inf") else None


_LENIENT: Final = msgspec.json.Decoder(float_hook=_finite)
"""A number that no float can hold, for instance 1e999, is null: it spoils only its field."""


def _body_type(
    key: str, row: Any, others: list[msgspec.structs.FieldInfo], *, is_typed: bool
) -> type[msgspec.Struct]:
    """Return the type of a body: typed as far as that is fast, or with everything unparsed."""
    kinds = [_other_type(field) if is_typed else (msgspec.Raw, _NULL) for field in others]
    results = msgspec.defstruct(
        "Results",
        [("rows", list[row]), *((f.name, *kind) for f, kind in zip(others, kinds, strict=True))],
        rename={"rows": key, **{field.name: field.encode_name for field in others}},
        gc=False,
    )
    return msgspec.defstruct(
        "Body", [("results", results), ("success", bool | None, None)], gc=False
    )


def _other_type(field: msgspec.structs.FieldInfo) -> tuple[Any, Any]:
    record = nested_record(field.type)
    if field.type == int | None:
        return field.type, None
    if record is None or get_origin(field.type) is not list or has_nested(record):
        return msgspec.Raw, _NULL
    fields = [f for f in msgspec.structs.fields(record) if f.name != "extra"]
    defaults = [
        msgspec.field(default_factory=f.default_factory)
        if f.default is msgspec.NODEFAULT
        else f.default
        for f in fields
    ]
    item = msgspec.defstruct(
        record.__name__,
        [(f.name, f.type, default) for f, default in zip(fields, defaults, strict=True)],
        rename={f.name: f.encode_name for f in fields},
        gc=False,
    )
    return list[item] | None, None  # type: ignore[valid-type]


def _check_utf8(body: bytes) -> None:
    """Raise an error as `bytes.decode` does: msgspec does not check the UTF-8 of skipped values."""
    if body.isascii():
        return
    if len(body) <= _DECODE_BYTES:
        body.decode()
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(body)
    for at in range(0, len(body), _DECODE_BYTES):
        decoder.decode(view[at : at + _DECODE_BYTES])
    decoder.decode(b"", final=True)
