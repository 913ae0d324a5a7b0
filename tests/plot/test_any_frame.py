"""All four charts take frames however they were kept, and say what is wrong with others."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import ghl_notebook as ghl
from tests.folding import folded

from .made import NOW, accounts, posts, rows_of, spec_of, statistics

Plot = Callable[..., Any]


def plot_expiry(*args: Any, **options: Any) -> Any:
    """Draw it at a time that stands still."""
    return ghl.plot_expiry(*args, now=NOW, **options)


def plot_calendar(*args: Any, **options: Any) -> Any:
    """Draw it at the same time."""
    return ghl.plot_calendar(*args, now=NOW, **options)


def plot_hours(*args: Any, **options: Any) -> Any:
    """Draw the numbers themselves, also of two posts."""
    return ghl.plot_hours(*args, relative=False, **options)


FRAMES: dict[Plot, pd.DataFrame] = {
    plot_expiry: accounts({"expire": NOW}, {}),
    ghl.plot_statistics: statistics({}, {"value": None, "account_id": "b"}),
    plot_hours: posts({"like_count": 1}, {}),
    plot_calendar: posts({}, {"status": "failed", "display_date": NOW}),
    ghl.plot_frequency: posts(*[{"like_count": 1, "account_id": "a"}] * 3),
    ghl.plot_statuses: posts({}, {"display_date": None, "created_at": NOW}),
}
TIMES: dict[Plot, str] = {
    plot_calendar: "display_date",
    ghl.plot_frequency: "display_date",
    plot_expiry: "expire",
    ghl.plot_statistics: "date",
    plot_hours: "display_date",
    ghl.plot_statuses: "display_date",
}

NAME = "</script><img src=x onerror=alert(1)>\x1b"

every_plot = pytest.mark.parametrize("plot", FRAMES, ids=lambda plot: plot.__name__)


@every_plot
def test_arrow_backed_frames_are_drawn_the_same(plot: Plot) -> None:
    """As they come back from a Parquet file with ``dtype_backend="pyarrow"``."""
    file = io.BytesIO()
    FRAMES[plot].to_parquet(file)
    kept = pd.read_parquet(file, dtype_backend="pyarrow")
    assert all(isinstance(dtype, pd.ArrowDtype) for dtype in kept.dtypes)
    assert rows_of(plot(kept)) == rows_of(plot(FRAMES[plot]))


@every_plot
def test_frames_of_objects_are_drawn_the_same(plot: Plot) -> None:
    """As pandas makes them when frames of different dtypes are put together."""
    assert rows_of(plot(FRAMES[plot].astype(object))) == rows_of(plot(FRAMES[plot]))


@every_plot
def test_an_index_with_doubles_does_not_matter(plot: Plot) -> None:
    """It is what concat leaves behind; and the frame stays as it was."""
    frame = FRAMES[plot].set_axis([7] * len(FRAMES[plot]))
    before = frame.copy()
    assert rows_of(plot(frame)) == rows_of(plot(FRAMES[plot]))
    pd.testing.assert_frame_equal(frame, before)


@every_plot
def test_another_time_zone_is_the_same_moment(plot: Plot) -> None:
    """Times are put into UTC."""
    name = TIMES[plot]
    frame = FRAMES[plot]
    other = frame.assign(**{name: frame[name].dt.tz_convert("Asia/Tokyo")})
    assert rows_of(plot(other)) == rows_of(plot(frame))


@every_plot
def test_another_frame_is_an_error(plot: Plot) -> None:
    """It says which columns are missing, and which function gives them."""
    with pytest.raises(ghl.errors.ArgumentError, match=r"no column .*\. Pass what fetch_\w+\(\)"):
        plot(pd.DataFrame({"a": [1]}))


@every_plot
@folded("value", [None, [{"expire": 1}], "accounts.csv"])
def test_what_is_no_frame_is_an_error(plot: Plot, value: object) -> None:
    """It says so, and what to pass."""
    with pytest.raises(
        ghl.errors.ArgumentError, match=r"needs a pandas DataFrame.* Pass what fetch_"
    ):
        plot(value)


@every_plot
def test_times_as_text_are_an_error(plot: Plot) -> None:
    """As a CSV file gives them; what the error says mends it."""
    name = TIMES[plot]
    frame = FRAMES[plot].assign(**{name: FRAMES[plot][name].astype("string")})
    with pytest.raises(ghl.errors.ArgumentError, match=rf"column {name} holds string") as error:
        plot(frame)
    assert f'frame["{name}"] = frame["{name}"].pipe(pandas.to_datetime, utc=True)' in str(error)
    frame[name] = frame[name].pipe(pd.to_datetime, utc=True)
    assert rows_of(plot(frame)) == rows_of(plot(FRAMES[plot]))


@every_plot
def test_times_without_a_time_zone_are_an_error(plot: Plot) -> None:
    """Nobody could tell which moment is meant."""
    name = TIMES[plot]
    frame = FRAMES[plot].assign(**{name: FRAMES[plot][name].dt.tz_localize(None)})
    with pytest.raises(ghl.errors.ArgumentError, match="no time zone"):
        plot(frame)


@pytest.mark.parametrize(
    ("plot", "column"),
    [
        (plot_expiry, "is_expired"),
        (ghl.plot_statistics, "value"),
        (plot_hours, "like_count"),
    ],
)
def test_numbers_and_flags_as_text_are_an_error(plot: Plot, column: str) -> None:
    """They are not guessed at."""
    frame = FRAMES[plot].assign(**{column: FRAMES[plot][column].astype("string")})
    with pytest.raises(
        ghl.errors.ArgumentError, match=rf"column {column} holds string.* Convert it"
    ):
        plot(frame)


@every_plot
def test_a_column_that_is_there_twice_is_an_error(plot: Plot) -> None:
    """As after a merge without suffixes."""
    frame = FRAMES[plot]
    with pytest.raises(ghl.errors.ArgumentError, match=r"2 columns (platform|status)"):
        plot(
            pd.concat(
                [frame, frame[["platform", "status"] if "status" in frame else ["platform"]]],
                axis=1,
            )
        )


@every_plot
def test_an_empty_frame_without_dtypes_is_empty(plot: Plot) -> None:
    """``pandas.DataFrame(columns=...)`` has no dtypes to be wrong."""
    assert spec_of(plot(pd.DataFrame(columns=FRAMES[plot].columns)))["mark"]["type"] == "text"


@every_plot
def test_a_column_of_arrows_null_has_no_values(plot: Plot) -> None:
    """Arrow has a type for a column in which nothing is known."""
    name = TIMES[plot]
    nothing = pd.Series([None, None], dtype=pd.ArrowDtype(pa.null()))
    plot(FRAMES[plot].assign(**{name: nothing}))


@every_plot
@folded("theme", ["white", "", 1, []])
def test_a_theme_has_to_exist(plot: Plot, theme: object) -> None:
    """The error names those that do."""
    with pytest.raises(ghl.errors.ArgumentError, match="Choose one of: light, dark"):
        plot(FRAMES[plot], theme=theme)


@pytest.mark.slow
@every_plot
@folded(("theme", "ink"), [(None, "#7a7a7a"), ("light", "#333333"), ("dark", "#d6d6d6")])
def test_the_page_shows_through(plot: Plot, theme: str | None, ink: str) -> None:
    """The background is transparent, and all words have the colour for the page."""
    spec = spec_of(plot(FRAMES[plot], theme=theme))
    assert spec["background"] == "transparent"
    config = spec["config"]
    words = [config[part]["labelColor"] for part in ("axis", "header", "legend")]
    assert {*words, config["title"]["color"], config["title"]["subtitleColor"]} == {ink}


@every_plot
def test_nothing_is_loaded_from_elsewhere(plot: Plot) -> None:
    """The data are in the chart."""
    spec = spec_of(plot(FRAMES[plot]))
    assert '"url"' not in str(spec).replace("'", '"')


def test_there_is_a_frame_for_every_plot() -> None:
    """So that a new one is in these tests."""
    assert {plot.__name__ for plot in FRAMES} == {n for n in ghl.__all__ if n.startswith("plot_")}


@every_plot
def test_a_name_is_no_markup(plot: Plot) -> None:
    """Whoever chooses it: Altair writes it into a script as it is."""
    frame = FRAMES[plot].astype("object")
    texts = [name for name in frame if frame[name].map(type).eq(str).any()]
    named = frame[texts].map(lambda text: f"{text}{NAME}", na_action="ignore")
    html = plot(pd.concat([frame, frame.assign(**named)])).to_html()
    assert "<img" not in html
    assert "\\u001b" not in html
    assert html.count("</") == plot(frame).to_html().count("</")


@every_plot
def test_without_altair_the_error_says_how_to_install_it(
    plot: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(ghl.errors.SettingsError, match=r'pip install "\.\[plot\]"'):
        plot(FRAMES[plot])
