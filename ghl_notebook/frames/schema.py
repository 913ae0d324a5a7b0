"""How the columns of a DataFrame are declared once, and how values become one."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from .later import pd

ColumnType = Literal["string", "boolean", "integer", "number", "timestamp", "list"]


@dataclass(frozen=True, slots=True)
class CategoryType:
    """The type of a category column, with its known values, which empty DataFrames have too.

    An unknown value becomes a further category, after the known ones.
    """

    values: tuple[str, ...]


Schema = dict[str, ColumnType | CategoryType]
"""Column name → type, in the order of the columns."""

_ARROW: dict[ColumnType, pa.DataType] = {
    "string": pa.large_string(),
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "timestamp": pa.timestamp("ms", tz="UTC"),
    "list": pa.list_(pa.string()),
}


DTYPE_NAMES: Final[dict[ColumnType, str]] = {
    "string": "string",
    "boolean": "boolean",
    "integer": "Int64",
    "number": "Float64",
    "timestamp": "datetime64[ms, UTC]",
    "list": "list<item: string>[pyarrow]",
}
"""What pandas calls the dtypes of the columns; pandas is not imported for them."""


@functools.cache
def _dtypes() -> dict[ColumnType, Any]:
    _register_lists()
    return {
        "string": pd.StringDtype("pyarrow"),
        "boolean": pd.BooleanDtype(),
        "integer": pd.Int64Dtype(),
        "number": pd.Float64Dtype(),
        "timestamp": pd.DatetimeTZDtype("ms", "UTC"),
        "list": pd.ArrowDtype(_ARROW["list"]),
    }


def _register_lists() -> None:
    """Let `pandas.read_parquet` read lists: pandas cannot read the name of the dtype it writes."""

    class ListDtype(pd.api.extensions.ExtensionDtype):
        name = DTYPE_NAMES["list"]
        type = list

        @classmethod
        def construct_from_string(cls, string: str) -> Any:
            if string != DTYPE_NAMES["list"]:
                raise TypeError(string)
            return pd.ArrowDtype(_ARROW["list"])

    pd.api.extensions.register_extension_dtype(ListDtype)


@functools.cache
def _masked() -> dict[pa.DataType, Any]:
    """By default, the pandas dtype of these depends on whether a value is missing."""
    dtypes = _dtypes()
    names: tuple[ColumnType, ...] = ("string", "boolean", "integer", "number", "list")
    return {_ARROW[name]: dtypes[name] for name in names} | {pa.string(): dtypes["string"]}


def dtype_of(type_: ColumnType | CategoryType, found: Iterable[str] = ()) -> Any:
    """Return the pandas dtype of a column type; missing values are ``NA``, ``NaN``, or ``NaT``.

    Parameters
    ----------
    type_ : ColumnType or CategoryType
        The column type.
    found : iterable of str
        Further categories, after the known ones.
    """
    if isinstance(type_, CategoryType):
        return pd.CategoricalDtype(pd.Index(dict.fromkeys((*type_.values, *found)), dtype="str"))
    return _dtypes()[type_]


def make_frame(schema: Schema, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Return a DataFrame with the columns of a schema, also without rows.

    Parameters
    ----------
    schema : Schema
        The columns.
    rows : iterable of sequence
        One value per column in each row; None if missing.
    """
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = map(pa.array, columns, table_schema(schema).types)
    return frame_of(schema, dict(zip(schema, arrays, strict=True)))


def table_schema(schema: Schema) -> pa.Schema:
    """Return the schema of Arrow tables that `frame_of` accepts.

    Categories are plain text. Text columns are of the type large_string: string columns end at
    2 GB, and pandas converts them to large_string anyway.
    """
    return pa.schema([(name, arrow_type(type_)) for name, type_ in schema.items()])


def arrow_type(type_: ColumnType | CategoryType) -> pa.DataType:
    """Return the Arrow type of a column."""
    return pa.large_string() if isinstance(type_, CategoryType) else _ARROW[type_]


def frame_of(schema: Schema, columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> pd.DataFrame:
    """Return a DataFrame with the columns of a schema from Arrow arrays; categories are text."""
    table = pa.table(
        {
            name: _encoded(type_, columns[name])
            if isinstance(type_, CategoryType)
            else columns[name]
            for name, type_ in schema.items()
        }
    )
    # All columns at once: up to some hundred rows, a Series per column costs more than the rows.
    frame: pd.DataFrame = table.to_pandas(types_mapper=_masked().get)
    return frame


def _encoded(type_: CategoryType, column: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    found = column.unique().drop_null().to_pylist()
    categories = pa.array(dict.fromkeys((*type_.values, *found)), column.type)
    indices = pc.index_in(column, value_set=categories)
    if isinstance(indices, pa.ChunkedArray):
        indices = indices.combine_chunks()
    return pa.DictionaryArray.from_arrays(indices, categories)
