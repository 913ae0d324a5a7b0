"""The accounts of many sub-accounts: from the answers' rows to one DataFrame."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

import msgspec
import numpy as np
import pandas as pd
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
from .records import by_location
from .schema import Schema, frame_of, table_schema

AGENCY_ACCOUNTS: Schema = {"location_id": "string", "location_name": "string", **ACCOUNTS}

ACCOUNTS_TABLE = table_schema(AGENCY_ACCOUNTS)
"""The Arrow schema of what `AccountsTable` makes."""

_TIMESTAMP = ACCOUNTS_TABLE.field("expire").type
_TIMES = ("expire", "created_at", "updated_at")
_SHORTEST = len("2026-01-05T09:00:00Z")
_FEW = 8
"""So many times are read one by one: halving them further would take longer."""
_PLAIN = {
    name: ACCOUNTS_TABLE.field(name).type
    for name in AccountRow.__struct_fields__
    if name not in (*_TIMES, "meta")
}


class AccountsTable:
    """Gathers the accounts of many sub-accounts as Arrow tables.

    It is for one thread at a time, and works while it is added to: some 4 ms for each MB.

    Parameters
    ----------
    deleted : bool, default False
        Also take rows that the service marks as deleted.
    block_bytes : int, optional
        Rows of so many bytes of JSON are kept before they are made Arrow arrays, which take less.
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
            Of ``GET /social-media-posting/{locationId}/accounts``.
        location_id, location_name : str
            The sub-account; None for a name that is not known.
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
        """Return all that was added since it was last taken, in that order.

        Returns
        -------
        pyarrow.Table
            Of the schema `ACCOUNTS_TABLE`, also when there are no rows.
        """
        self._finish_block()
        batches, self._batches = self._batches, []
        return pa.Table.from_batches(batches, ACCOUNTS_TABLE)

    def _finish_block(self) -> None:
        if self._rows:
            ids, names = zip(*self._locations, strict=True)
            places = pa.array(np.repeat(np.arange(len(ids)), self._counts))
            with without_collector():
                arrays = _arrays(self._rows)
            arrays |= {
                "location_id": _texts(ids).take(places),
                "location_name": _texts(names).take(places),
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
    """Make the frame of what was gathered.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        Of the schema `ACCOUNTS_TABLE`; a sub-account's rows are in one of them.
    location_ids : sequence of str
        The order of the sub-accounts; others come after them, as they come in the tables.

    Returns
    -------
    pandas.DataFrame
        The columns ``location_id`` and ``location_name``, then the others of `fetch_accounts`;
        within a sub-account in the service's order; a fresh integer index.
    """
    table = pa.concat_tables([ACCOUNTS_TABLE.empty_table(), *tables])
    return frame_of(AGENCY_ACCOUNTS, by_location(table, location_ids))


def _arrays(rows: list[AccountRow]) -> dict[str, pa.Array]:
    values = zip(*map(msgspec.structs.astuple, rows), strict=True)
    columns = dict(zip(AccountRow.__struct_fields__, values, strict=True))
    arrays = {name: pa.array(columns[name], kind) for name, kind in _PLAIN.items()}
    arrays["meta"] = _objects(columns["meta"])
    # All at once: a call of Arrow's costs more than some hundred texts do.
    times = _times([text for name in _TIMES for text in columns[name]])
    for place, name in enumerate(_TIMES):
        arrays[name] = times.slice(place * len(rows), len(rows))
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
    """Make plain texts times; a few that Arrow refuses do not cost much for the others."""
    with suppress(pa.ArrowInvalid):
        return texts.cast(_TIMESTAMP)
    if len(texts) <= _FEW:
        return pa.array(map(_time, texts.to_pylist()), _TIMESTAMP)
    half = len(texts) // 2
    return pa.concat_arrays([_cast(texts.slice(0, half)), _cast(texts.slice(half))])


def _are_plain(texts: pa.StringArray) -> bool:
    """Tell whether Arrow makes of the texts what `Account` makes of them, or refuses one.

    It would also read a time without minutes, and the year 0.
    """
    shortest = pc.min(pc.binary_length(texts)).as_py()
    return shortest is None or (
        shortest >= _SHORTEST
        and pc.all(pc.ends_with(texts, "Z")).as_py()
        and not pc.any(pc.starts_with(texts, "0000")).as_py()
    )


def _is_plain(texts: pa.StringArray) -> pa.BooleanArray:
    """Tell of each text what `_are_plain` tells of all."""
    is_long = pc.greater_equal(pc.binary_length(texts), _SHORTEST)
    is_utc = pc.and_(is_long, pc.ends_with(texts, "Z"))
    return pc.and_not(is_utc, pc.starts_with(texts, "0000"))


def _time(text: str | None) -> datetime | None:
    try:
        return msgspec.convert(text, datetime | None, strict=False)
    except msgspec.ValidationError:
        return read_timestamp(text)


def _objects(wires: Sequence[msgspec.Raw]) -> pa.LargeStringArray:
    """Return each piece of JSON as text, None where it is no object."""
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
    """Write characters as they are, as `accounts_frame` does, and not as the service does."""
    if b"\\" not in bytes(wire):
        return wire
    with suppress(msgspec.ValidationError, RecursionError):  # for instance 1e999
        return msgspec.Raw(msgspec.json.encode(msgspec.json.decode(wire)))
    return wire
