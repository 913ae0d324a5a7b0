"""What a notebook saves of a panel, and what an exported page shows of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter

from ghl_notebook import AccountsPanel, DemoAgency, DemoClient
from ghl_notebook.login.front_end import FrontEnd
from ghl_notebook.panel.saved import html_of, table_of
from tests.login.page import flush
from tests.panel.page import PanelPage

MakePanel = Callable[..., AccountsPanel]
HOSTILE = "<img src=x onerror=alert(1)>&\"'"


class Handle:
    """An output that can be updated, as IPython's."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []

    def display(self, data: dict[str, Any], **_options: object) -> Handle:
        """Show something."""
        self.shown.append(data)
        return self

    def update(self, data: dict[str, Any], **_options: object) -> None:
        """Show something else in its place."""
        self.shown.append(data)


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """The output of the cell that displays a panel, with a user in front of it."""
    handle = Handle()
    monkeypatch.setattr("IPython.display.display", handle.display)
    monkeypatch.setattr("ghl_notebook.panel.panel.find_front_end", lambda _: FrontEnd.NOTEBOOK)
    return handle


def show(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the messages that show one account."""
    columns = {"name": [name], "title": ["Instagram"], "state": ["expiring"]}
    return {"kind": "accounts", "name": name, "fetched_at": 1.0}, {"columns": columns}


def cells(html: str) -> list[list[str]]:
    """Return the texts of the only table of a page."""
    (table,) = BeautifulSoup(html, "html.parser").find_all("table")
    return [
        [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")
    ]


def test_every_text_is_escaped() -> None:
    """Of the title and of the rows."""
    html = html_of(table_of(*show(HOSTILE)))
    assert "<img" not in html
    assert cells(html)[1] == [HOSTILE, "Instagram", "Expires soon"]


def test_a_long_list_is_cut() -> None:
    """The notebook does not grow with an agency; what is left out is counted."""
    shown, rows = show("A")
    columns = {name: values * 12_000 for name, values in rows["columns"].items()}
    table = table_of(shown, {"columns": columns})
    assert (len(table["rows"]), table["more"]) == (500, 11_500)
    assert "and 11500 more" in html_of(table)


def test_a_panel_that_is_displayed_at_once_is_saved_with_its_rows(
    make_panel: MakePanel, client: DemoClient, handle: Handle
) -> None:
    """The cell does not wait; its output gets the rows when they are there."""
    client.simulator.levers.latency = 0.2
    panel = make_panel(client)
    panel._ipython_display_()
    assert "text/html" not in handle.shown[0]
    PanelPage(panel).until(stage="list", error=None)
    flush()
    _, last = handle.shown
    assert "Nordljus Studio" in last["text/html"]


def test_where_nobody_looks_it_waits(
    make_panel: MakePanel, client: DemoClient, handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook that is executed and exported has the rows in its first output."""
    monkeypatch.setattr("ghl_notebook.panel.panel.find_front_end", lambda _: FrontEnd.NOBODY)
    client.simulator.levers.latency = 0.2
    make_panel(client)._ipython_display_()
    (only,) = handle.shown
    assert "Nordljus Studio" in only["text/html"]


def test_nothing_is_updated_where_nothing_is_saved(
    make_panel: MakePanel, client: DemoClient, handle: Handle
) -> None:
    """The output stays as it was."""
    panel = make_panel(client, save_rows=False)
    panel._ipython_display_()
    PanelPage(panel).until(stage="list")
    flush()
    assert len(handle.shown) == 1
    assert "text/html" not in handle.shown[0]


def test_an_exported_page(make_panel: MakePanel, agency: DemoAgency, handle: Handle) -> None:
    """The table is in it: it has no kernel, and no state of the widget."""
    panel = make_panel(agency)
    panel.frame  # noqa: B018
    flush()
    panel._ipython_display_()
    output = nbformat.v4.new_output("display_data", handle.shown[-1])
    cell = nbformat.v4.new_code_cell("panel", outputs=[output])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    head, *rows = cells(page)
    assert head == ["Sub-account", "Accounts", "Expired", "Expiring"]
    assert [row[0] for row in rows] == panel.frame["location_name"].to_list()
    assert [row[1] for row in rows].count("unknown") == 1
