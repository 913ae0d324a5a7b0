"""Reads what a user passes: columns of any DataFrame, wherever it came from."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final, Literal

from ghl_notebook.errors import ArgumentError

from .later import pd
from .schema import ColumnType, dtype_of

ValueType = Literal["flag", "number", "text", "time"]

_COLUMN_TYPES: Final[dict[ValueType, ColumnType]] = {
    "flag": "boolean",
    "number": "number",
    "text": "string",
    "time": "timestamp",
}

_CONVERSIONS: Final[dict[ValueType, tuple[str, str]]] = {
    "flag": ("True and False", '.astype("boolean")'),
    "number": ("numbers", ".pipe(pandas.to_numeric)"),
    "text": ("text", '.astype("string")'),
    "time": ("times", ".pipe(pandas.to_datetime, utc=True)"),
}
"""Type → its name, and how to convert a column of text to it, as a CSV file has it."""

_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")


def user_columns(
    frame: object,
    columns: Mapping[str, ValueType],
    *,
    source: str,
    optional: Collection[str] = (),
) -> pd.DataFrame:
    """Return some columns of a DataFrame, with the same dtypes wherever it came from.

    Raises `ArgumentError` if `frame` is not a DataFrame, or a column is missing or has another
    type.

    Parameters
    ----------
    frame : object
        The user's argument.
    columns : mapping
        Column → type of its values. A column without values has any type.
    source : str
        The function that returns such DataFrames.
    optional : collection of str
        Columns that may be missing: they are returned without values.

    Returns
    -------
    pandas.DataFrame
        With the dtypes of the fetching functions, and a new index.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"This function needs a pandas DataFrame, not a {type(frame).__name__}.",
            f"Pass what {source} returned. With an async client, await it; with dask, compute() "
            "it.",
        )
    missing = [name for name in columns if name not in frame and name not in optional]
    if missing:
        raise ArgumentError(
            f"The DataFrame has no column {', '.join(missing)}.", f"Pass what {source} returned."
        )
    return pd.DataFrame({name: _read(frame, name, type_) for name, type_ in columns.items()})


def _read(frame: pd.DataFrame, name: str, type_: ValueType) -> pd.Series[Any]:
    column: Any = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)
    if isinstance(column, pd.DataFrame):
        raise ArgumentError(
            f"The DataFrame has {column.shape[1]} columns {name}.", "Leave one of them."
        )
    column = column.reset_index(drop=True)
    is_text = column.dtype == object and pd.api.types.infer_dtype(column) == "string"
    if is_text and type_ == "text":
        column = column.map(_without_halves, na_action="ignore")
    dtype = dtype_of(_COLUMN_TYPES[type_])
    if column.dtype == object:
        column = column.convert_dtypes()
    if column.isna().all():
        column = pd.Series(pd.NA, index=column.index, dtype=dtype)
    elif not _has_type(type_, column.dtype):
        what, conversion = _CONVERSIONS[type_]
        raise ArgumentError(
            f"The column {name} holds {column.dtype}, not {what}.",
            f'Convert it: frame["{name}"] = frame["{name}"]{conversion}.',
        )
    if type_ == "time":
        if column.dt.tz is None:
            raise ArgumentError(
                f"The times of the column {name} have no time zone.",
                f'Add one: frame["{name}"] = frame["{name}"].dt.tz_localize("UTC").',
            )
        column = column.dt.tz_convert("UTC")
    read: pd.Series[Any] = column.astype(dtype)
    return read


def _without_halves(text: str) -> str:
    """Return text in which half a character, which Arrow cannot store, is U+FFFD."""
    return _HALF_CHARACTER.sub("\ufffd", text)


def _has_type(type_: ValueType, dtype: Any) -> bool:
    types = pd.api.types
    if type_ == "flag":
        return bool(types.is_bool_dtype(dtype))
    if type_ == "number":
        return bool(types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype))
    is_date = isinstance(dtype, pd.ArrowDtype) and dtype.type is date  # a datetime for pandas
    return type_ == "text" or bool(types.is_datetime64_any_dtype(dtype) and not is_date)
