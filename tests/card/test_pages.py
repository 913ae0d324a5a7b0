"""The pages that tests leave to each other."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.card.harness import Card, Server, in_one_browser, post_here
from tests.pages import TRACES, KeptPage, Pages

# What a test may do to a document, and to the windows that it has opened.
PASSING = """() => {
    addEventListener("message", () => {});
    document.onkeydown = () => {};
    setInterval(() => {}, 1);
    window.open("about:blank");
    window.open = () => null;
    window.parent = {};
    window.attacked = true;
    Object.prototype.polluted = true;
    performance.now = () => 0;
    location.hash = "elsewhere";
    document.title = "Another";
    document.documentElement.dir = "rtl";
    document.documentElement.style.zoom = "2";
    document.documentElement.dataset.theme = "dark";
    document.body.dataset.vscodeThemeKind = "vscode-dark";
    document.getElementById("jupyter-config-data").remove();
    document.body.append(document.createElement("textarea"), document.createElement("iframe"));
    document.head.append(document.createElement("style"));
    document.querySelector("style").textContent = "main { height: 9999px; }";
    document.querySelector("textarea").focus();
    scrollTo(0, 999);
}"""

# What stays with the window or its origin.
STAYING = {
    "cookie": "() => { document.cookie = 'left=behind'; }",
    "local storage": "() => { localStorage.left = 'behind'; }",
    "session storage": "() => { sessionStorage.left = 'behind'; }",
    "database": "() => new Promise((done) => { indexedDB.open('left').onsuccess = () => done(); })",
    "cache": "async () => { await caches.open('left'); }",
    "name": "() => { window.name = 'left behind'; }",
}

# What Playwright keeps for the page or its context.
LASTING: dict[str, Callable[[Page], Any]] = {
    "style of media": lambda page: page.emulate_media(reduced_motion="reduce"),
    "permission": lambda page: page.context.grant_permissions(["geolocation"]),
    "script": lambda page: page.add_init_script("Array.prototype.left = 'behind'"),
    "script of all pages": lambda page: page.context.add_init_script("Array.left = 'behind'"),
    "function": lambda page: page.expose_function("left", lambda: "behind"),
    "route": lambda page: page.route("**", lambda route: route.abort()),
    "route of all pages": lambda page: page.context.route("**", lambda route: route.abort()),
    "listener": lambda page: page.on("console", lambda _: None),
    "clock": lambda page: page.clock.install(),
    "time": lambda page: page.clock.set_fixed_time(0),
    "patience": lambda page: page.set_default_timeout(1),
    "headers": lambda page: page.set_extra_http_headers({"left": "behind"}),
}


@pytest.fixture
def session() -> SimpleNamespace:
    """What `Pages` looks at of a run."""
    return SimpleNamespace(testsfailed=0)


@pytest.fixture
def own_pages(server: Server) -> Pages:
    """Pages that no other test uses."""
    return Pages(f"http://127.0.0.1:{server.server_port}/harness.html")


def test_the_next_test_finds_the_page_as_it_was(
    browser: Browser, own_pages: Pages, session: Any
) -> None:
    """No listener, timer, window, node, style, global, focus or size of the last test is there."""
    with own_pages.lend(browser, session) as page:
        first, traces = page, page.evaluate(TRACES)
        card = Card(page)
        card.open()
        card.authorize("run-1", request="another")
        post_here(page, {})
        page.context.new_page()
        page.set_viewport_size({"width": 640, "height": 480})
        page.mouse.move(100, 100)
        page.evaluate(PASSING)
        assert page.evaluate(TRACES) != traces
    with own_pages.lend(browser, session) as page:
        assert page is first
        assert page.evaluate(TRACES) == traces
        assert page.context.pages == [page]
        assert page.viewport_size == {"width": 1280, "height": 720}
        assert page.evaluate("() => document.querySelectorAll('main:hover').length") == 0
    page.context.close()


def test_a_window_that_is_slow_is_closed_too(
    browser: Browser, own_pages: Pages, session: Any
) -> None:
    """What the last test has not waited for is no window of the next."""
    with own_pages.lend(browser, session) as page:
        Card(page).button("Connect Instagram").click()
    with own_pages.lend(browser, session) as page:
        windows: list[Page] = []
        page.on("popup", lambda window: windows.append(window))
        Card(page)
        assert (page.context.pages, windows) == ([page], [])


@in_one_browser
def test_what_stays_with_a_page_ends_it(browser: Browser, own_pages: Pages, session: Any) -> None:
    """What is not gone with the document is seen, and met by no other test."""
    with own_pages.lend(browser, session) as page:
        traces = page.evaluate(TRACES)
        unseen, before = [], traces
        for what, script in STAYING.items():
            page.evaluate(script)
            after = page.evaluate(TRACES)
            unseen += [what] if after == before else []
            before = after
    assert unseen == []
    assert page.is_closed()
    with own_pages.lend(browser, session) as page:
        assert page.evaluate(TRACES) == traces
    page.context.close()


@in_one_browser
def test_what_playwright_keeps_ends_a_page(
    browser: Browser, own_pages: Pages, session: Any, server: Server
) -> None:
    """Much of it can be taken back in no browser, or not in all."""
    kept = KeptPage(browser, f"http://127.0.0.1:{server.server_port}/harness.html")
    unseen = []
    for what, act in LASTING.items():
        kept.is_changed = False
        act(kept.page)
        unseen += [] if kept.is_changed else [what]
    kept.page.context.close()
    assert unseen == []
    with own_pages.lend(browser, session) as page:
        page.emulate_media(reduced_motion="reduce")
    assert page.is_closed()


@in_one_browser
def test_a_failure_ends_a_page(browser: Browser, own_pages: Pages, session: Any) -> None:
    """Of a failed test, of an error in it, and of a script of the page."""
    with own_pages.lend(browser, session) as of_a_failed_test:
        session.testsfailed += 1
    assert of_a_failed_test.is_closed()
    with pytest.raises(ZeroDivisionError), own_pages.lend(browser, session) as of_an_error:
        raise ZeroDivisionError
    assert of_an_error.is_closed()
    script = "() => { onblur = () => { throw new Error('Oh') }; dispatchEvent(new Event('blur')); }"
    with pytest.raises(AssertionError, match="Oh"), own_pages.lend(browser, session) as page:
        page.evaluate(script)
    with own_pages.lend(browser, session) as page:
        pass
    page.context.close()
