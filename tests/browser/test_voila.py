"""Voila: a notebook without its code, whose cells have all run when its page shows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cells import DEMO, PANEL
from tests.browser.front_end import FrontEnd
from tests.browser.notebook import PICTURES, Card
from tests.browser.servers.voila import VoilaServer
from tests.ways import LOGIN, WAITING, Ways

pytestmark = pytest.mark.parametrize(
    "front_end", ["voila-chromium", "voila-firefox"], indirect=True
)

LABELS = """\
import ipywidgets as widgets

status, way = widgets.Label(), widgets.Label()
widgets.dlink((login, "status"), (status, "value"))
widgets.dlink((login, "delivered_by"), (way, "value"), lambda known: known or "")
widgets.VBox([status, way])"""

WAIT = """\
import time

began = time.monotonic()
try:
    login.wait(timeout=60)
except ghl.errors.FrontEndError as error:
    print(error, "Said after", int(time.monotonic() - began), "seconds.")"""


@pytest.fixture
def open_voila(
    voila_server: VoilaServer, page: Page, request: pytest.FixtureRequest
) -> Callable[..., Page]:
    """Make a notebook of the given cells and open it in Voila."""
    # Voila's page asks a server elsewhere for icons, and waits for them.
    page.route("https://**", lambda route: route.abort())

    def open_it(*cells: str) -> Page:
        name = f"{request.node.originalname}.ipynb"
        voila_server.write(name, *cells)
        page.goto(voila_server.address(name))
        return page

    return open_it


def test_login(front_end: FrontEnd, open_voila: Callable[..., Page], ways: Ways) -> None:
    """Click, allow: the window closes itself, and labels linked to the card's traits follow."""
    page = open_voila(DEMO, LABELS)
    card, labels = Card(page.locator(".ghl-connect-card")), page.locator(".widget-label")
    expect(labels.first).to_have_text("idle")
    assert page.get_by_text("ghl.demo()").count() == 0
    card.open().wait_until_loaded().allow()
    card.expect_status("connected", "Café Lumière")
    expect(labels.first).to_have_text("connected")
    expect(labels.last).not_to_be_empty()
    ways.record(front_end.kind, front_end.browser, LOGIN, labels.last.inner_text())


def test_no_cell_can_wait(front_end: FrontEnd, open_voila: Callable[..., Page], ways: Ways) -> None:
    """A cell that waits would wait for a card that is not shown yet, so it is told at once."""
    page = open_voila(DEMO, WAIT)
    said = page.get_by_text("In Voila, display the login and observe its traits.")
    expect(said).to_contain_text("Said after 0 seconds.")
    ways.record(
        front_end.kind, front_end.browser, WAITING, "not possible: the call raises an error"
    )


def test_a_panel(open_voila: Callable[..., Page]) -> None:
    """All of it by clicks: connect an account with the card in place, and attach a page."""
    page = open_voila(PANEL)
    panel = page.locator(".ghl-connect-panel")
    expect(panel.get_by_role("row")).to_have_count(8)
    panel.get_by_role("button", name="Connect", exact=True).click()
    panel.get_by_role("button", name="Instagram", exact=True).click()
    Card(page.locator(".ghl-connect-card")).open().wait_until_loaded().allow()
    pages = panel.locator(".ghl-connect-chooser-list")
    pages.get_by_label("Café Lumière").check()
    panel.screenshot(path=PICTURES / "panel-voila.png")
    panel.get_by_role("button", name="Attach 1 account").click()
    expect(panel).to_contain_text("Attached: Café Lumière.")
    expect(panel.get_by_role("row")).to_have_count(9)
