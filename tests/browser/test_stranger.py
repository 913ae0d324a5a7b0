"""A stranger takes over the port of a kernel that has died, and gets no cookie of the page."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.cells import DEMO
from tests.browser.notebook import Notebook
from tests.browsers import BROWSERS
from tests.stranger import stranger_at

pytestmark = pytest.mark.parametrize(
    "front_end", [f"prefix-{name}" for name in BROWSERS], indirect=True
)


@pytest.mark.usefixtures("last_on_its_page")
def test_nothing_is_asked_of_a_stranger(open_notebook: Callable[..., Notebook]) -> None:
    """Behind the notebook's proxy, from the kernel's death on until the page knows of it."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded()
    notebook.card.expect_status("waiting")
    heard, port, pid = notebook.evaluate(
        "(login._pages.received['loopback'].wait(60), "
        "__import__('ghl_notebook.login.loopback').login.loopback.LOOPBACK.port, "
        "__import__('os').getpid())"
    )
    assert heard  # the page has found its way through the proxy
    os.kill(pid, signal.SIGKILL)
    until_free(port)
    with stranger_at(port) as asked:
        # Whatever the card still shows is pressed, whether or not the page knows of it by now.
        notebook.card.box.evaluate(
            "(box) => box.querySelectorAll('button[type=button]').forEach((one) => one.click())"
        )
        expect(notebook.card.box).to_contain_text("The kernel is gone, or does not answer.")
    assert asked == []


def until_free(port: int) -> None:
    """Wait until a port that belonged to a process is given back."""
    while True:
        try:
            with stranger_at(port):
                return
        except OSError:
            time.sleep(0.01)
