"""Nothing that a stranger wrote runs in a real browser, or moves a terminal, wherever it shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import nbformat
import pandas as pd
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

import ghl_notebook as ghl
from tests.browsers import Browsers
from tests.login.page import Page
from tests.panel.page import PanelPage

from .payloads import CONTROLS, MARKUP, PICTURES
from .shown import Shown
from .stage import Stage, open_stage
from .world import ALL, World, public

# All of them: what they look at takes longer to make than to look at.
pytestmark = pytest.mark.browser


COUNTED = ("plot_expiry", "plot_frequency", "plot_hours")
"""Charts without a stranger's word."""


@pytest.fixture
def stage(browsers: Browsers) -> Iterator[Stage]:
    """An empty page, and what ran on it."""
    with open_stage(browsers.get("chromium")) as stage:
        yield stage


def html_of(shown: list[Shown]) -> list[str]:
    """Return what a notebook inserts into its page."""
    kinds = ("text/html", "image/svg+xml")
    return [bundle[kind] for _, _, bundle in shown for kind in kinds if kind in bundle]


def test_every_function_shows_what_a_stranger_wrote(shown: list[Shown]) -> None:
    """All that is public was called, and the payloads have got into most of what is shown."""
    assert {name.partition("(")[0] for name, *_ in shown} >= {*public()}
    functions = {
        name.partition("(")[0]
        for name, _, bundle in shown
        if "attacked(" in json.dumps(bundle, default=str)
    }
    are_numbers = {
        "fetch_statistics_breakdowns",
        "fetch_statistics_totals",
        "plot_frequency",
        "plot_hours",
    }
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
            # A panel displays itself, without a text.
            assert not CONTROLS.search(bundle.get("text/plain", repr(value))), name
            assert not CONTROLS.search(str(value)), name


def test_outputs_of_cells(shown: list[Shown], stage: Stage) -> None:
    """Summaries, DataFrames and charts of all renderers, as a notebook inserts them."""
    found = html_of(shown)
    charts = [html for html in found if "vegaEmbed" in html]
    pictures = [html for html in found if html.startswith("<svg")]
    stage.show(charts[0])
    stage.wait_for_charts(1)
    for html in found:
        if html is not charts[0]:
            stage.show(html)
    stage.wait_for_charts(len(charts) + len(pictures))
    specs = [b[kind] for _, _, b in shown for kind in b if kind.startswith("application/vnd.vega")]
    for spec in specs:
        stage.page.evaluate(
            # Nothing is returned: a view leads to all that is in the window.
            "(spec) => vegaEmbed(document.body.appendChild(document.createElement('p')), spec)"
            ".then(() => {})",
            spec,
        )
    stage.assert_calm()
    stage.assert_not_blind()


def test_tooltips_and_menus(charts: dict[str, Any], stage: Stage) -> None:
    """A pointer on a chart, and what its menu opens: windows of the notebook's own origin."""
    for number, chart in enumerate(charts.values(), 1):
        with alt.renderers.enable("html"):
            stage.show(chart._repr_mimebundle_()["text/html"])
        stage.wait_for_charts(number)
    for name, chart in zip(charts, stage.page.locator("svg.marks").all(), strict=True):
        found = chart.evaluate("(chart) => hover(chart)")
        assert found["built"] == []
        assert name in COUNTED or [text for text in found["texts"] if "attacked(" in text]
    links = stage.page.locator(".vega-actions a").filter(has_text="View")
    assert links.count() == 2 * len(charts)
    for name, link in zip([name for name in charts for _ in range(2)], links.all(), strict=True):
        with stage.page.expect_popup() as opened:
            link.evaluate("(link) => link.click()")
        window = opened.value
        expect(window.locator("pre")).to_contain_text('"config"')
        assert name in COUNTED or "attacked(" in window.locator("pre").inner_text()
        assert window.locator("pre code *").count() == 0
        stage.assert_calm_in_its_window()
        window.close()
    stage.assert_calm()


def test_an_exported_notebook(shown: list[Shown], stage: Stage, tmp_path: Path) -> None:
    """The HTML that nbconvert makes, opened from disk."""
    cells = []
    for _, value, bundle in shown:
        # A chart that is data alone is drawn by JupyterLab, and by no page.
        data = {
            kind: part for kind, part in bundle.items() if isinstance(part, str) and "/" in kind
        }
        if not data:
            continue
        output = nbformat.v4.new_output("display_data", data=data)
        if isinstance(value, Exception):
            lines = bundle["text/plain"].split("\n")
            output = nbformat.v4.new_output(
                "error", ename=type(value).__name__, evalue=str(value), traceback=lines
            )
        cells.append(nbformat.v4.new_code_cell("...", outputs=[output]))
    text, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    path = tmp_path / "exported.html"
    path.write_text(text, encoding="utf-8")
    stage.go(path.as_uri())
    stage.assert_calm()
    assert stage.page.evaluate("() => document.body.textContent.includes('attacked(')")


def test_saved_charts(
    shown: list[Shown], charts: dict[str, Any], stage: Stage, tmp_path: Path
) -> None:
    """Files opened from disk: whole pages, and pictures, which may hold scripts, too."""
    pages = [bundle["page"] for _, _, bundle in shown if "page" in bundle]
    files = [tmp_path / f"{number}.html" for number in range(len(pages))]
    for file, page in zip(files, pages, strict=True):
        file.write_text(page, encoding="utf-8")
    for name, chart in charts.items():
        for end in ("html", "svg", "json"):
            files.append(tmp_path / f"{name}.{end}")
            chart.save(files[-1])
    for file in files:
        stage.go(file.as_uri())
        if file.suffix == ".html":
            stage.wait_for_charts(1)
        stage.assert_calm()
    assert len(files) == 2 + 3 * len(charts)


def test_widgets(world: World, stage: Stage) -> None:
    """The panel of a sub-account and of an agency, its pictures too, and the card of a login."""
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    panels = [ghl.AccountsPanel(world.client), ghl.AccountsPanel(world.agency)]
    login = ghl.ConnectAccount(world.client, account_name=ALL)
    for panel in panels:
        assert len(panel.frame)
    for panel in panels:
        PanelPage(panel).until()  # its rows have been told
    known = tuple(address.lower() for address in PICTURES)  # as a browser writes hosts
    with stage.page.expect_request(lambda request: request.url.startswith(known)):
        for widget in (*panels, login):
            comm: Page = widget.comm
            stage.page.evaluate(
                "([source, state, said]) => host(source, state, said)",
                [widget._esm, _state_of(widget), comm.said],
            )
        expect(stage.page.get_by_role("grid")).to_have_count(2)
        expect(stage.page.locator("body")).to_contain_text("attacked(")
        for picture in stage.page.locator("img").all():
            picture.scroll_into_view_if_needed()
    ours = (world.simulator.base_url, "blob:", "http://notebook.localhost/")
    strange = [url for url in asked if not url.startswith((*ours, *known))]
    assert strange == []
    for button in stage.page.get_by_role("button", name="Detach").all()[:3]:
        button.evaluate("(button) => button.click()")
    stage.assert_calm()
    for widget in (*panels, login):
        widget.close()


def _state_of(widget: Any) -> dict[str, Any]:
    return {name: value for name, value in widget.get_state().items() if name[0] != "_"}
