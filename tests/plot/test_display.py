"""A chart displays itself without a network: as data for the front end, as a picture, as text."""

from __future__ import annotations

import base64
import struct
from datetime import timedelta
from typing import Any

import altair as alt
import nbformat
import pytest
from IPython.core.formatters import DisplayFormatter
from nbconvert import HTMLExporter

import ghl_notebook as ghl
from ghl_notebook.plot.display import VEGALITE
from ghl_notebook.plot.look import GREEN

from .made import NOW, posts, statistics
from .picture import colors_of, png_of


def displayed(chart: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what IPython sends to a front end: data and metadata."""
    data, metadata = DisplayFormatter().format(chart)  # type: ignore[no-untyped-call]
    return data, metadata


CHARTS = {
    "one view": lambda: ghl.plot_statuses(posts()),
    "layers": lambda: ghl.plot_calendar(posts({})),
    "panels": lambda: ghl.plot_statuses(posts({})),
    "several": lambda: ghl.plot_statistics(
        statistics({}, {"metric": "likes"}), ["likes", "new_followers"]
    ),
}


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_is_data_a_picture_and_text(kind: str) -> None:
    """Of a version that front ends know; nothing that would be loaded."""
    data, metadata = displayed(CHARTS[kind]())
    assert set(data) == {VEGALITE, "image/png", "text/plain"}
    assert data[VEGALITE]["$schema"].endswith("/v5.json")
    assert "Altair" not in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]


def test_the_picture_is_that_of_altair() -> None:
    """In twice the pixels, and less space."""
    chart = ghl.plot_statuses(posts({}))
    data, metadata = displayed(chart)
    png = data["image/png"]
    content = base64.b64decode(png) if isinstance(png, str) else png
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == tuple(2 * metadata["image/png"][one] for one in ("width", "height"))
    assert colors_of(content)[GREEN] == pytest.approx(4 * colors_of(png_of(chart))[GREEN], rel=0.05)
    assert len(content) < len(png_of(chart))


def test_a_chart_with_much_data_is_a_picture() -> None:
    """Notebooks stay small."""
    days = [
        {"account_id": f"{n}", "name": f"{n}", "date": NOW + timedelta(days=day), "value": day}
        for n in range(30)
        for day in range(70)
    ]
    data, _ = displayed(ghl.plot_statistics(statistics(*days), by="account"))
    assert set(data) == {"image/png", "text/plain"}


def test_a_renderer_that_you_choose_is_used() -> None:
    """As for every other chart."""
    with alt.renderers.enable("svg"):
        data, _ = displayed(ghl.plot_statuses(posts({})))
    assert "image/svg+xml" in data
    assert "image/png" not in data


def test_a_changed_chart_displays_itself_the_same() -> None:
    """Its copy is of the same class."""
    data, _ = displayed(ghl.plot_statuses(posts({})).properties(title="Ours"))
    assert data["text/plain"] == "Ours"
    assert VEGALITE in data


def test_an_exported_page_shows_the_picture() -> None:
    """Without a script, and without an address of elsewhere."""
    data, metadata = displayed(ghl.plot_statuses(posts({})))
    data["image/png"] = base64.b64encode(data["image/png"]).decode()
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("chart", outputs=[output])
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(
        nbformat.v4.new_notebook(cells=[cell])
    )
    assert "data:image/png;base64," in page
    assert "cdn.jsdelivr" not in page
    assert "vega" not in page
