"""How a frame's columns are written down once, and how records become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Kind = Literal["string", "boolean", "integer", "number", "timestamp"]


@dataclass(frozen=True, slots=True)
class Category:
    """A category column and the values it is known to take, so that empty frames have them too.

    A value that is not among them becomes a category of its own, after these.
    """

    values: tuple[str, ...]


Schema = dict[str, Kind | Category]
"""Column name → kind, in the order of the columns."""

_ARROW: dict[Kind, pa.DataType] = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "timestamp": pa.timestamp("ms", tz="UTC"),
}

_DTYPES: dict[Kind, Any] = {
    "string": pd.StringDtype("pyarrow"),
    "boolean": pd.BooleanDtype(),
    "integer": pd.Int64Dtype(),
    "number": pd.Float64Dtype(),
    "timestamp": pd.DatetimeTZDtype("ms", "UTC"),
}


# pandas' own choice for these depends on whether a value is missing.
_MASKED = {_ARROW[kind]: _DTYPES[kind] for kind in ("string", "boolean", "integer", "number")}
_MASKED[pa.large_string()] = _DTYPES["string"]


def dtype_of(kind: Kind | Category, found: Iterable[str] = ()) -> Any:
    """Return the pandas dtype of a kind; a missing value is ``NA``, ``NaN`` or ``NaT`` in it.

    Parameters
    ----------
    kind : Kind or Category
        The kind.
    found : iterable of str
        Values that a category has as well, after those that it is known to take.
    """
    if isinstance(kind, Category):
        return pd.CategoricalDtype(pd.Index(dict.fromkeys((*kind.values, *found)), dtype="str"))
    return _DTYPES[kind]


def make_frame(schema: Schema, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Make a DataFrame of a fixed schema, the same when there are no rows.

    Parameters
    ----------
    schema : Schema
        The columns.
    rows : iterable of sequence
        Per row, one value per column; None where there is none.
    """
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(schema)
    return frame_of(
        schema,
        {
            name: pa.array(values, pa.string() if isinstance(kind, Category) else _ARROW[kind])
            for (name, kind), values in zip(schema.items(), columns, strict=True)
        },
    )


def table_schema(schema: Schema) -> pa.Schema:
    """Return the Arrow schema of the tables that `frame_of` makes such frames of.

    A category is plain text in it. Strings are large ones: the small kind ends at 2 GB a column,
    and pandas turns it into the large one anyway.
    """
    return pa.schema(
        [
            (
                name,
                pa.large_string()
                if isinstance(kind, Category) or kind == "string"
                else _ARROW[kind],
            )
            for name, kind in schema.items()
        ]
    )


def frame_of(schema: Schema, columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> pd.DataFrame:
    """Make a DataFrame of a fixed schema of Arrow arrays, where categories are still text."""
    table = pa.table(
        {
            name: _encoded(kind, columns[name]) if isinstance(kind, Category) else columns[name]
            for name, kind in schema.items()
        }
    )
    # All columns at once: a Series of each costs more than the rows do, up to some hundred rows.
    frame: pd.DataFrame = table.to_pandas(types_mapper=_MASKED.get)
    return frame


def _encoded(kind: Category, column: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    found = column.unique().drop_null().to_pylist()
    categories = pa.array(dict.fromkeys((*kind.values, *found)), column.type)
    indices = pc.index_in(column, value_set=categories)
    if isinstance(indices, pa.ChunkedArray):
        indices = indices.combine_chunks()
    return pa.DictionaryArray.from_arrays(indices, categories)
