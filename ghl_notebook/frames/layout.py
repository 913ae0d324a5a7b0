"""From records to a DataFrame: columns declared once, for one sub-account and for many."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, get_args

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ghl_notebook.models import Record, RowReader, listed_record, without_collector

from .arrays import array_of, fields_of, json_array, named_array, time_array, within_int64
from .columns import Column, FieldPath, row_type
from .later import pd
from .schema import Schema, frame_of, table_schema

BLOCK_ROWS: Final = 1_000
"""So many rows become Arrow arrays at once: about 1 MB of JSON, which with its rows fits in the
processor's cache."""

_LOCATION: Final = ("location_id", "location_name")
LAYOUTS: Final[dict[str, FrameLayout]] = {}
"""Name of a frame → its layout."""


class FrameLayout:
    """The columns of a DataFrame of records: what they mean, and where their values come from.

    Parameters
    ----------
    name : str
        Its name.
    columns : Mapping
        Column name → `Column`. One of them is ``location_id``: the sub-account of the records.
    page : type of Record, optional
        What lists the records, if the API does. They can then be read as rows; see `reader`.

    Attributes
    ----------
    schema : Schema
        Column name → type.
    batch_schema : pyarrow.Schema
        Of the Arrow arrays of `batch`: all columns but the sub-account and the names of ids.
    id_columns : dict
        Column name → the column of ids whose names it shows.
    """

    def __init__(
        self, name: str, columns: Mapping[str, Column], page: type[Record] | None = None
    ) -> None:
        self.name = name
        self.columns = columns
        self.page = page
        self.schema: Schema = {key: column.type for key, column in columns.items()}
        self.id_columns = {key: one.names_of for key, one in columns.items() if one.names_of}
        own = {"location_id", *self.id_columns}
        self.batch_schema = table_schema({k: v for k, v in self.schema.items() if k not in own})
        LAYOUTS[name] = self

    def __reduce__(self) -> tuple[Callable[[str], FrameLayout], tuple[str]]:
        return layout_of, (self.name,)  # workers receive layouts

    @property
    def of_agency(self) -> Schema:
        """The columns for a whole agency: the same, after the name of the sub-account."""
        return {"location_name": "string", **self.schema}

    @functools.cached_property
    def reader(self) -> RowReader[Any]:
        """Reads the body of a list as rows, for `Rows`."""
        assert self.page is not None
        return RowReader(self.page, self._row)

    @functools.cached_property
    def paths(self) -> dict[str, FieldPath]:
        """Column name → the field of a record of `page` that it shows."""
        assert self.page is not None
        record = listed_record(self.page)[2]
        return {
            name: FieldPath(record, column.path or name)
            for name, column in self.columns.items()
            if name in self.batch_schema.names
        }

    def source_of(self, name: str) -> str | None:
        """Return where the values of a column are in a response; None if they are not there."""
        path = None if self.page is None else self.paths.get(name)
        source = None if path is None else path.source
        return source and f"results.{self.reader.key}[].{source}"

    @functools.cached_property
    def _row(self) -> type[msgspec.Struct]:
        assert self.page is not None
        return row_type(self.name, listed_record(self.page)[2], [*self.paths.values()])

    def frame(self, records: Iterable[Any], location_id: str) -> pd.DataFrame:
        """Return a DataFrame of one sub-account's records, in their order."""
        rows = Rows(self)
        rows.add(list(records))
        return rows.frame(location_id)

    def count(self, rows: Sequence[Any]) -> list[int]:
        """Return how many rows of the DataFrame each of some rows or records makes."""
        return [1] * len(rows)

    def batch(self, rows: Sequence[Any], given: Mapping[str, Sequence[Any]]) -> pa.RecordBatch:
        """Return the columns of some rows or records, in their order.

        Parameters
        ----------
        rows : sequence
            Records, or rows of `reader`.
        given : Mapping
            Column name → values that are not in the records.
        """
        with without_collector():
            arrays = self._arrays(
                rows, [name for name in self.batch_schema.names if name not in given]
            )
        for name, values in given.items():
            arrays[name] = pa.array(values, self.batch_schema.field(name).type)
        return pa.record_batch(
            [arrays[name] for name in self.batch_schema.names], schema=self.batch_schema
        )

    def _arrays(self, rows: Sequence[Any], names: Sequence[str]) -> dict[str, pa.Array]:
        """Return the columns of rows, all rows at once, and of the records among them."""
        row = None if self.page is None else self._row
        records = [one for one in rows if type(one) is not row]
        if not records:
            return self._arrays_of_rows(rows, names)
        found = {
            name: pa.array(self._values(name, records), self.batch_schema.field(name).type)
            for name in names
        }
        if len(records) == len(rows):
            return found
        fast = self._arrays_of_rows([one for one in rows if type(one) is row], names)
        is_record = np.fromiter((type(one) is not row for one in rows), bool, len(rows))
        positions = pa.array(np.argsort(np.argsort(is_record, kind="stable")))
        return {n: pa.concat_arrays([fast[n], found[n]]).take(positions) for n in names}

    def _values(self, name: str, records: Sequence[Any]) -> Sequence[Any]:
        column = self.columns[name]
        root, _, leaf = (column.path or name).partition(".")
        values = [getattr(record, root) for record in records]
        if leaf and column.convert is None:
            values = [None if inner is None else getattr(inner, leaf) for inner in values]
        if column.convert is not None:
            values = column.convert(values)
        return within_int64(values) if column.type == "integer" else values

    def _arrays_of_rows(self, rows: Sequence[Any], names: Sequence[str]) -> dict[str, pa.Array]:
        values = fields_of(self._row, rows)
        for root, inner in self._nested.items():
            missing = (None,) * len(inner.__struct_fields__)
            values |= {f"{root}.{k}": v for k, v in fields_of(inner, values[root], missing).items()}
        arrays: dict[str, pa.Array] = {}
        times: dict[str, Sequence[str | None]] = {}
        for name in names:
            column = self.columns[name]
            path = column.path or name
            if column.convert is not None:
                path = path.partition(".")[0]
            found = values[path]
            if column.type == "timestamp":
                times[name] = found
            elif path in self._raw:
                arrays[name] = json_array(found)
            else:
                found = found if column.convert is None else column.convert(found)
                arrays[name] = array_of(column.type, found)
        # All at once: one Arrow call costs more than some hundred texts.
        together = time_array([text for texts in times.values() for text in texts])
        for number, name in enumerate(times):
            arrays[name] = together.slice(number * len(rows), len(rows))
        return arrays

    @functools.cached_property
    def _nested(self) -> dict[str, type[msgspec.Struct]]:
        """The fields of a row that are rows themselves, whose single values are in columns."""
        return {
            field.name: option
            for field in msgspec.structs.fields(self._row)
            for option in get_args(field.type)
            if isinstance(option, type) and issubclass(option, msgspec.Struct)
        }

    @functools.cached_property
    def _raw(self) -> frozenset[str]:
        fields = msgspec.structs.fields(self._row)
        return frozenset(field.name for field in fields if field.type is msgspec.Raw)


