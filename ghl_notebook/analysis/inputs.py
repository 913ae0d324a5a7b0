"""Reads what a user passes: columns of any DataFrame, choices, numbers, and times."""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import ValueType, user_columns

__all__ = ["ValueType", "are_known", "check_number", "read_columns", "read_now", "without_repeats"]


def read_columns(
    frame: object,
    columns: Mapping[str, ValueType],
    *,
    source: str,
    optional: Collection[str] = (),
) -> pd.DataFrame:
    """Return some columns of a DataFrame; see `ghl_notebook.frames.user_columns`.

    Flags are ``bool`` (missing is False), and numbers ``float64``.
    """
    read = user_columns(frame, columns, source=source, optional=optional)
    for name, type_ in columns.items():
        if type_ == "flag":
            read[name] = read[name].fillna(False).astype(bool)
        elif type_ == "number":
            read[name] = read[name].astype("float64")
    return read


def without_repeats(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return the last of the rows with the same key: fetched in overlapping periods."""
    return rows[~rows.duplicated(key, keep="last") | rows[key].isna().any(axis="columns")]


def are_known(location_ids: pd.Series[Any], frame: pd.DataFrame) -> pd.Series[bool]:
    """Tell whether sub-accounts were fetched for a DataFrame, as far as its ``attrs`` show it."""
    attrs = frame.attrs
    failed = [failure["location_id"] for failure in attrs.get("failures", ())]
    one = [attrs["location_id"]] if "location_id" in attrs else location_ids
    return location_ids.isin(attrs.get("location_ids", one)) & ~location_ids.isin(failed)


def check_number(name: str, value: Any, least: int, most: int) -> None:
    """Raise an `ArgumentError` if a value is not a number in this range."""
    is_number = isinstance(value, int | float | np.integer | np.floating)
    if not is_number or not least <= value <= most:
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
