"""Reads the columns that a chart is made of, from whatever DataFrame a user passes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

import pandas as pd
from pandas.api import types

from ghl_notebook.errors import ArgumentError
from ghl_notebook.sanitize import defuse_markup

Kind = Literal["flag", "number", "text", "time"]

_DTYPES: Final[dict[Kind, Any]] = {
    "flag": pd.BooleanDtype(),
    "number": pd.Float64Dtype(),
    "text": pd.StringDtype(),
    "time": pd.DatetimeTZDtype("ms", "UTC"),
}

_MEND: Final[dict[Kind, tuple[str, str]]] = {
    "flag": ("True and False", '.astype("boolean")'),
    "number": ("numbers", ".pipe(pandas.to_numeric)"),
    "text": ("text", '.astype("string")'),
    "time": ("times", ".pipe(pandas.to_datetime, utc=True)"),
}
"""Kind → what it is called, and what makes it of a column of text, as a CSV file gives."""


def read_columns(
    frame: object, columns: Mapping[str, Kind], *, source: str, optional: Collection[str] = ()
) -> pd.DataFrame:
    """Return some columns of a frame, in dtypes that do not depend on where it came from.

    Parameters
    ----------
    frame : object
        What the user has passed.
    columns : mapping
        Column → what it has to hold. A column without any value holds whatever it has to.
    source : str
        The function that returns such frames.
    optional : collection of str
        Those of the columns that may be missing: they are then without a value.

    Returns
    -------
    pandas.DataFrame
        Flags as ``bool`` (no value is False), numbers as ``float64``, texts as ``string`` and never
        markup, times as ``datetime64[ms, UTC]``; a fresh index.

    Raises
    ------
    ArgumentError
        If it is no DataFrame, or a column is missing or holds something else.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"A chart is made of a pandas DataFrame, and this is a {type(frame).__name__}.",
            f"Pass what {source} returned: of an async client await it, of dask compute() it.",
        )
    missing = [name for name in columns if name not in frame and name not in optional]
    if missing:
        raise ArgumentError(
            f"The DataFrame has no column {', '.join(missing)}.", f"Pass what {source} returned."
        )
    found = {name: _read(frame, name, kind) for name, kind in columns.items()}
    return pd.DataFrame(found)


def _read(frame: pd.DataFrame, name: str, kind: Kind) -> pd.Series[Any]:
    column: Any = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)
    if isinstance(column, pd.DataFrame):
        raise ArgumentError(
            f"The DataFrame has {column.shape[1]} columns {name}.", "Leave one of them."
        )
    column = column.reset_index(drop=True)
    if column.dtype == object:
        column = column.map(_defuse, na_action="ignore").convert_dtypes()
    if column.isna().all():
        column = pd.Series(pd.NA, index=column.index, dtype=_DTYPES[kind])
    elif not _is(kind, column.dtype):
        what, mend = _MEND[kind]
        raise ArgumentError(
            f"The column {name} holds {column.dtype}, not {what}.",
            f'Convert it: frame["{name}"] = frame["{name}"]{mend}.',
        )
    if kind == "time":
        if column.dt.tz is None:
            raise ArgumentError(
                f"The times of the column {name} have no time zone.",
                f'Say which: frame["{name}"] = frame["{name}"].dt.tz_localize("UTC").',
            )
        column = column.dt.tz_convert("UTC")
    column = column.astype(_DTYPES[kind])
    plain: pd.Series[Any] = column
    if kind == "text":
        plain = column.map({text: _defuse(text) for text in column.dropna().unique()})
        plain = plain.astype(_DTYPES[kind])
    elif kind == "flag":
        plain = column.fillna(False).astype(bool)
    elif kind == "number":
        plain = column.astype("float64")
    return plain


def _defuse(value: object) -> object:
    # Names, platforms and states are others' words. Altair writes its data into scripts unescaped,
    # and the menu of a chart ("View Source") writes them into a window.
    return defuse_markup(value) if isinstance(value, str) else value


def _is(kind: Kind, dtype: Any) -> bool:
    if kind == "flag":
        return types.is_bool_dtype(dtype)
    if kind == "number":
        return types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype)
    return kind == "text" or types.is_datetime64_any_dtype(dtype)
