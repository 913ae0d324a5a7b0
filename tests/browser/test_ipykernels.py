"""Cells that wait for a login, on the releases of ipykernel that differ in how a cell can wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.cells import DEMO
from tests.browser.kernels import RELEASES, install
from tests.browser.notebook import Notebook
from tests.browser.servers import files
from tests.browser.servers.jupyter import JupyterServer

WAITS = {"login.wait(timeout=60)": "KeyboardInterrupt", "await login": "CancelledError"}
"""Code that waits, and the exception with which the stop button ends it."""

VERSION = "print('ipykernel', __import__('ipykernel').__version__)"


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest, lab_server: JupyterServer) -> str:
    """A release of ipykernel that JupyterLab has as a kernel of that name."""
    release: str = request.param
    environ = install(release, request.config.cache.mkdir(f"ipykernel-{release}"))
    files.write_kernel(lab_server.config.parent, release, **environ)
    return release


@pytest.mark.parametrize("wait", WAITS)
def test_wait(open_notebook: Callable[..., Notebook], release: str, wait: str) -> None:
    """A click is heard while the cell waits; the stop button ends the wait, and not the login.

    Nor does a timeout. The cell that is run again finishes the login, and those after it run.
    """
    notebook = open_notebook(DEMO, kernel=release)
    notebook.run()
    # JupyterLab asks the kernel for earlier widgets first. In 7.3.0 it gets no answer while a cell
    # awaits, and shows no widget until then.
    notebook.card.expect_status("idle")
    first = notebook.start(f"({wait}).status")
    expect(notebook.prompt(first)).to_have_text("[*]:")
    window = notebook.card.open().wait_until_loaded()
    notebook.interrupt()
    expect(notebook.output(first).last).to_contain_text(WAITS[wait])
    notebook.card.expect_status("waiting")
    said = "The login for Instagram is not finished after 0.2 s. It goes on"
    assert said in notebook.execute("login.wait(timeout=0.2)")
    again = notebook.start(f"({wait}).status")
    expect(notebook.prompt(again)).to_have_text("[*]:")
    version = notebook.start(VERSION)
    expect(notebook.prompt(version)).to_have_text("[*]:")
    window.allow()
    expect(notebook.output(again)).to_have_text("'connected'")
    expect(notebook.output(version)).to_have_text(f"ipykernel {release}")
    notebook.card.expect_status("connected", "Café Lumière")
