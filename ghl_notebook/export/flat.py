"""A DataFrame whose cells are plain values: joined lists, text, and local times."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, tzinfo
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.api import types

from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.models import read_zone

_LISTS: Final = (list, tuple, set, frozenset, np.ndarray, pd.Series, pd.Index)


@guarded
def flatten(frame: pd.DataFrame, *, tz: str | tzinfo | None = None) -> pd.DataFrame:
    """Return a DataFrame for tools that do not accept lists, categories, or time zones.

    SQLite, Great Tables, and ITables need this. No request is sent.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any DataFrame; it is not changed.
    tz : str or datetime.tzinfo, optional
        Replace datetimes by local ones of this time zone, which the name of the column then shows,
        as in ``"expire (Europe/Paris)"``. A column with only midnights contains days: it keeps its
        own time zone. By default, datetimes are unchanged.

    Returns
    -------
    pandas.DataFrame
        The same rows, index, and ``attrs``. The items of lists are joined by ``", "``, dicts become
        JSON, and categories become text. A missing value stays missing, and an empty list is an
        empty text.

    Raises
    ------
    ArgumentError
        If `frame` is not a DataFrame, or the time zone is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> flatten(pd.DataFrame({"tags": [["sale", "new"], None]}))["tags"].to_list()
    ['sale, new', None]
    """
    check_frame("flatten", frame)
    zone = None if tz is None else read_zone(tz)
    flat = frame.copy()
    columns = [_plain(frame.iloc[:, number]) for number in range(frame.shape[1])]
    names = list(frame.columns)
    if zone is not None:
        for number, column in enumerate(columns):
            if has_times(column) and column.dt.tz is not None:
                columns[number], used = _local(column, zone)
                names[number] = f"{heading(names[number])} ({used})"
    if columns:
        flat = pd.concat(columns, axis="columns")
        flat.columns = frame.columns if names == list(frame.columns) else pd.Index(names)
        flat.attrs = frame.attrs
    return flat


def table_of(frame: pd.DataFrame, *, index: bool | None, tz: str | tzinfo | None) -> pd.DataFrame:
    """Return a flat DataFrame with text as the names of its columns, and without an index.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any DataFrame.
    index : bool or None
        Whether the index becomes columns. None: unless it is a nameless index of integers.
    tz : str, datetime.tzinfo or None
        As for `flatten`.
    """
    if index is None:
        is_numbered = types.is_integer_dtype(frame.index.dtype)
        index = not is_numbered or any(name is not None for name in frame.index.names)
    table = frame.set_axis([heading(name) for name in frame.columns], axis="columns")
    if index:
        names = ["index" if name is None else heading(name) for name in frame.index.names]
        table = table.reset_index(names=names, allow_duplicates=True)
    return flatten(table, tz=tz)


def check_frame(function: str, frame: object) -> None:
    """Raise an `ArgumentError` if a user has not passed a DataFrame."""
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"{function} needs a pandas DataFrame, not a {type(frame).__name__}.",
            "With an async client, await the result; with dask, compute() it; for a Series, call "
            "to_frame().",
        )


def heading(name: object) -> str:
    """Return the name of a column as text; a name of several levels is joined."""
    parts = name if isinstance(name, tuple) else (name,)
    return " / ".join(text for text in map(str, parts) if text)


def is_missing(value: object) -> bool:
    """Tell whether a value of a flat DataFrame is missing."""
    return value is None or value is pd.NA or value is pd.NaT or value != value


def has_times(column: pd.Series[Any]) -> bool:
    """Tell whether a column has datetimes: for pandas, dates with an Arrow dtype are some, too."""
    dtype = column.dtype
    is_date = isinstance(dtype, pd.ArrowDtype) and dtype.type is date
    return types.is_datetime64_any_dtype(dtype) and not is_date


def _plain(column: pd.Series[Any]) -> pd.Series[Any]:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        categories = dtype.categories.dtype
        is_text = types.is_string_dtype(categories) or types.is_object_dtype(categories)
        return column.astype("string") if is_text else column.astype(object).infer_objects()
    is_nested = isinstance(dtype, pd.ArrowDtype) and dtype.type in (list, dict)
    if is_nested or (types.is_object_dtype(dtype) and any(map(_is_nested, column))):
        texts = [_text(value) if _is_nested(value) else value for value in column]
        kind = "string" if is_nested else object
        return pd.Series(texts, index=column.index, name=column.name, dtype=kind)
    return column


def _is_nested(value: object) -> bool:
    return isinstance(value, (dict, *_LISTS))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    items: Iterable[Any] = value
    return ", ".join(
        _text(item) if _is_nested(item) else str(item) for item in items if not is_missing(item)
    )


def _local(column: pd.Series[Any], zone: tzinfo) -> tuple[pd.Series[Any], object]:
    """Return local datetimes, and the time zone of them: midnights are days, which have no other.

    The first hour of a day in UTC is in the day before in New York.
    """
    known = column.dropna()
    if len(known) and (known == known.dt.normalize()).all():
        zone = column.dt.tz
    return column.dt.tz_convert(zone).dt.tz_localize(None), zone
