"""`write_csv`: files that a spreadsheet program does not run."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from tests.folding import folded


def written(frame: pd.DataFrame, **options: Any) -> str:
    """Return the file of a frame."""
    file = io.StringIO()
    ghl.write_csv(frame, file, **options)
    return file.getvalue()


@folded("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r1", "  =1", '"=1', "'=1", "\uff1d1"])
def test_text_like_a_formula_gets_an_apostrophe(text: str) -> None:
    """As a value, and as the name of a column; it can be switched off."""
    frame = pd.DataFrame({text: [text]})
    read = pd.read_csv(io.StringIO(written(frame)), dtype=str, lineterminator="\n")
    assert [*read, *read.iloc[0]] == [f"'{text}"] * 2
    assert written(frame, escape_formulas=False).count("'") == 2 * text.count("'")


def test_numbers_and_other_text_are_unchanged() -> None:
    """Missing values are empty, and times are ISO 8601."""
    frame = pd.DataFrame(
        {
            "n": pd.array([-1, None], dtype="Int64"),
            "t": ["a = b\nc", None],
            "at": pd.to_datetime(["2026-01-05T09:00Z", None], utc=True),
            "tags": [["x", "y"], []],
        }
    )
    assert written(frame) == ('n,t,at,tags\n-1,"a = b\nc",2026-01-05T09:00:00+00:00,"x, y"\n,,,\n')


def test_a_missing_time_is_empty_whatever_stores_it() -> None:
    """Also with Arrow dtypes, which the guide recommends for Parquet files."""
    times = pd.Series(pd.to_datetime(["2026-01-05T09:00Z", None], utc=True), name="at")
    frame = times.to_frame().assign(n=[1, 2])
    for dtype in ("datetime64[ms, UTC]", "timestamp[ms, tz=UTC][pyarrow]"):
        assert written(frame.astype({"at": dtype})) == "at,n\n2026-01-05T09:00:00+00:00,1\n,2\n"
    days = pd.DataFrame({"n": [1], "day": pd.Series([date(2026, 1, 5)], dtype="date32[pyarrow]")})
    assert written(days) == "n,day\n1,2026-01-05\n"


def test_lists_of_pandas_are_lists() -> None:
    """As the rows of each group are."""
    groups = pd.DataFrame({"kind": ["a", "b", "a"]}).groupby("kind").groups
    assert written(pd.Series(groups, name="rows").to_frame()) == 'index,rows\na,"0, 2"\nb,1\n'


def test_an_index_with_a_name_is_written() -> None:
    """As after `groupby`, also of categories."""
    frame = pd.DataFrame({"kind": pd.Categorical(["a"]), "n": [1]})
    assert written(frame.groupby("kind", observed=True).sum()) == "kind,n\na,1\n"
    pivoted = frame.pivot_table(index="n", columns="kind", aggfunc="size", observed=True)
    assert written(pivoted) == "n,a\n1,1\n"
    assert written(frame[frame["n"] > 0]) == "kind,n\na,1\n"


def test_excel_is_told_the_encoding(tmp_path: Path) -> None:
    """By a byte order mark, if it is wanted."""
    path = tmp_path / "a.csv"
    ghl.write_csv(pd.DataFrame({"é": ["\x1b\ud83d"]}, dtype=object), path, encoding="utf-8-sig")
    assert path.read_bytes() == b"\xef\xbb\xbf" + "é\n\ufffd\ufffd\n".encode()


def test_what_is_no_frame_is_refused() -> None:
    """The error names what was passed."""
    with pytest.raises(ghl.errors.ArgumentError, match="not a Series"):
        ghl.write_csv(pd.Series([1]), io.StringIO())  # type: ignore[arg-type]
    with pytest.raises(ghl.errors.ArgumentError, match="encoding is 'latin-1'"):
        ghl.write_csv(pd.DataFrame(), io.StringIO(), encoding="latin-1")  # type: ignore[arg-type]
