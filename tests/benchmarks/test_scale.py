"""The benchmark of a whole agency still runs. How fast it was is not judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.scale.__main__ import PICTURE, RESULTS
from tests.benchmarks.scale.measure import Load, Measured, measure
from tests.benchmarks.scale.picture import draw
from tests.benchmarks.scale.report import report

pytestmark = pytest.mark.process

FEW = Load(most=20, sizes=(5, 20), loop=2, gather=2, cold=20, in_flight=(8,), rounds=1, workers=2)


@pytest.fixture(scope="module")
def small() -> Measured:
    """What is measured of few sub-accounts, with what is installed."""
    return measure(FEW, may_install=False)


def test_every_way_gets_every_row(small: Measured) -> None:
    """A way that loses some is no faster."""
    whole = {sample.locations: sample.rows for sample in small.sizes}
    for sample in (*small.samples, small.cold):
        assert sample.failures == 0
        assert sample.rows == whole[sample.locations] > 0


def test_the_report_shows_them(small: Measured) -> None:
    """Each with numbers."""
    text = report(FEW, small)
    assert "nan" not in text
    assert "ours, on 2 workers" in text


def test_the_picture_is_drawn(small: Measured, tmp_path: Path) -> None:
    """As the README shows it."""
    draw(small.sizes, tmp_path / "scale.svg")
    assert "sub-accounts" in (tmp_path / "scale.svg").read_text(encoding="utf-8")


def test_the_committed_results_are_whole() -> None:
    """Of the whole load, with the picture."""
    text = RESULTS.read_text(encoding="utf-8")
    for sample in ("in a loop", "all at once", "100 in flight", "500 in flight", "4 workers"):
        assert sample in text
    for size in Load().sizes:
        assert f"| {size:,} |" in text
    assert PICTURE.exists()
