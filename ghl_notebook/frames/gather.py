"""The accounts of many sub-accounts: from rows of responses to one DataFrame."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ghl_notebook.models import (
    ACCOUNT_BLOCK_BYTES,
    AccountRow,
    AccountRows,
    read_timestamp,
    without_collector,
)

from .accounts import ACCOUNTS, names_of_groups
from .later import pd
from .layout import by_location
from .schema import Schema, frame_of, table_schema

AGENCY_ACCOUNTS: Schema = {"location_id": "string", "location_name": "string", **ACCOUNTS}

ACCOUNTS_TABLE = table_schema(AGENCY_ACCOUNTS)
"""The schema of the Arrow tables of `AccountsTable`."""

_TIMESTAMP = ACCOUNTS_TABLE.field("expire").type
_TIMES = ("expire", "created_at", "updated_at")
_SHORTEST = len("2026-01-05T09:00:00Z")
_FEW = 8
"""So few times are read singly: halving them further would take longer."""
_PLAIN = {
    name: ACCOUNTS_TABLE.field(name).type
    for name in AccountRow.__struct_fields__
    if name not in (*_TIMES, "meta")
}


class AccountsTable:
    """Collect the accounts of many sub-accounts as Arrow tables.

    Use it in one thread at a time. Adding 1 MB of JSON takes about 4 ms.

    Parameters
    ----------
    deleted : bool, default False
        Also include accounts that the API marks as deleted.
    block_bytes : int, optional
        How many bytes of JSON are collected before their rows become Arrow arrays, which are
        smaller.
    """

    def __init__(self, *, deleted: bool = False, block_bytes: int = ACCOUNT_BLOCK_BYTES) -> None:
        self._deleted = deleted
        self._block_bytes = block_bytes
        self._batches: list[pa.RecordBatch] = []
        self._clear()

    def add(self, answer: AccountRows, *, location_id: str, location_name: str | None) -> None:
        """Add the accounts of one sub-account.

        Parameters
        ----------
        answer : AccountRows
            The response of ``GET /social-media-posting/{locationId}/accounts``.
        location_id, location_name : str
            The sub-account; None if its name is unknown.
        """
        names = names_of_groups(answer.groups)
        for block in answer.blocks:
            rows = block if self._deleted else [row for row in block if not row.deleted]
            self._rows += rows
            self._groups += [names.get(row.id) for row in rows] if names else [None] * len(rows)
            self._locations.append((location_id, location_name))
            self._counts.append(len(rows))
            self._bytes += min(answer.size, ACCOUNT_BLOCK_BYTES)
            if self._bytes >= self._block_bytes:
                self._finish_block()

    def take(self) -> pa.Table:
        """Return the rows added since the last call, in that order.

        Returns
        -------
        pyarrow.Table
            With the schema `ACCOUNTS_TABLE`, even if empty.
        """
        self._finish_block()
        batches, self._batches = self._batches, []
        return pa.Table.from_batches(batches, ACCOUNTS_TABLE)

    def _finish_block(self) -> None:
        if self._rows:
            ids, names = zip(*self._locations, strict=True)
            positions = pa.array(np.repeat(np.arange(len(ids)), self._counts))
            with without_collector():
                arrays = _arrays(self._rows)
            arrays |= {
                "location_id": _texts(ids).take(positions),
                "location_name": _texts(names).take(positions),
                "groups": _texts(self._groups),
            }
            self._batches.append(
                pa.record_batch(
                    [arrays[name] for name in ACCOUNTS_TABLE.names], schema=ACCOUNTS_TABLE
                )
            )
        self._clear()

    def _clear(self) -> None:
        self._rows: list[AccountRow] = []
        self._groups: list[str | None] = []
        self._locations: list[tuple[str, str | None]] = []
        self._counts: list[int] = []
        self._bytes = 0


def agency_accounts_frame(
    tables: Iterable[pa.Table], location_ids: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the DataFrame of a whole agency's accounts.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        With the schema `ACCOUNTS_TABLE`; each sub-account's rows are in a single table.
    location_ids : sequence of str
        The order of the sub-accounts; others follow in the order of the tables.

    Returns
    -------
    pandas.DataFrame
        The columns ``location_id`` and ``location_name``, then the others of `fetch_accounts`. Rows
        of a sub-account are in the API's order; the index is a new integer index.
    """
    table = pa.concat_tables([ACCOUNTS_TABLE.empty_table(), *tables])
    return frame_of(AGENCY_ACCOUNTS, by_location(table, location_ids))


def _arrays(rows: list[AccountRow]) -> dict[str, pa.Array]:
    values = zip(*map(msgspec.structs.astuple, rows), strict=True)
    columns = dict(zip(AccountRow.__struct_fields__, values, strict=True))
    arrays = {name: pa.array(columns[name], type_) for name, type_ in _PLAIN.items()}
    arrays["meta"] = _objects(columns["meta"])
    # All at once: one Arrow call costs more than some hundred texts.
    times = _times([text for name in _TIMES for text in columns[name]])
    for number, name in enumerate(_TIMES):
        arrays[name] = times.slice(number * len(rows), len(rows))
    return arrays


def _texts(values: Sequence[str | None]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def _times(texts: Sequence[str | None]) -> pa.Array:
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


def _objects(wires: Sequence[msgspec.Raw]) -> pa.LargeStringArray:
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
    """Replace JSON escapes by their characters, as `accounts_frame` does."""
    if b"\\" not in bytes(wire):
        return wire
    with suppress(msgspec.ValidationError, RecursionError):  # for instance 1e999
        return msgspec.Raw(msgspec.json.encode(msgspec.json.decode(wire)))
    return wire
