"""Arrow arrays made of many values at once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ghl_notebook.models import read_timestamp

from .schema import CategoryType, ColumnType, arrow_type

_TIMESTAMP: Final = pa.timestamp("ms", tz="UTC")
_SHORTEST: Final = len("2026-01-05T09:00:00Z")
_FEW: Final = 8
"""So few times are read singly: halving them further would take longer."""
_INT64_LIMIT: Final = 2**63


def fields_of(
    kind: type[msgspec.Struct], rows: Sequence[Any], missing: Sequence[Any] = ()
) -> dict[str, Sequence[Any]]:
    """Return field name → its values in all rows; `missing` stands for a row that is None."""
    astuple = msgspec.structs.astuple
    tuples = [missing if row is None else astuple(row) for row in rows]
    return dict(zip(kind.__struct_fields__, zip(*tuples, strict=True), strict=True))


def within_int64(values: Sequence[int | None]) -> list[int | None]:
    """Replace integers by None that Arrow cannot hold: JSON allows larger ones."""
    return [v if v is None or -_INT64_LIMIT <= v < _INT64_LIMIT else None for v in values]


def array_of(type_: ColumnType | CategoryType, values: Sequence[Any]) -> pa.Array:
    """Return the array of a column; None for an integer that is too large."""
    with suppress(OverflowError, pa.ArrowInvalid):
        return pa.array(values, arrow_type(type_))
    return pa.array(within_int64(values), pa.int64())


def named_array(
    ids: pa.ChunkedArray, names: Mapping[str, str] | None
) -> pa.Array | pa.ChunkedArray:
    """Return the name of each id, or of each id in lists; None for an id without a name.

    Parameters
    ----------
    ids : pyarrow.ChunkedArray
        Texts, or lists of texts.
    names : Mapping, optional
        Id → name. None if names are unknown: then a list with ids has no value.
    """
    if not pa.types.is_list(ids.type):
        return _names(ids, pa.large_string(), names or {})
    if names is None:
        lengths = pc.list_value_length(ids).to_pylist()
        return pa.array([None if length else [] for length in lengths], ids.type)
    lists = [
        pa.ListArray.from_arrays(one.offsets, _names(one.values, ids.type.value_type, names))
        for one in ids.chunks
    ]
    return pa.chunked_array(lists, ids.type)


def _names(
    ids: pa.Array | pa.ChunkedArray, type_: pa.DataType, names: Mapping[str, str]
) -> pa.Array | pa.ChunkedArray:
    if not names:
        return pa.nulls(len(ids), type_)
    positions = pc.index_in(ids, value_set=pa.array(names, ids.type))
    return pc.take(pa.array(names.values(), type_), positions)


def time_array(texts: Sequence[str | None]) -> pa.Array:
    """Return the times that texts stand for, as records read them; None where one stands for none.

    Odd texts are read singly, and hardly slow down the others.
    """
    array = pa.array(texts, pa.string())
    if _are_plain(array):
        return _cast(array)
    is_odd = pc.fill_null(pc.invert(_is_plain(array)), fill_value=False)
    odd = pa.array(map(_time, array.filter(is_odd).to_pylist()), _TIMESTAMP)
    plain = _cast(pc.if_else(is_odd, pa.scalar(None, pa.string()), array))
    return pc.replace_with_mask(plain, is_odd, odd)


def _cast(texts: pa.StringArray) -> pa.Array:
    """Convert plain texts to times; a few that Arrow rejects hardly slow down the others."""
    with suppress(pa.ArrowInvalid):
        return texts.cast(_TIMESTAMP)
    with suppress(pa.ArrowInvalid):  # with microseconds
        exact = texts.cast(pa.timestamp("us", tz="UTC"))
        return pc.floor_temporal(exact, unit="millisecond").cast(_TIMESTAMP)
    if len(texts) <= _FEW:
        return pa.array(map(_time, texts.to_pylist()), _TIMESTAMP)
    half = len(texts) // 2
    return pa.concat_arrays([_cast(texts.slice(0, half)), _cast(texts.slice(half))])


def _are_plain(texts: pa.StringArray) -> bool:
    """Tell whether Arrow reads these texts as `Account` does, or raises an error.

    Arrow also accepts times without minutes, and the year 0.
    """
    shortest = pc.min(pc.binary_length(texts)).as_py()
    return shortest is None or (
        shortest >= _SHORTEST
        and pc.all(pc.ends_with(texts, "Z")).as_py()
        and not pc.any(pc.starts_with(texts, "0000")).as_py()
    )


def _is_plain(texts: pa.StringArray) -> pa.BooleanArray:
    """Return for each text what `_are_plain` returns for all."""
    is_long = pc.greater_equal(pc.binary_length(texts), _SHORTEST)
    is_utc = pc.and_(is_long, pc.ends_with(texts, "Z"))
    return pc.and_not(is_utc, pc.starts_with(texts, "0000"))


def _time(text: str | None) -> datetime | None:
    try:
        return msgspec.convert(text, datetime | None, strict=False)
    except msgspec.ValidationError:
        return read_timestamp(text)


def json_array(wires: Sequence[msgspec.Raw]) -> pa.LargeStringArray:
    """Return each piece of JSON as text; None if it is not an object."""
    text = b"".join(wires)
    if b"\\" in text:
        wires = list(map(_unescaped, wires))
        text = b"".join(wires)
    ends = np.fromiter(itertools.accumulate(map(len, wires), initial=0), np.int64, len(wires) + 1)
    array = pa.LargeStringArray.from_buffers(len(wires), pa.py_buffer(ends), pa.py_buffer(text))
    is_object = pc.starts_with(array, "{")
    if pc.all(is_object).as_py():
        return array
    return pc.if_else(is_object, array, pa.scalar(None, array.type))


def _unescaped(wire: msgspec.Raw) -> msgspec.Raw:
    """Replace JSON escapes by their characters, as records have them."""
    if b"\\" not in bytes(wire):
        return wire
    with suppress(msgspec.ValidationError, RecursionError):  # for instance 1e999
        return msgspec.Raw(msgspec.json.encode(msgspec.json.decode(wire)))
    return wire
