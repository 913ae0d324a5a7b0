"""From records to a DataFrame: columns declared once, for one sub-account and for many."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .later import pd
from .schema import Schema, frame_of, table_schema

_INT64_LIMIT: Final = 2**63


@dataclass(frozen=True)
class FrameLayout:
    """The columns of a DataFrame of records, and where their values come from.

    Attributes
    ----------
    schema : Schema
        The columns. One of them is ``location_id``: the sub-account of the records.
    computed : Mapping
        Column → function of a record. Every other column is the record's attribute of that name.
    """

    schema: Schema
    computed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    @property
    def of_agency(self) -> Schema:
        """The columns for a whole agency: the same, with the sub-account in front."""
        return {"location_id": "string", "location_name": "string", **self.schema}

    def frame(self, records: Iterable[Any], location_id: str) -> pd.DataFrame:
        """Return a DataFrame of one sub-account's records, in their order."""
        return frame_of(self.schema, self.table(records, location_id))

    def table(self, records: Iterable[Any], location_id: str) -> pa.Table:
        """Return an Arrow table of one sub-account's records, in their order."""
        rows = list(records)
        return pa.table(
            {
                one.name: pa.array(self._values(one.name, rows, location_id), one.type)
                for one in table_schema(self.schema)
            }
        )

    def _values(self, name: str, rows: Sequence[Any], location_id: str) -> list[Any]:
        if name == "location_id":
            return [location_id] * len(rows)
        value_of = self.computed.get(name) or attrgetter(name)
        values = [value_of(row) for row in rows]
        if self.schema[name] == "integer":  # JSON allows larger ones
            return [v if v is None or -_INT64_LIMIT <= v < _INT64_LIMIT else None for v in values]
        return values

    def pack(self, records: Iterable[Any], location_id: str) -> bytes:
        """Return the Arrow table as bytes, for `RowsTable`."""
        table = self.table(records, location_id)
        stream = pa.BufferOutputStream()
        with pa.ipc.new_stream(stream, table.schema) as writer:
            writer.write_table(table)
        packed: bytes = stream.getvalue().to_pybytes()
        return packed


# Column functions of a layout. They are picklable, because workers receive layouts.


def nested(outer: str, name: str) -> Callable[[Any], Any]:
    """Return a function of a record: a field of a nested record; None if there is none."""
    return functools.partial(_nested, outer, name)


def joined(name: str) -> Callable[[Any], str | None]:
    """Return a function of a record: texts joined by commas; None if there are none."""
    return functools.partial(_joined, name)


def counted(name: str, empty: object) -> Callable[[Any], int]:
    """Return a function of a record: the length of a list, without its empty records.

    A null in a list of records is read as an empty record.
    """
    return functools.partial(_counted, name, empty)


def _nested(outer: str, name: str, record: Any) -> Any:
    inner = getattr(record, outer)
    return None if inner is None else getattr(inner, name)


def _joined(name: str, record: Any) -> str | None:
    return ", ".join(getattr(record, name)) or None


def _counted(name: str, empty: object, record: Any) -> int:
    values: list[Any] = getattr(record, name)
    return len(values) - values.count(empty)


class RowsTable:
    """Collect the rows of many sub-accounts.

    Parameters
    ----------
    layout : FrameLayout
        Their columns.
    **_options
        The filters, already applied to the rows.
    """

    def __init__(self, layout: FrameLayout, **_options: object) -> None:
        self._schema = table_schema(layout.of_agency)
        self._tables: list[pa.Table] = []

    def add(self, answer: bytes, *, location_id: str, location_name: str | None) -> None:
        """Add what `FrameLayout.pack` returned for one sub-account."""
        table = pa.ipc.open_stream(answer).read_all()
        sub_account = {"location_id": location_id, "location_name": location_name}
        if table.num_rows:
            self._tables.append(
                pa.table(
                    {
                        one.name: pa.repeat(
                            pa.scalar(sub_account[one.name], one.type), table.num_rows
                        )
                        if one.name in sub_account
                        else table[one.name]
                        for one in self._schema
                    }
                )
            )

    def take(self) -> pa.Table:
        """Return the rows added since the last call, in that order."""
        tables, self._tables = self._tables, []
        return pa.concat_tables([self._schema.empty_table(), *tables]).combine_chunks()


def agency_frame(
    layout: FrameLayout, tables: Iterable[pa.Table], location_ids: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the DataFrame of a whole agency.

    Parameters
    ----------
    layout : FrameLayout
        Its columns.
    tables : iterable of pyarrow.Table
        What `RowsTable` returned; each sub-account's rows are in a single table.
    location_ids : sequence of str
        The order of the sub-accounts; others follow in the order of the tables.

    Returns
    -------
    pandas.DataFrame
        The columns ``location_id`` and ``location_name``, then the others of a single sub-account.
        Rows of a sub-account are in the API's order; the index is a new integer index.
    """
    schema = layout.of_agency
    table = pa.concat_tables([table_schema(schema).empty_table(), *tables])
    return frame_of(schema, by_location(table, location_ids))


def by_location(table: pa.Table, location_ids: Sequence[str]) -> pa.Table:
    """Return the rows in the order of the sub-accounts; rows of others come last."""
    positions = pc.index_in(
        table["location_id"], value_set=pa.array(location_ids, pa.large_string())
    ).fill_null(len(location_ids))
    order = positions.to_numpy()
    if np.any(order[1:] < order[:-1]):
        table = table.take(pa.array(np.argsort(order, kind="stable")))
    return table
