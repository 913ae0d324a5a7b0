"""VS Code's and Colab's outputs: frames with their rules, around a real card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from ghl_notebook import ConnectAccount
from ghl_notebook.simulator import Simulator
from tests.standins.bench import PATIENCE, Bench
from tests.standins.shown import Shown, allow

Show = Callable[..., Shown]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_vscode(
    show: Show, bench: Bench, browser: Browser, login: ConnectAccount, theme: str
) -> None:
    """The card's link opens the login page in the system's browser, where popup and message work."""
    shown = show("vscode", theme)
    shown.link("Connect Instagram").click()
    system = browser.new_context()
    there = Shown(system.new_page())
    there.page.goto(bench.opened.get(timeout=PATIENCE))
    allow(there.open(there.button("Connect Instagram")))
    there.expect_status("connected")
    shown.expect_status("connected")
    assert login.wait(PATIENCE).delivered_by == "loopback"
    system.close()


@pytest.mark.parametrize("frame", ["colab", "colab-escape"])
def test_colab(show: Show, login: ConnectAccount, frame: str) -> None:
    """The popup of a frame of another site reports to it; a loopback page is out of reach there."""
    shown = show(frame)
    allow(shown.open(shown.button("Connect Instagram")))
    shown.expect_status("connected")
    assert login.wait(PATIENCE).delivered_by == "message"
