"""Pages that one test leaves to the next as it found them.

To open a context and a page in it takes a browser longer than most tests take. What a test does in
a page goes with its document, so a page is used again after it was loaded anew, if nothing tells it
from a new one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

__all__ = ["TRACES", "KeptPage", "Pages"]

COUNTERS = Path(__file__).parent / "counters.js"

# What a page can still show of the one before, which goes neither with the document nor with the
# windows that it has opened.
TRACES = """async () => ({
    ...leftBehind(),
    markup: document.documentElement.outerHTML,
    globals: Object.getOwnPropertyNames(window).sort(),
    inherited: Object.getOwnPropertyNames(Object.prototype),
    seen: [innerWidth, innerHeight, devicePixelRatio, scrollX, scrollY],
    active: [document.activeElement?.nodeName, document.hasFocus(), document.visibilityState],
    window: [name, opener, history.state, location.href],
    stored: [
        localStorage.length, sessionStorage.length, document.cookie,
        (await indexedDB.databases()).length, (await caches.keys()).length,
    ],
    media: [
        "(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)",
        "(prefers-contrast: more)", "(forced-colors: active)", "print",
    ].filter((query) => matchMedia(query).matches),
})"""

# How the names of Playwright's methods begin whose effect outlives the document.
_LASTING = (
    "add_cookies", "add_init_script", "add_locator_handler", "clear_permissions", "emulate_media",
    "expose_", "grant_", "install", "on", "pause_at", "route", "set_default_", "set_extra_",
    "set_fixed_time", "set_geolocation", "set_offline", "set_storage_state", "set_system_time",
)  # fmt: skip

_SECONDS = 60


class Pages:
    """Lends pages of each browser.

    Parameters
    ----------
    address : str
        What a page shows at first.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._kept: dict[Browser, KeptPage] = {}

    @contextmanager
    def lend(
        self, browser: Browser, session: pytest.Session, *, is_attacked: bool = False
    ) -> Iterator[Page]:
        """Lend a page, which is used again if no test fails meanwhile.

        Parameters
        ----------
        browser : Browser
            Whose page it is.
        session : pytest.Session
            Counts the tests that fail.
        is_attacked : bool
            Scripts may fail on the page. Browsers report what they refuse as such failures, too.
        """
        kept = self._kept.pop(browser, None) or KeptPage(browser, self._address)
        failures, is_good = session.testsfailed, False
        try:
            yield kept.page
            is_good = session.testsfailed == failures and kept.is_as_new()
        finally:
            if is_good:
                self._kept[browser] = kept
            else:
                kept.page.context.close()
        errors = kept.take_errors()
        if errors and not is_attacked:
            raise AssertionError(f"Scripts have failed on the page: {errors[:5]}")


class KeptPage:
    """A page in a context of its own.

    Attributes
    ----------
    page : Page
        As Playwright has it.
    is_changed : bool
        Whether Playwright was asked for what outlives the page's document.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        context = browser.new_context()
        context.add_init_script(path=COUNTERS)
        self.page = page = context.new_page()
        self._address = address
        self._errors: list[str] = []
        self._seen = 0
        self.is_changed = False
        page.on("pageerror", lambda error: self._errors.append(str(error)))
        page.on("popup", self._see)
        self._load()
        self._size = page.viewport_size
        self._traces = page.evaluate(TRACES)
        for owner in (page, context, page.clock):
            for name in dir(owner):
                if name.startswith(_LASTING):
                    setattr(owner, name, self._noticed(getattr(owner, name)))

    def _noticed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(*args: Any, **options: Any) -> Any:
            self.is_changed = True
            return method(*args, **options)

        return call

    def _see(self, _window: Page) -> None:
        self._seen += 1

    def _load(self) -> None:
        self.page.goto(self._address)
        # Playwright adds listeners for this, which would be counted as a test's own later.
        self.page.wait_for_function("() => document.readyState === 'complete'")

    def take_errors(self) -> list[str]:
        """Return what has failed on the page since this was asked last."""
        errors, self._errors = self._errors, []
        return errors

    def is_as_new(self) -> bool:
        """Load the page anew, and tell whether it is like a new one."""
        if self.is_changed or self.page.is_closed():
            return False
        page = self.page
        self._close_windows()
        if page.viewport_size != self._size:
            page.set_viewport_size(self._size)
        page.mouse.move(0, 0)
        self._load()
        return bool(page.evaluate(TRACES) == self._traces)

    def _close_windows(self) -> None:
        # Playwright hears of a window some time after the page that has opened it.
        until = time.monotonic() + _SECONDS
        while self.page.evaluate("() => window.windowsOpened?.() ?? 0") > self._seen:
            if time.monotonic() > until:
                raise AssertionError(f"Not all windows were heard of within {_SECONDS} s.")
        self._seen = 0
        others = [one for one in self.page.context.pages if one != self.page]
        for one in others:
            one.close()
        if others:
            self.page.bring_to_front()
