"""What is shown, as text: no markup of a stranger, nothing that a terminal obeys."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook.sanitize import defuse_markup, strip_controls

from .payloads import CONTROLS, MARKUP, PAYLOADS
from .shown import Shown


def test_every_function_shows_what_a_stranger_wrote(shown: list[Shown]) -> None:
    """All that is public was called, and the payloads have got into most of what is shown."""
    assert {name.partition("(")[0] for name, *_ in shown} >= {*ghl.__all__}
    functions = {
        name.partition("(")[0]
        for name, _, bundle in shown
        if "attacked(" in json.dumps(bundle, default=str)
    }
    are_numbers = {"fetch_statistics_breakdowns", "fetch_statistics_totals", "plot_hours"}
    names = {name for name in ghl.__all__ if name.startswith(("fetch_", "plot_"))}
    assert functions >= names - are_numbers


def test_a_chart_holds_no_markup(charts: dict[str, Any]) -> None:
    """Whoever writes it into a script or a window need not escape it."""
    assert sorted(charts) == [name for name in ghl.__all__ if name.startswith("plot_")]
    for chart in charts.values():
        text = chart.to_json(ensure_ascii=False)
        assert not MARKUP.search(text)
        assert not CONTROLS.search(text)


def test_nothing_that_is_printed_moves_a_terminal(plain: list[Shown]) -> None:
    """Nor turns the text around it. DataFrames are printed by pandas, which shows texts as is."""
    for name, value, bundle in plain:
        if not isinstance(value, pd.DataFrame | ghl.Secret):
            assert not CONTROLS.search(bundle["text/plain"]), name
            assert not CONTROLS.search(str(value)), name


@pytest.mark.parametrize("text", ["I <3 you", "a < b <= c", "Café & Söhne", "👩‍🍳 می‌خواهم", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    """A heart, a comparison, emoji of several characters, and Persian."""
    assert defuse_markup(text).replace("\u2060", "") == text
    assert strip_controls(text) == text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_defusing_again_changes_nothing(payload: str) -> None:
    """And takes nothing that can be seen away."""
    once = defuse_markup(payload)
    assert defuse_markup(once) == once
    assert once.replace("\u2060", "") == strip_controls(payload)
