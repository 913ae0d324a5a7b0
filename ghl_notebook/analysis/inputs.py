"""Reads what a user passes: columns of any DataFrame, choices, numbers, and times."""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Literal

import pandas as pd
from pandas.api import types

from ghl_notebook.errors import ArgumentError

ValueType = Literal["flag", "number", "text", "time"]

_DTYPES: Final[dict[ValueType, Any]] = {
    "flag": pd.BooleanDtype(),
    "number": pd.Float64Dtype(),
    "text": pd.StringDtype(),
    "time": pd.DatetimeTZDtype("ms", "UTC"),
}

_CONVERSIONS: Final[dict[ValueType, tuple[str, str]]] = {
    "flag": ("True and False", '.astype("boolean")'),
    "number": ("numbers", ".pipe(pandas.to_numeric)"),
    "text": ("text", '.astype("string")'),
    "time": ("times", ".pipe(pandas.to_datetime, utc=True)"),
}
"""Type → its name, and how to convert a column of text to it, as a CSV file has it."""


def read_columns(
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
        Flags as ``bool`` (missing is False), numbers as ``float64``, text as ``string``, times as
        ``datetime64[ms, UTC]``; with a new index.
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
    found = {name: _read(frame, name, type_) for name, type_ in columns.items()}
    return pd.DataFrame(found)


def check_number(name: str, value: object, least: int, most: int) -> None:
    """Raise an `ArgumentError` if a value is not a number in this range."""
    if not isinstance(value, int | float) or not least <= value <= most:
        raise ArgumentError(f"{name} is {value!r}.", f"Pass a number from {least} to {most}.")


def read_now(now: object) -> pd.Timestamp:
    """Return the current time in UTC: what the user passed, or the computer's."""
    if now is None:
        return pd.Timestamp.now("UTC")
    if isinstance(now, datetime):
        with suppress(Exception):  # no time zone, out of range, or a failing class of the user's
            today = pd.Timestamp(now).tz_convert("UTC")
            if 1970 <= today.year < 2200:
                return today
    raise ArgumentError(
        f"now is {reprlib.repr(now)}, not a time with a time zone between 1970 and 2199.",
        "Pass one, for instance datetime(2026, 1, 5, tzinfo=UTC).",
    )


def _read(frame: pd.DataFrame, name: str, type_: ValueType) -> pd.Series[Any]:
    column: Any = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)
    if isinstance(column, pd.DataFrame):
        raise ArgumentError(
            f"The DataFrame has {column.shape[1]} columns {name}.", "Leave one of them."
        )
    column = column.reset_index(drop=True)
    if column.dtype == object:
        column = column.convert_dtypes()
    if column.isna().all():
        column = pd.Series(pd.NA, index=column.index, dtype=_DTYPES[type_])
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
    column = column.astype(_DTYPES[type_])
    plain: pd.Series[Any] = column
    if type_ == "flag":
        plain = column.fillna(False).astype(bool)
    elif type_ == "number":
        plain = column.astype("float64")
    return plain


def _has_type(type_: ValueType, dtype: Any) -> bool:
    if type_ == "flag":
        return types.is_bool_dtype(dtype)
    if type_ == "number":
        return types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype)
    return type_ == "text" or types.is_datetime64_any_dtype(dtype)
