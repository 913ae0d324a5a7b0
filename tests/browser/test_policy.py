"""A server whose Content-Security-Policy forbids the addresses from which widgets are loaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.cells import DEMO
from tests.browser.front_end import FrontEnd, make_front_end
from tests.browser.notebook import Card, Notebook
from tests.browser.servers.files import KERNEL
from tests.browser.servers.jupyter import JupyterServer
from tests.browsers import Browsers

# As hardened hubs send it: without `blob:`.
_FORBID = """
const policy = document.createElement("meta");
policy.httpEquiv = "Content-Security-Policy";
policy.content = "script-src 'self' 'unsafe-inline' 'unsafe-eval'";
new MutationObserver((_, observer) => {
    if (!document.head) return;
    document.head.prepend(policy);
    observer.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


@pytest.fixture
def strict(browsers: Browsers, lab_server: JupyterServer) -> Iterator[FrontEnd]:
    """JupyterLab with this policy."""
    front_end = make_front_end("lab", "chromium", browsers.get("chromium"))
    lab_server.sign_in(front_end.page)
    front_end.page.add_init_script(_FORBID)
    yield front_end
    front_end.context.close()
    lab_server.stop_kernels()


def test_without_a_card_the_login_goes_on_in_the_browser(
    strict: FrontEnd, lab_server: JupyterServer
) -> None:
    """The way out that the error and the troubleshooting page name; the result reaches the cell."""
    lab_server.write("policy.ipynb", DEMO, "")
    strict.open(lab_server, "policy.ipynb")
    notebook = Notebook(strict.page)
    notebook.wait_until_open(KERNEL, strict.page.reload)
    refused = []
    strict.page.on("console", lambda message: refused.append(message.text))
    notebook.run()
    expect(notebook.cells.first.locator(".jp-OutputArea-output")).not_to_have_count(0)
    address = notebook.evaluate("login._pages.open_outside(lambda address: True)[0]")
    outside = strict.context.new_page()
    outside.goto(address)
    card = Card(outside.locator(".ghl-connect-card"))
    card.open().wait_until_loaded().allow()
    card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("login.wait(60).status") == "connected"
    assert notebook.cards.count() == 0
    assert any("blob:" in text for text in refused)
