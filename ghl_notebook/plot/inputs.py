"""Reads the columns of a DataFrame for a chart, in which no text is markup."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from ghl_notebook.analysis.inputs import ValueType
from ghl_notebook.analysis.inputs import read_columns as read_any
from ghl_notebook.sanitize import defuse_markup


def read_columns(
    frame: object,
    columns: Mapping[str, ValueType],
    *,
    source: str,
    optional: Collection[str] = (),
) -> pd.DataFrame:
    """Return some columns of a DataFrame; see `ghl_notebook.analysis.inputs.read_columns`.

    Names, platforms, and statuses come from others. Altair writes its data into scripts unescaped,
    and the menu of a chart ("View Source") writes them into a window.
    """
    rows = read_any(frame, columns, source=source, optional=optional)
    for name, type_ in columns.items():
        if type_ == "text":
            texts = {text: defuse_markup(text) for text in rows[name].dropna().unique()}
            rows[name] = rows[name].map(texts).astype(rows[name].dtype)
    return rows
