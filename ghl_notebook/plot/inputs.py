"""Reads what a user passes to a chart: columns of any DataFrame, choices, and numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, Literal

import pandas as pd
from pandas.api import types

from ghl_notebook.errors import ArgumentError
from ghl_notebook.sanitize import defuse_markup

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
        Flags as ``bool`` (missing is False), numbers as ``float64``, text as ``string`` and never
        markup, times as ``datetime64[ms, UTC]``; with a new index.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"A chart needs a pandas DataFrame, not a {type(frame).__name__}.",
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


def check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    """Raise an `ArgumentError` if a value is not one of the choices."""
    known = list(choices)
    if value not in known:
        named = " or ".join(f'"{one}"' for one in known)
        raise ArgumentError(f"{name} is {value!r}.", f"Choose {named}.")


def check_number(name: str, value: object, least: int, most: int) -> None:
    """Raise an `ArgumentError` if a value is not a number in this range."""
    if not isinstance(value, int | float) or not least <= value <= most:
        raise ArgumentError(f"{name} is {value!r}.", f"Pass a number from {least} to {most}.")


def _read(frame: pd.DataFrame, name: str, type_: ValueType) -> pd.Series[Any]:
    column: Any = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)
    if isinstance(column, pd.DataFrame):
        raise ArgumentError(
            f"The DataFrame has {column.shape[1]} columns {name}.", "Leave one of them."
        )
    column = column.reset_index(drop=True)
    if column.dtype == object:
        column = column.map(_defuse, na_action="ignore").convert_dtypes()
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
    if type_ == "text":
        plain = column.map({text: _defuse(text) for text in column.dropna().unique()})
        plain = plain.astype(_DTYPES[type_])
    elif type_ == "flag":
        plain = column.fillna(False).astype(bool)
    elif type_ == "number":
        plain = column.astype("float64")
    return plain


def _defuse(value: object) -> object:
    # Names, platforms, and statuses come from others. Altair writes its data into scripts
    # unescaped, and the menu of a chart ("View Source") writes them into a window.
    return defuse_markup(value) if isinstance(value, str) else value


def _has_type(type_: ValueType, dtype: Any) -> bool:
    if type_ == "flag":
        return types.is_bool_dtype(dtype)
    if type_ == "number":
        return types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype)
    return type_ == "text" or types.is_datetime64_any_dtype(dtype)
