"""marimo: card and panel by ``mo.ui.anywidget``, in the editor and in an application."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.front_end import FrontEnd
from tests.browser.notebook import Card
from tests.browser.servers import marimo
from tests.browsers import BROWSERS
from tests.ways import LOGIN, WAITING, Ways

pytestmark = pytest.mark.parametrize(
    "front_end",
    [f"{kind}-{name}" for kind in ("marimo_edit", "marimo_run") for name in BROWSERS],
    indirect=True,
)

CARD = """\
import ghl_notebook as ghl
import marimo as mo

client = ghl.demo()
login = mo.ui.anywidget(ghl.ConnectAccount(client, "instagram"))
login"""

LOOK = """\
look = mo.ui.button(label="Look", value=0, on_click=lambda times: times + 1)
look"""

BEGIN = """\
waited = mo.ui.anywidget(ghl.ConnectAccount(client, "instagram"))
begin = mo.ui.run_button(label="Wait")
mo.vstack([waited, begin])"""

WAIT = """\
mo.stop(not begin.value)
with mo.status.spinner("Waiting for the login"):
    waited.wait(timeout=60)
f"done: {waited.delivered_by}\""""


@pytest.fixture
def open_marimo(front_end: FrontEnd, page: Page, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Make a notebook of the given cells and open it in marimo."""
    mode = front_end.kind.removeprefix("marimo_")
    with ExitStack() as stack:

        def open_it(*cells: str) -> Page:
            page.goto(stack.enter_context(marimo.serve(tmp_path, mode, *cells)))
            return page

        yield open_it


def _output(page: Page, beginning: str) -> str:
    """Return the output of a cell, once it is there."""
    output = page.locator(".output").get_by_text(beginning)
    expect(output).to_be_visible()
    return output.inner_text().strip("'")


def test_logins(front_end: FrontEnd, open_marimo: Callable[..., Page], ways: Ways) -> None:
    """Click, allow: a cell that is run then has the account, and one that waits for it goes on."""
    page = open_marimo(
        CARD, LOOK, 'f"{look.value}: {login.status} {login.delivered_by}"', BEGIN, WAIT
    )
    _output(page, "0: idle None")
    log_in(page, 0)
    page.get_by_role("button", name="Look").click()
    way = _output(page, "1: connected ").removeprefix("1: connected ")
    ways.record(front_end.kind, front_end.browser, LOGIN, way)

    page.get_by_role("button", name="Wait").click()
    _output(page, "Waiting for the login")  # the kernel hears nothing until then
    log_in(page, 1)
    way = _output(page, "done: ").removeprefix("done: ")
    ways.record(front_end.kind, front_end.browser, WAITING, way)


def log_in(page: Page, number: int) -> None:
    """Click and allow, and see the window close itself."""
    card = Card(page.locator(".ghl-connect-card").nth(number))
    card.open().wait_until_loaded().allow()
    card.expect_status("connected", "Café Lumière")


PANEL = """\
import ghl_notebook as ghl
import marimo as mo

client = ghl.demo()
panel = mo.ui.anywidget(ghl.AccountsPanel(client))
panel"""


def test_panel(open_marimo: Callable[..., Page]) -> None:
    """The panel shows its rows, connects an account with its own card, and attaches it."""
    page = open_marimo(PANEL)
    panel = page.locator(".ghl-connect-panel")
    expect(panel.get_by_role("row")).to_have_count(8)
    panel.get_by_role("button", name="Connect", exact=True).click()
    panel.get_by_role("button", name="Instagram", exact=True).click()
    card = Card(panel.locator(".ghl-connect-card"))
    expect(card.box).to_be_focused()
    card.open().wait_until_loaded().allow()
    panel.locator(".ghl-connect-chooser").get_by_label("東京ラーメン日記").check()
    panel.get_by_role("button", name=re.compile("^Attach")).click()
    expect(panel.locator(".ghl-connect-panel-notice")).to_contain_text("Attached: ")
    expect(panel.get_by_role("row")).to_have_count(9)
