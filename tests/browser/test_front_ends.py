"""JupyterLab and Notebook 7, alone and behind a hub: a login arrives in each, in each browser."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.cells import DEMO
from tests.browser.front_end import FrontEnd, in_front_ends
from tests.browser.notebook import Notebook
from tests.browsers import BROWSERS
from tests.ways import LOGIN, WAITING, Ways

pytestmark = in_front_ends(
    *(f"{kind}-{name}" for kind in ("lab", "notebook", "prefix", "hub") for name in BROWSERS)
)

BELOW_A_HUB = ("prefix", "hub")


def test_login(front_end: FrontEnd, open_notebook: Callable[..., Notebook], ways: Ways) -> None:
    """Click, allow: the window closes itself, and the card and the kernel have the account.

    Below a hub the user reaches the simulator through the proxy only: the window is there.
    """
    notebook = open_notebook(DEMO)
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    here, there = urlsplit(notebook.page.url), urlsplit(window.page.url)
    port = notebook.evaluate("client.simulator.base_url").rpartition(":")[2]
    address = (f"127.0.0.1:{port}", "/consent/instagram")
    if front_end.kind in BELOW_A_HUB:
        address = (here.netloc, f"/user/someone/proxy/{port}/consent/instagram")
    assert (there.netloc, there.path) == address
    window.allow()
    notebook.card.expect_status("connected", "Café Lumière")
    status, way = notebook.evaluate("login.status, login.delivered_by")
    assert status == "connected"
    ways.record(front_end.kind, front_end.browser, LOGIN, way)


def test_while_a_cell_waits(
    front_end: FrontEnd, open_notebook: Callable[..., Notebook], ways: Ways
) -> None:
    """A cell that blocks the kernel until the login is done does not keep it from being done.

    The cells behind it run then.
    """
    notebook = open_notebook(
        DEMO, "login.wait(timeout=60).status", "ghl.fetch_available_accounts(client, login)"
    )
    notebook.run_all()
    expect(notebook.prompt(1)).to_have_text("[*]:")
    notebook.card.open().wait_until_loaded().allow()
    expect(notebook.output(1)).to_have_text("'connected'")
    expect(notebook.output(2).locator("tbody tr")).to_have_count(4)
    notebook.card.expect_status("connected", "Café Lumière")
    way = notebook.evaluate("login.delivered_by")
    ways.record(front_end.kind, front_end.browser, WAITING, way)
