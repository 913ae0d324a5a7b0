"""The page that stays open: nothing of one test is there in the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.cells import DEMO
from tests.browser.front_end import FrontEnd
from tests.browser.kept import Kept
from tests.browser.notebook import Notebook
from tests.browser.servers.jupyter import JupyterServer
from tests.browsers import SECONDS, Browsers

LEAVE = """() => {
    localStorage.setItem("in storage", "");
    sessionStorage.setItem("in session", "");
    document.cookie = "in cookies=1";
    document.body.append(document.createElement("iframe"));
    document.body.dataset.jpThemeLight = "false";
    window.open = () => null;
    return new Promise((resolve) => {
        indexedDB.open("in databases").onsuccess = resolve;
    }).then(() => null);
}"""


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """One of this module, beside that of the other tests."""
    kept = Kept()
    yield kept
    kept.close()


@pytest.fixture
def front_end(kept: Kept, browsers: Browsers, lab_server: JupyterServer) -> FrontEnd:
    """JupyterLab."""
    expect.set_options(timeout=SECONDS * 1000)
    return kept.get("lab", "chromium", browsers.get("chromium"), lab_server)


def listeners(front_end: FrontEnd) -> set[str]:
    """Return what widgets listen to at the page's window."""
    browser = front_end.context.new_cdp_session(front_end.page)
    scripts: dict[str, str] = {}
    browser.on(
        "Debugger.scriptParsed", lambda said: scripts.update({said["scriptId"]: said["url"]})
    )
    browser.send("Debugger.enable")
    window = browser.send("Runtime.evaluate", {"expression": "window"})["result"]
    found = browser.send("DOMDebugger.getEventListeners", {"objectId": window["objectId"]})
    browser.detach()
    # A widget's module is a blob, JupyterLab's are not.
    return {
        listener["type"]
        for listener in found["listeners"]
        if scripts[listener["scriptId"]].startswith("blob:")
    }


def open_card(front_end: FrontEnd, server: JupyterServer, name: str) -> Notebook:
    """Open a notebook with a login that waits for its window."""
    server.write(name, DEMO, "")
    front_end.open(server, name)
    notebook = Notebook(front_end.page)
    notebook.wait_until_idle()
    notebook.run()
    notebook.card.open().wait_until_loaded()
    return notebook


def test_nothing_of_a_login_is_left(
    kept: Kept, front_end: FrontEnd, lab_server: JupyterServer
) -> None:
    """No window, notebook, card, listener or kernel, and the next login is the only one."""
    notebook = open_card(front_end, lab_server, "first.ipynb")
    assert listeners(front_end) == {"keydown", "message", "pagehide", "pageshow"}
    kept.reset(lab_server)
    assert front_end.context.pages == [front_end.page]
    assert listeners(front_end) == set()
    expect(notebook.cells).to_have_count(0)
    expect(notebook.cards).to_have_count(0)
    assert lab_server.ask("GET", "api/kernels").json() == []
    assert open_card(front_end, lab_server, "second.ipynb").evaluate("len(In)") == 2
    expect(notebook.cards).to_have_count(1)
    kept.reset(lab_server)


def test_what_is_left_is_found(kept: Kept, front_end: FrontEnd, lab_server: JupyterServer) -> None:
    """A test that leaves something fails, and the next one has a new page."""
    front_end.open(lab_server, "first.ipynb")
    Notebook(front_end.page).wait_until_idle()
    front_end.page.evaluate(LEAVE)
    with pytest.raises(AssertionError) as raised:
        kept.reset(lab_server)
    left = "in cookies, iframe, in storage, in session, in databases, open, theme"
    assert str(raised.value) == f"a test has left on its page: {left}"
    assert front_end.page.is_closed()
    browser = front_end.context.browser
    assert browser
    assert kept.get("lab", "chromium", browser, lab_server).context is not front_end.context
