"""The accounts of many sub-accounts: from the bodies of the answers to one DataFrame."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import ACCOUNT_BLOCK_BYTES, AccountRow, read_account_rows

from .accounts import ACCOUNTS, names_of_groups
from .schema import Schema, frame_of, table_schema

AGENCY_ACCOUNTS: Schema = {"location_id": "string", "location_name": "string", **ACCOUNTS}

ACCOUNTS_TABLE = table_schema(AGENCY_ACCOUNTS)
"""The Arrow schema of what `AccountsTable` makes."""

_TIMESTAMP = ACCOUNTS_TABLE.field("expire").type
_FROM_ROWS = [name for name in ACCOUNTS if name not in ("location_id", "groups")]


class AccountsTable:
    """Gathers the accounts of many sub-accounts as Arrow tables.

    It is for one thread at a time, and works while it is added to: about 30 ms whenever a block is
    full.

    Parameters
    ----------
    deleted : bool, default False
        Also take rows that the service marks as deleted.
    block_bytes : int, optional
        So many bytes of bodies are kept before they are made Arrow arrays, which take less.
    """

    def __init__(self, *, deleted: bool = False, block_bytes: int = ACCOUNT_BLOCK_BYTES) -> None:
        self._deleted = deleted
        self._block_bytes = block_bytes
        self._batches: list[pa.RecordBatch] = []
        self._clear()

    def add(self, body: bytes, *, location_id: str, location_name: str | None) -> None:
        """Add the accounts of one sub-account.

        Parameters
        ----------
        body : bytes
            Of a good answer to ``GET /social-media-posting/{locationId}/accounts``. One without a
            list of accounts adds none.
        location_id, location_name : str
            The sub-account; None for a name that is not known.

        Raises
        ------
        ArgumentError
            If the body is no JSON object. Nothing is added then.
        """
        found = read_account_rows(body)
        if found is None:
            raise ArgumentError(
                f"The answer with the accounts of {location_id!r} is not JSON.",
                "Add the body of a good answer.",
            )
        names = names_of_groups(found.groups)
        for block in found.blocks:
            rows = block if self._deleted else [row for row in block if not row.deleted]
            self._rows += rows
            self._groups += [names.get(row.id) for row in rows] if names else [None] * len(rows)
            self._location_ids += [location_id] * len(rows)
            self._location_names += [location_name] * len(rows)
            self._bytes += min(len(body), ACCOUNT_BLOCK_BYTES)
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
            columns: dict[str, Sequence[Any]] = {
                "location_id": self._location_ids,
                "location_name": self._location_names,
                "groups": self._groups,
            }
            columns |= {name: list(map(attrgetter(name), self._rows)) for name in _FROM_ROWS}
            arrays = [_array(columns[field.name], field) for field in ACCOUNTS_TABLE]
            self._batches.append(pa.record_batch(arrays, schema=ACCOUNTS_TABLE))
        self._clear()

    def _clear(self) -> None:
        self._rows: list[AccountRow] = []
        self._location_ids: list[str] = []
        self._location_names: list[str | None] = []
        self._groups: list[str | None] = []
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
    places = pc.index_in(
        table["location_id"], value_set=pa.array(location_ids, pa.large_string())
    ).fill_null(len(location_ids))
    order = places.to_numpy()
    if np.any(order[1:] < order[:-1]):
        table = table.take(pa.array(np.argsort(order, kind="stable")))
    return frame_of(AGENCY_ACCOUNTS, table)


def _array(values: Sequence[Any], field: pa.Field) -> pa.Array:
    if field.name == "meta":
        return _objects(values)
    return _times(values) if field.type == _TIMESTAMP else pa.array(values, field.type)


def _times(texts: Sequence[str | None]) -> pa.Array:
    with suppress(pa.ArrowInvalid):
        array = pa.array(texts, pa.string())
        if _are_plain(array):
            return array.cast(_TIMESTAMP)
    return pa.array(map(_time, texts), _TIMESTAMP)


def _are_plain(texts: pa.StringArray) -> bool:
    """Tell whether Arrow makes of the texts what `Account` makes of them, or refuses one.

    It would also read a time without minutes, and the year 0.
    """
    shortest = pc.min(pc.binary_length(texts)).as_py()
    return shortest is None or (
        shortest >= len("2026-01-05T09:00:00Z")
        and pc.all(pc.ends_with(texts, "Z")).as_py()
        and not pc.any(pc.starts_with(texts, "0000")).as_py()
    )


def _time(text: str | None) -> datetime | None:
    try:
        return msgspec.convert(text, datetime | None, strict=False)
    except msgspec.ValidationError:
        return None


def _objects(wires: Sequence[msgspec.Raw]) -> pa.LargeStringArray:
    """Return each piece of JSON as text, written as `accounts_frame` does; None for no object."""
    text = b"".join(wires)
    if b"\\" in text or b'": ' in text or b"\n" in text:
        return pa.array(map(_rewritten, wires), pa.large_string())
    ends = np.fromiter(itertools.accumulate(map(len, wires), initial=0), np.int64, len(wires) + 1)
    array = pa.LargeStringArray.from_buffers(len(wires), pa.py_buffer(ends), pa.py_buffer(text))
    is_object = pc.starts_with(array, "{")
    if pc.all(is_object).as_py():
        return array
    return pc.if_else(is_object, array, pa.scalar(None, pa.large_string()))


def _rewritten(wire: msgspec.Raw) -> str | None:
    if bytes(memoryview(wire)[:1]) != b"{":
        return None
    with suppress(msgspec.ValidationError):
        return msgspec.json.encode(msgspec.json.decode(wire)).decode()
    return str(wire, "utf-8")
