"""The stand-ins themselves: browsers hold their frames to the rules, as they do users' frames."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from tests.standins.bench import FRAMES, Bench

OPEN = "() => { try { return open('about:blank') === null } catch { return true } }"


def test_windows_need_a_click(bench: Bench, context: BrowserContext) -> None:
    """A window that no click asked for is blocked."""
    context.add_init_script("window.isBlocked = open('about:blank') === null")
    page = context.new_page()
    page.goto(bench.url("127.0.0.1", "host.html"))
    assert page.evaluate("isBlocked")


def test_storage_is_partitioned(bench: Bench, context: BrowserContext) -> None:
    """A frame of another site does not see what its site has stored as a page of its own."""
    page = context.new_page()
    page.goto(bench.url("127.0.0.1", "host.html"))
    page.evaluate("localStorage.setItem('seen', 'yes')")
    page.goto(bench.url("localhost", "host.html", src=bench.url("127.0.0.1", "host.html")))
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame.evaluate("localStorage.getItem('seen')") is None


@pytest.mark.parametrize("name", ["vscode"])
def test_webview_opens_no_window(bench: Bench, context: BrowserContext, name: str) -> None:
    """Not even by a click (which Playwright's evaluation is)."""
    page = context.new_page()
    page.goto(FRAMES[name].address(bench.server_port, "none"))
    frame = page.frame_locator("iframe").frame_locator("iframe").locator("main")
    assert frame.evaluate(OPEN)
    assert context.pages == [page]
