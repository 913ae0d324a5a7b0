"""A notebook server below a hub, whose user reaches the simulator through its proxy only."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.cells import DEMO
from tests.browser.notebook import Notebook

pytestmark = pytest.mark.parametrize(
    "front_end",
    ["prefix-chromium", "hub-chromium", "prefix-firefox", "hub-firefox"],
    indirect=True,
)


def test_login_through_the_proxy(open_notebook: Callable[..., Notebook]) -> None:
    """The login window opens below the user's prefix, and its result is taken."""
    notebook = open_notebook(DEMO)
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    port = notebook.evaluate("client.simulator.base_url").rpartition(":")[2]
    here, there = urlsplit(notebook.page.url), urlsplit(window.page.url)
    assert there.netloc == here.netloc
    assert there.path == f"/user/someone/proxy/{port}/consent/instagram"
    window.allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("login.status") == "connected"
