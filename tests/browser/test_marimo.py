"""marimo: the card by ``mo.ui.anywidget``, in the editor and in an application."""

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

WAIT = """\
with mo.status.spinner("Waiting for the login"):
    login.wait(timeout=60)
f"done: {login.delivered_by}\""""


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


def test_login(front_end: FrontEnd, open_marimo: Callable[..., Page], ways: Ways) -> None:
    """Click, allow: the window closes itself, and a cell that is run then has the account."""
    page = open_marimo(CARD, LOOK, 'f"{look.value}: {login.status} {login.delivered_by}"')
    card = Card(page.locator(".ghl-connect-card"))
    _output(page, "0: idle None")
    card.open().wait_until_loaded().allow()
    card.expect_status("connected", "Café Lumière")
    page.get_by_role("button", name="Look").click()
    way = _output(page, "1: connected ").removeprefix("1: connected ")
    ways.record(front_end.kind, front_end.browser, LOGIN, way)


def test_while_a_cell_waits(
    front_end: FrontEnd, open_marimo: Callable[..., Page], ways: Ways
) -> None:
    """A cell that blocks the kernel until the login is done does not keep it from being done."""
    page = open_marimo(CARD, WAIT)
    card = Card(page.locator(".ghl-connect-card"))
    _output(page, "Waiting for the login")
    card.open().wait_until_loaded().allow()
    card.expect_status("connected", "Café Lumière")
    way = _output(page, "done: ").removeprefix("done: ")
    ways.record(front_end.kind, front_end.browser, WAITING, way)