def layout_of(name: str) -> FrameLayout:
    """Return the layout of a name."""
    return LAYOUTS[name]


class Rows:
    """The rows of one sub-account, or records: as they came, or as Arrow arrays once they are many.

    Parameters
    ----------
    layout : FrameLayout
        Their columns.
    rows : sequence
        The first rows.
    attrs : Mapping
        Further facts for the ``attrs`` of the DataFrame of one sub-account.

    Attributes
    ----------
    batches : list of pyarrow.RecordBatch
        The rows that are Arrow arrays; `rows` come after them.
    rows : list
        The others.
    given : dict
        Column name → values of `rows` that are not in themselves.
    names : dict
        Column name → id → name, for columns that show the names of ids. Without its entry, a column
        is NA.
    """

    __slots__ = ("attrs", "batches", "given", "layout", "names", "rows")

    def __init__(
        self, layout: FrameLayout, rows: Sequence[Any] = (), attrs: Mapping[str, Any] = {}
    ) -> None:
        self.layout = layout
        self.batches: list[pa.RecordBatch] = []
        self.rows: list[Any] = [*rows]
        self.given: dict[str, list[Any]] = {}
        self.names: dict[str, Mapping[str, str]] = {}
        self.attrs = attrs

    def add(self, rows: Sequence[Any], **given: Sequence[Any]) -> None:
        """Add rows, and values of columns that are not in them."""
        self.rows += rows
        for name, values in given.items():
            if name in self.given:
                self.given[name] += values
            else:
                self.given[name] = [*values]
        if len(self.rows) >= BLOCK_ROWS:
            self.pack()

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(map(len, self.batches)) + len(self.rows)

    def pack(self) -> None:
        """Make Arrow arrays of all rows."""
        if self.rows:
            self.batches.append(self.layout.batch(self.rows, self.given))
            self.rows, self.given = [], {}

    def frame(self, location_id: str) -> pd.DataFrame:
        """Return them as the DataFrame of their sub-account."""
        self.pack()
        table = pa.Table.from_batches(self.batches, self.layout.batch_schema)
        columns = _with_names(self.layout, table, self.names)
        columns["location_id"] = pa.repeat(pa.scalar(location_id, pa.large_string()), len(table))
        frame = frame_of(self.layout.schema, columns)
        frame.attrs.update(self.attrs)
        return frame


