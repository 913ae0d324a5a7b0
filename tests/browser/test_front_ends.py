"""JupyterLab and Notebook 7, alone and behind a hub: a login arrives in each, in each browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.cells import DEMO
from tests.browser.front_end import FrontEnd
from tests.browser.notebook import Notebook
from tests.browsers import BROWSERS
from tests.ways import LOGIN, WAITING, Ways

pytestmark = pytest.mark.parametrize(
    "front_end",
    [f"{kind}-{name}" for kind in ("lab", "notebook", "prefix", "hub") for name in BROWSERS],
    indirect=True,
)


def test_login(front_end: FrontEnd, open_notebook: Callable[..., Notebook], ways: Ways) -> None:
    """Click, allow: the window closes itself, and the card and the kernel have the account."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")
    status, way = notebook.evaluate("login.status, login.delivered_by")
    assert status == "connected"
    ways.record(front_end.kind, front_end.browser, LOGIN, way)


def test_while_a_cell_waits(
    front_end: FrontEnd, open_notebook: Callable[..., Notebook], ways: Ways
) -> None:
    """A cell that blocks the kernel until the login is done does not keep it from being done."""
    notebook = open_notebook(DEMO, "login.wait(timeout=60).status")
    notebook.run_all()
    expect(notebook.prompt(1)).to_have_text("[*]:")
    notebook.card.open().wait_until_loaded().allow()
    expect(notebook.output(1)).to_have_text("'connected'")
    notebook.card.expect_status("connected", "Café Lumière")
    way = notebook.evaluate("login.delivered_by")
    ways.record(front_end.kind, front_end.browser, WAITING, way)
