"""`write_excel`: workbooks without formulas, links, wrong times, or lost digits."""

from __future__ import annotations

import io
import logging
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook.export.excel_file import sheet_name
from tests.folding import folded

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "https://x.test", "mailto:a@b.test", "{=1}"]


def written(frames: Any, **options: Any) -> tuple[Any, str]:
    """Write a workbook, and return it with the XML of its sheets."""
    file = io.BytesIO()
    ghl.write_excel(frames, file, **options)
    with zipfile.ZipFile(file) as archive:
        xml = "".join(
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/worksheets/")
        )
    return openpyxl.load_workbook(file), xml


def cells(frame: pd.DataFrame, **options: Any) -> list[tuple[Any, ...]]:
    """Return the cells of a frame's sheet, with those of the heading."""
    book, _ = written(frame, **options)
    return list(book.active.iter_rows(values_only=True))


def test_text_is_never_a_formula_or_a_link() -> None:
    """Neither as a value, nor as a heading, nor as an index."""
    frame = pd.DataFrame(dict.fromkeys(EVIL, EVIL), index=pd.Index(EVIL, name="=2"))
    book, xml = written(frame)
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    values = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in values} == {"s"}
    assert {cell.number_format for cell in values} == {"@"}


def test_values_keep_their_type_and_missing_ones_are_empty() -> None:
    """Ids keep their digits, and what is absent is not zero."""
    frame = pd.DataFrame(
        {
            "id": pd.Series(["17841405123456789", None], dtype="string"),
            "count": pd.array([3, None], dtype="Int64"),
            "big": pd.array([17841405123456789, None], dtype="Int64"),
            "share": pd.array([0.5, None], dtype="Float64"),
            "active": pd.array([True, None], dtype="boolean"),
            "kind": pd.Categorical(["page", None]),
            "tags": [["a", "b"], None],
        }
    )
    head, full, empty = cells(frame)
    assert head == tuple(frame.columns)
    assert full == ("17841405123456789", 3, "17841405123456789", 0.5, True, "page", "a, b")
    assert empty == (None,) * 7


def test_times_are_local_and_days_stay() -> None:
    """The heading names the time zone; a day is none of the evening before."""
    times = pd.to_datetime(["2026-07-01T09:30Z", None], utc=True)
    days = pd.to_datetime(["2026-07-01", "2026-07-02"], utc=True)
    head, first, second = cells(pd.DataFrame({"at": times, "day": days}), tz="America/New_York")
    assert head == ("at (America/New_York)", "day (UTC)")
    assert [str(one) for one in first] == ["2026-07-01 05:30:00", "2026-07-01 00:00:00"]
    assert second[0] is None


def test_days_and_far_times_are_written() -> None:
    """Days with an Arrow dtype, and the end of the last year, which is the year 10000 elsewhere."""
    days = pd.Series([date(2026, 7, 1), None], dtype="date32[day][pyarrow]")
    far = pd.Series(["9999-12-31T23:59:59", None], dtype="datetime64[ms]").dt.tz_localize("UTC")
    _, first, second = cells(pd.DataFrame({"day": days, "far": far}), tz="Asia/Kolkata")
    assert [str(one) for one in first] == ["2026-07-01 00:00:00", "10000-01-01 05:29:59"]
    assert second == (None, None)


def test_headings_stay_and_have_filters_and_columns_fit() -> None:
    """A sheet can be read as it is."""
    book, _ = written(pd.DataFrame({"a": ["x" * 500], "b": ["y"]}))
    assert book.active.freeze_panes == "A2"
    assert book.active.auto_filter.ref == "A1:B2"
    assert 8 <= book.active.column_dimensions["B"].width < 12
    assert book.active.column_dimensions["A"].width < 55


@folded(
    ("name", "used", "expected"),
    [
        ("a[b]:c*d?e/f\\g", [], "a_b__c_d_e_f_g"),
        ("'Smith & Sons'", [], "Smith & Sons"),
        ("x" * 40, [], "x" * 30 + "…"),
        ("Café", ["CAFÉ", "café (2)"], "Café (3)"),
        ("history", [], "history_"),
        ("\x1b", [], "_"),
        ("  ", [], "Sheet"),
    ],
)
def test_any_name_becomes_that_of_a_sheet(name: str, used: list[str], expected: str) -> None:
    """Clients' names are chosen by clients."""
    assert sheet_name(name, dict.fromkeys(used)) == expected


def test_text_that_no_workbook_can_contain_is_replaced(caplog: pytest.LogCaptureFixture) -> None:
    """Control characters and halves of characters; too long a text is cut, and the log says so."""
    frame = pd.DataFrame({"t": ["a\x00\x1b\ud83d", "_x0041_", "😀" * 20_000]}, dtype=object)
    with caplog.at_level(logging.WARNING, "ghl_notebook.export"):
        _, (halves,), (escape,), (long,) = cells(frame)
    assert halves == "a\ufffd\ufffd\ufffd"
    assert escape == "_x0041_"
    assert long.endswith("😀…")
    assert len(long.encode("utf-16-le")) // 2 <= 32_767
    assert "1 texts of the sheet 'Sheet1'" in caplog.text


@folded(
    ("frames", "path", "words"),
    [
        (pd.DataFrame(index=range(1_048_576)), "x.xlsx", "1,048,576 rows"),
        ({}, "x.xlsx", "no DataFrame"),
        ([1], "x.xlsx", "not a list"),
        (pd.DataFrame(), "x.xls", "does not end with .xlsx"),
        (pd.DataFrame(), 3, "path is a int"),
        (pd.DataFrame(), "no/such/folder.xlsx", "Choose a folder that exists"),
        (pd.DataFrame(), io.StringIO(), 'mode "wb"'),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_said(frames: Any, path: Any, words: str, tmp_path: Path) -> None:
    """With the next step."""
    path = tmp_path / path if isinstance(path, str) else path
    with pytest.raises(ghl.GHLError, match=words):
        ghl.write_excel(frames, path)


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path: Path) -> None:
    """Nothing else is left in the folder."""
    path = tmp_path / "report.xlsx"
    path.write_text("before")
    path.chmod(0o640)
    with pytest.raises(ghl.errors.ArgumentError):
        ghl.write_excel(pd.DataFrame({"a": [1]}), path, tz="Nowhere/Land")
    assert path.read_text() == "before"
    ghl.write_excel(pd.DataFrame({"a": [1]}), path)
    assert openpyxl.load_workbook(path).active["A2"].value == 1
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["report.xlsx"]


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ghl.errors.SettingsError, match=r"\.\[excel\]"):
        ghl.write_excel(pd.DataFrame(), io.BytesIO())