class RowsTable:
    """Collect the rows of many sub-accounts as Arrow tables. Use it in one thread at a time.

    Parameters
    ----------
    layout : FrameLayout
        Their columns.
    **_options
        The filters, already applied to the rows.
    """

    def __init__(self, layout: FrameLayout, **_options: object) -> None:
        self._schema = table_schema(layout.of_agency)
        self._layout = layout
        self._tables: list[pa.Table] = []
        self._clear()

    def add(self, answer: Rows, *, location_id: str, location_name: str | None) -> None:
        """Add the rows of one sub-account; None if its name is unknown."""
        if answer.batches:  # enough of them
            self._finish_block()
            answer.pack()
            table = pa.Table.from_batches(answer.batches)
            self._add(table, answer.names, [(location_id, location_name)], [len(table)])
        elif answer.rows:
            if self._rows.names.keys() != answer.names.keys():
                self._finish_block()
            for name, names in answer.names.items():
                self._rows.names[name] = {**self._rows.names.get(name, {}), **names}
            self._rows.add(answer.rows, **answer.given)
            self._locations.append((location_id, location_name))
            self._counts.append(sum(self._layout.count(answer.rows)))
            if self._rows.batches:
                self._finish_block()

    def take(self) -> pa.Table:
        """Return the rows added since the last call, in that order, even if there are none."""
        self._finish_block()
        tables, self._tables = self._tables, []
        return pa.concat_tables([self._schema.empty_table(), *tables])

    def _finish_block(self) -> None:
        self._rows.pack()
        if self._rows.batches:
            table = pa.Table.from_batches(self._rows.batches)
            self._add(table, self._rows.names, self._locations, self._counts)
        self._clear()

    def _add(
        self,
        table: pa.Table,
        names: Mapping[str, Mapping[str, str]],
        locations: list[tuple[str, str | None]],
        counts: list[int],
    ) -> None:
        positions = pa.array(np.repeat(np.arange(len(locations)), counts))
        columns = _with_names(self._layout, table, names)
        for name, texts in zip(_LOCATION, zip(*locations, strict=True), strict=True):
            columns[name] = pa.array(texts, pa.large_string()).take(positions)
        self._tables.append(pa.table([columns[name] for name in self._schema.names], self._schema))

    def _clear(self) -> None:
        self._rows = Rows(self._layout)
        self._locations: list[tuple[str, str | None]] = []
        self._counts: list[int] = []


def _with_names(
    layout: FrameLayout, table: pa.Table, names: Mapping[str, Mapping[str, str]]
) -> dict[str, pa.Array | pa.ChunkedArray]:
    """Return the columns of a table, and the columns that show the names of its ids."""
    columns = {name: table[name] for name in table.column_names}
    for name, ids in layout.id_columns.items():
        columns[name] = named_array(table[ids], names.get(name))
    return columns


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
        The column ``location_name``, then the columns of a single sub-account.
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
