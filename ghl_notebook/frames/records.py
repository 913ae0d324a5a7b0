"""From records to a frame: columns written down once, for one sub-account and for many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .schema import Schema, frame_of, table_schema

_MOST = 2**63


@dataclass(frozen=True)
class Form:
    """What a frame of records looks like, and where its values come from.

    Attributes
    ----------
    schema : Schema
        The columns. One of them is ``location_id``: the sub-account that was asked.
    computed : Mapping
        Column → function of a record. Any other column is the record's attribute of that name.
    """

    schema: Schema
    computed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    @property
    def of_agency(self) -> Schema:
        """The columns of a whole agency's frame: those, with the sub-account in front."""
        return {"location_id": "string", "location_name": "string", **self.schema}

    def frame(self, records: Iterable[Any], location_id: str) -> pd.DataFrame:
        """Make the frame of one sub-account's records, in their order."""
        return frame_of(self.schema, self.table(records, location_id))

    def table(self, records: Iterable[Any], location_id: str) -> pa.Table:
        """Make the Arrow table of one sub-account's records, in their order."""
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
        if self.schema[name] == "integer":  # JSON's own know no bounds
            return [v if v is None or -_MOST <= v < _MOST else None for v in values]
        return values

    def pack(self, records: Iterable[Any], location_id: str) -> bytes:
        """Make the table, and of it the bytes that `RowsTable` gathers."""
        table = self.table(records, location_id)
        stream = pa.BufferOutputStream()
        with pa.ipc.new_stream(stream, table.schema) as writer:
            writer.write_table(table)
        packed: bytes = stream.getvalue().to_pybytes()
        return packed


class RowsTable:
    """Gathers the rows of many sub-accounts.

    Parameters
    ----------
    form : Form
        What they look like.
    **_options
        What was asked for, which the rows fit already.
    """

    def __init__(self, form: Form, **_options: object) -> None:
        self._schema = table_schema(form.of_agency)
        self._tables: list[pa.Table] = []

    def add(self, answer: bytes, *, location_id: str, location_name: str | None) -> None:
        """Add what `Form.pack` has made of one sub-account's records."""
        table = pa.ipc.open_stream(answer).read_all()
        whose = {"location_id": location_id, "location_name": location_name}
        if table.num_rows:
            self._tables.append(
                pa.table(
                    {
                        one.name: pa.repeat(pa.scalar(whose[one.name], one.type), table.num_rows)
                        if one.name in whose
                        else table[one.name]
                        for one in self._schema
                    }
                )
            )

    def take(self) -> pa.Table:
        """Return all that was added since it was last taken, in that order."""
        tables, self._tables = self._tables, []
        return pa.concat_tables([self._schema.empty_table(), *tables]).combine_chunks()


def agency_frame(
    form: Form, tables: Iterable[pa.Table], location_ids: Sequence[str] = ()
) -> pd.DataFrame:
    """Make the frame of what was gathered.

    Parameters
    ----------
    form : Form
        What it looks like.
    tables : iterable of pyarrow.Table
        As `RowsTable` makes them; a sub-account's rows are in one of them.
    location_ids : sequence of str
        The order of the sub-accounts; others come after them, as they come in the tables.

    Returns
    -------
    pandas.DataFrame
        The columns ``location_id`` and ``location_name``, then the others of one sub-account's;
        within a sub-account in the service's order; a fresh integer index.
    """
    schema = form.of_agency
    table = pa.concat_tables([table_schema(schema).empty_table(), *tables])
    return frame_of(schema, by_location(table, location_ids))


def by_location(table: pa.Table, location_ids: Sequence[str]) -> pa.Table:
    """Return the rows in the order of the sub-accounts; those of others come last."""
    places = pc.index_in(
        table["location_id"], value_set=pa.array(location_ids, pa.large_string())
    ).fill_null(len(location_ids))
    order = places.to_numpy()
    if np.any(order[1:] < order[:-1]):
        table = table.take(pa.array(np.argsort(order, kind="stable")))
    return table
