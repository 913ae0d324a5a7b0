"""Every frame goes to all of 12 targets: the demo's, without rows, and with odd ones."""

from __future__ import annotations

import io
import json
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from typing import Any

import duckdb
import itables
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from bs4 import BeautifulSoup
from great_tables import GT

import ghl_notebook as ghl
from ghl_notebook import frames
from ghl_notebook.frames import CategoryType, Schema, make_frame

pytestmark = pytest.mark.slow

MARKUP = "<img src=x onerror=attacked(1)>"
TEXTS = ("=1+1", MARKUP, '@SUM("a")', "17841405123456789", "Café ☕ \x1b[31m", "", None)
LISTS = pd.ArrowDtype(pa.list_(pa.string()))
SCHEMAS: dict[str, Schema] = {n: vars(frames)[n] for n in frames.__all__ if n.isupper()
    and isinstance(vars(frames)[n], dict)}  # fmt: skip


def _odd(kind: Any, number: int) -> object:
    text = TEXTS[number % len(TEXTS)]
    if isinstance(kind, CategoryType) or kind == "string":
        return text
    if kind == "timestamp":
        return None if text is None else datetime(2026, 1, 5, 9, 0, number, 1000, tzinfo=UTC)
    if kind in ("boolean", "integer", "number"):
        values = {"boolean": True, "integer": 17841405123456789, "number": -1.5}
        return None if text is None else values[kind]
    return None if text is None else [text, "b"]


@cache
def every_frame() -> dict[str, pd.DataFrame]:
    """Return all frames by name."""
    found: dict[str, pd.DataFrame] = {}
    for name, schema in SCHEMAS.items():
        rows = [[_odd(kind, n) for kind in schema.values()] for n in range(len(TEXTS))]
        found[f"{name}, odd"] = make_frame(schema, rows)
        found[f"{name}, empty"] = make_frame(schema, [])
    lists = found["POSTS, odd"].copy()
    lists["tags"] = pd.Series([[MARKUP, "b"], None, [], *[["=1"]] * 4], dtype=LISTS)
    found["with lists"] = lists
    with closing(ghl.demo()) as client:
        found["accounts"] = ghl.fetch_accounts(client)
        found["posts"] = ghl.fetch_posts(client, "2025-12-01", "2026-01-31")
        found["statistics"] = ghl.fetch_statistics(client, "2025-12-01", "2025-12-31")
        found["comments"] = ghl.fetch_comments(client, "2025-12-01", "2026-01-31")
        found["columns"] = ghl.columns("posts")
    with closing(ghl.demo_agency(locations=4, accounts=2)) as agency:
        found["accounts of an agency"] = ghl.fetch_accounts(agency)
    return found


def _csv(frame: pd.DataFrame) -> None:
    file = io.StringIO()
    ghl.write_csv(frame, file, escape_formulas=False)
    file.seek(0)
    read = pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""])
    assert list(read) == list(frame)
    assert len(read) == len(frame)


def _excel(frame: pd.DataFrame) -> None:
    file = io.BytesIO()
    ghl.write_excel(frame, file)
    sheet = openpyxl.load_workbook(file, read_only=True).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert [str(name).partition(" (")[0] for name in head] == list(frame)
    assert len(rows) == len(frame)


def _json(frame: pd.DataFrame) -> None:
    rows = json.loads(frame.to_json(orient="records", date_format="iso"))
    assert len(rows) == len(frame)
    assert all(list(row) == list(frame) for row in rows)


def _html(frame: pd.DataFrame) -> None:
    with pd.option_context("display.max_colwidth", None):
        page = BeautifulSoup(frame.to_html(), "html.parser")
    assert page.find("img") is None
    assert len(page.select("tbody tr")) == len(frame)


def _parquet(frame: pd.DataFrame) -> None:
    file = io.BytesIO()
    frame.to_parquet(file)
    read = pd.read_parquet(file, dtype_backend="pyarrow")
    assert pl.from_pandas(read).equals(pl.from_pandas(frame))
    assert json.dumps(read.attrs) == json.dumps(frame.attrs)
    file.seek(0)
    flat = io.BytesIO()
    ghl.flatten(frame).to_parquet(flat)
    pd.testing.assert_frame_equal(pd.read_parquet(flat), ghl.flatten(frame))


def _feather(frame: pd.DataFrame) -> None:
    file = io.BytesIO()
    frame.to_feather(file)
    read = pd.read_feather(io.BytesIO(file.getvalue()), dtype_backend="pyarrow")
    assert pl.from_pandas(read).equals(pl.from_pandas(frame))


def _sqlite(frame: pd.DataFrame) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        ghl.flatten(frame).to_sql("t", connection, index=False)
        rows = connection.execute("SELECT * FROM t").fetchall()
    assert len(rows) == len(frame)
    assert not any(isinstance(value, bytes) for row in rows for value in row)


def _duckdb(frame: pd.DataFrame) -> None:
    with duckdb.connect() as connection:
        connection.register("t", frame)
        found = connection.sql("SELECT * FROM t")
        assert found.columns == list(frame)
        assert len(found.fetchall()) == len(frame)


def _polars(frame: pd.DataFrame) -> None:
    found = pl.from_pandas(frame)
    assert found.shape == frame.shape
    assert found.null_count().row(0) == tuple(frame.isna().sum())


def _arrow(frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    assert [column.null_count for column in table.columns] == list(frame.isna().sum())


def _great_tables(frame: pd.DataFrame) -> None:
    page = BeautifulSoup(GT(ghl.flatten(frame)).as_raw_html(), "html.parser")
    assert page.find("img") is None


def _itables(frame: pd.DataFrame) -> None:
    shown = itables.to_html_datatable(ghl.flatten(frame, tz="UTC"), connected=True)
    assert MARKUP not in shown
    assert len(frame) == 0 or "data_json" in shown


TARGETS: list[Callable[[pd.DataFrame], None]] = [
    *(_arrow, _csv, _duckdb, _excel, _feather, _great_tables),
    *(_html, _itables, _json, _parquet, _polars, _sqlite),
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__[1:])
def test_every_frame_goes_there(target: Callable[[pd.DataFrame], None]) -> None:
    """Without an error or a warning, with all rows and columns, and as data."""
    faults = []
    for name, frame in every_frame().items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                target(frame.copy())
            except Exception as error:  # noqa: BLE001 - all of them are listed
                faults.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
    assert not faults, "\n".join(faults)
