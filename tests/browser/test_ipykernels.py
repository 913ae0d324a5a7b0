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

pytestmark = pytest.mark.parametrize("front_end", ["lab-chromium"], indirect=True)

WAITS = {"login.wait(timeout=60)": "KeyboardInterrupt", "await login": "CancelledError"}
"""Code that waits, and the exception with which the stop button ends it."""

VERSION = "print('ipykernel', __import__('ipykernel').__version__)"


@pytest.fixture(scope="package", params=RELEASES)
def release(request: pytest.FixtureRequest, lab_server: JupyterServer) -> str:
    """A release of ipykernel that JupyterLab has as a kernel of that name."""
    release: str = request.param
    environ = install(release, request.config.cache.mkdir(f"ipykernel-{release}"))
    files.write_kernel(lab_server.config.parent, release, **environ)
    return release


@pytest.mark.parametrize("wait", WAITS)
def test_login_arrives(open_notebook: Callable[..., Notebook], release: str, wait: str) -> None:
    """With all cells run, and one of them waiting, one click later all of them are done."""
    notebook = open_notebook(DEMO, f"({wait}).status", VERSION, kernel=release)
    notebook.run_all()
    expect(notebook.prompt(1)).to_have_text("[*]:")
    notebook.card.open().wait_until_loaded().allow()
    expect(notebook.output(1)).to_have_text("'connected'")
    expect(notebook.output(2)).to_have_text(f"ipykernel {release}")
    notebook.card.expect_status("connected", "Café Lumière")


@pytest.mark.parametrize("wait", WAITS)
def test_stop_button_ends_the_wait(
    open_notebook: Callable[..., Notebook], release: str, wait: str
) -> None:
    """The login itself goes on, and the cell that is run again finishes it."""
    notebook = open_notebook(DEMO, f"({wait}).status", VERSION, kernel=release)
    notebook.run_all()
    expect(notebook.prompt(1)).to_have_text("[*]:")
    window = notebook.card.open().wait_until_loaded()
    notebook.interrupt()
    expect(notebook.output(1).last).to_contain_text(WAITS[wait])
    notebook.card.expect_status("waiting")
    again = notebook.start(f"({wait}).status")
    expect(notebook.prompt(again)).to_have_text("[*]:")
    window.allow()
    expect(notebook.output(again)).to_have_text("'connected'")
    assert notebook.execute(VERSION) == f"ipykernel {release}\n"


def test_timeout_says_that_the_login_goes_on(
    open_notebook: Callable[..., Notebook], release: str
) -> None:
    """A wait that was too short loses nothing: the login is finished in its window all the same."""
    notebook = open_notebook(DEMO, "login.wait(timeout=0.2)", VERSION, kernel=release)
    notebook.run(2)
    said = "The login for Instagram is not finished after 0.2 s. It goes on"
    expect(notebook.output(1).last).to_contain_text(said)
    notebook.card.open().wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.execute(VERSION) == f"ipykernel {release}\n"
