"""The real browsers that the tests drive, found on this machine.

A system browser is taken first, because that is what a reader of the notebook has; where there is
none, Playwright's own is used (``playwright install chromium firefox``).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as TimedOutError

__all__ = ["BROWSERS", "chromium", "firefox", "wait_until_closed"]

_SECONDS = 60


def _first_on_path(*names: str) -> str | None:
    # A snap's browser cannot read the temporary profile of a test.
    found = (path for path in map(shutil.which, names) if path)
    return next((path for path in found if not path.startswith("/snap/")), None)


@contextmanager
def chromium(*, is_strict: bool = False) -> Iterator[Browser]:
    """Start Chromium, or Chrome, and close it afterwards.

    Playwright turns the popup blocker and the partitioning of storage off; `is_strict` leaves both
    as users have them.
    """
    with sync_playwright() as playwright:
        options: dict[str, Any] = {
            "executable_path": _first_on_path("chromium", "google-chrome"),
            # Chromium refuses its sandbox to root, which is what containers run as.
            "args": ["--no-sandbox"] if _is_root() else [],
        }
        if is_strict:
            # The last switch of a name counts, and Playwright's list of features comes first.
            options["args"].append("--disable-features=Translate")
            options["ignore_default_args"] = ["--disable-popup-blocking"]
        browser = playwright.chromium.launch(**options)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def firefox(*, is_strict: bool = False, is_still: bool = False) -> Iterator[Browser]:
    """Start Firefox and close it afterwards.

    Playwright turns the popup blocker off, and its clicks do not get into frames of other sites;
    `is_strict` changes both. With `is_still` the user has asked for less movement: Playwright
    cannot tell that to a stock Firefox later.
    """
    with sync_playwright() as playwright:
        path = _first_on_path("firefox-esr")
        # A stock Firefox speaks WebDriver BiDi, which is the "moz-firefox" channel; without the
        # channel Playwright expects its own patched build.
        system: dict[str, Any] = {"channel": "moz-firefox", "executable_path": path} if path else {}
        prefs: dict[str, bool | int] = {}
        if is_strict:
            prefs["dom.disable_open_during_load"] = True
            prefs["remote.events.async.mouse.enabled"] = True
        if is_still:
            prefs["ui.prefersReducedMotion"] = 1
        system["firefox_user_prefs"] = prefs
        browser = playwright.firefox.launch(**system)
        try:
            yield browser
        finally:
            browser.close()


def wait_until_closed(window: Page) -> None:
    """Wait until a window was closed, whoever does it, and whenever.

    Playwright loses the event when it comes between a look at `Page.is_closed` and the wait: so it
    is looked at again and again.
    """
    until = time.monotonic() + _SECONDS
    while not window.is_closed():
        if time.monotonic() > until:
            raise AssertionError(f"{window.url} is still open after {_SECONDS} s")
        with suppress(TimedOutError):
            window.wait_for_event("close", timeout=1000)


def _is_root() -> bool:
    return getattr(os, "geteuid", lambda: 1)() == 0


BROWSERS: dict[str, Callable[..., AbstractContextManager[Browser]]] = {
    "chromium": chromium,
    "firefox": firefox,
}
"""Each browser by name, for ``@pytest.fixture(params=BROWSERS)``."""
