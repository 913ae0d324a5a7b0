"""A browser's page on which nothing that a stranger wrote may run."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vl_convert
from playwright.sync_api import Browser, Page, Route, expect

SCRIPT = Path(__file__).with_name("page.js")
ADDRESS = "http://notebook.localhost/"
_CDN = "https://cdn.jsdelivr.net/npm/"


class Stage:
    """A page, what ran of a stranger on it or on windows that it opened, and what it asked for.

    Attributes
    ----------
    attacks : list
        Which payloads have run.
    went : list of str
        Where its frames have gone, but for where a test has sent it.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.attacks: list[Any] = []
        self.went: list[str] = []
        self._sent_to = ""
        page.on("framenavigated", lambda frame: self._note(frame.url))

    def _note(self, url: str) -> None:
        if url not in (self._sent_to, "about:blank"):
            self.went.append(url)

    def go(self, url: str) -> None:
        """Load a page."""
        self._sent_to = url
        self.page.goto(url)
        # Not as an element: a picture has no place for one.
        self.page.evaluate("(script) => { (0, eval)(script); }", SCRIPT.read_text("utf-8"))

    def show(self, html: str) -> None:
        """Insert HTML, as a notebook does."""
        self.page.evaluate("(html) => show(html)", html)

    def wait_for_charts(self, count: int) -> None:
        """Wait until so many charts are drawn."""
        expect(self.page.locator("svg.marks")).to_have_count(count, timeout=300_000)

    def assert_calm(self) -> None:
        """Say that nothing of a stranger has run, and that nothing there would."""
        assert self.page.evaluate("() => built()") == []
        self.page.evaluate("() => fence()")
        assert self.attacks == []
        assert self.went == []

    def assert_calm_in_its_window(self) -> None:
        """Say the same of the window that the page has opened and written.

        By the page itself: a browser's driver runs nothing in a window that is still being written.
        """
        assert self.page.evaluate("() => built(opened.document)") == []
        self.assert_calm()

    def assert_not_blind(self) -> None:
        """Say that a payload that runs would have been seen, by itself and in the page."""
        self.show("<script>attacked('a script')</script><a href='javascript:attacked(1)'>x</a>")
        assert self.attacks == ["a script"]
        assert self.page.evaluate("() => built()") == ['<a href="javascript:attacked(1)">']


@contextmanager
def open_stage(browser: Browser) -> Iterator[Stage]:
    """Open an empty page. The libraries of charts are there, and no other network."""
    context = browser.new_context()
    context.expose_function("attacked", lambda what=None: stage.attacks.append(what))
    context.route("**/*", _answer)
    stage = Stage(context.new_page())
    stage.go(ADDRESS)
    yield stage
    context.close()


def _answer(route: Route) -> None:
    url = route.request.url
    if url == ADDRESS:
        route.fulfill(content_type="text/html", body="<!doctype html><meta charset=utf-8>")
    elif url.startswith(f"{_CDN}vega-embed"):
        route.fulfill(content_type="text/javascript", body=_libraries())
    elif url.startswith(_CDN):  # in the bundle
        route.fulfill(content_type="text/javascript", body="")
    elif url.startswith("file:"):
        route.continue_()
    else:
        route.abort()


@functools.cache
def _libraries() -> str:
    # Each chart of a page loads it, and a name cannot be given twice.
    return f"if (!window.vegaEmbed) {{ {vl_convert.javascript_bundle()} }}"
