"""Results as DataFrames with fixed, typed columns."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from ghl_notebook.frames import Schema, dtype_of


def typed(
    frame: pd.DataFrame,
    columns: Schema,
    *,
    by: str | list[str],
    na_position: Literal["first", "last"] = "last",
) -> pd.DataFrame:
    """Return sorted rows with the columns and dtypes of a schema, and a new index."""
    dtypes: dict[str, Any] = {name: dtype_of(type_) for name, type_ in columns.items()}
    ordered = frame[[*columns]].sort_values(
        by, kind="stable", na_position=na_position, ignore_index=True
    )
    result: pd.DataFrame = ordered.astype(dtypes)
    return result
