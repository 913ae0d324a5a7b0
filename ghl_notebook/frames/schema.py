"""How a frame's columns are written down once, and how records become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

Kind = Literal["string", "boolean", "timestamp"]


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
    "timestamp": pa.timestamp("ms", tz="UTC"),
}

_DTYPES: dict[Kind, Any] = {
    "string": pd.StringDtype("pyarrow"),
    "boolean": pd.BooleanDtype(),
    "timestamp": pd.DatetimeTZDtype("ms", "UTC"),
}


def dtype_of(kind: Kind | Category) -> Any:
    """Return the pandas dtype of a kind; a missing value is ``NA``, ``NaN`` or ``NaT`` in it."""
    if isinstance(kind, Category):
        return pd.CategoricalDtype(pd.Index(kind.values, dtype="str"))
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
    return pd.DataFrame(
        {
            name: _column(kind, values)
            for (name, kind), values in zip(schema.items(), columns, strict=True)
        }
    )


def _column(kind: Kind | Category, values: Sequence[Any]) -> pd.Series[Any]:
    dtype = dtype_of(kind)
    if isinstance(kind, Category):
        new = dict.fromkeys(v for v in values if v is not None and v not in kind.values)
        if new:
            dtype = dtype_of(Category((*kind.values, *new)))
        return pd.Series(pd.Categorical(values, dtype=dtype))
    array = pa.array(values, _ARROW[kind])
    if kind == "timestamp":
        return pd.Series(array.to_pandas()).astype(dtype)
    return pd.Series(dtype.__from_arrow__(array))
