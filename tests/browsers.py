"""The real browsers that the tests drive, found on this machine.

A system browser is taken first, because that is what a reader of the notebook has; where there is
none, Playwright's own is used (``playwright install chromium firefox``).
"""

from __future__ import annotations

import inspect
import os
import shutil
import time
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self
from unittest import mock

from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from playwright.sync_api import TimeoutError as TimedOutError

__all__ = ["BROWSERS", "SECONDS", "Browsers", "wait_until_closed"]

BROWSERS = ("chromium", "firefox")
"""For ``@pytest.fixture(params=BROWSERS)``."""

SECONDS = 120
"""How long a test waits for what a browser shows: a bound, which a busy machine does not reach."""


class Browsers:
    """Browsers that stay open from one test to the next.

    Starting one takes longer than most tests. Each test has a context of its own, which shares
    nothing with those of other tests.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._playwright: Playwright | None = None
        self._open: dict[tuple[str, bool, bool], Browser] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def get(self, name: str, *, is_strict: bool = False, is_still: bool = False) -> Browser:
        """Return an open browser, started when it is first asked for.

        Parameters
        ----------
        name : str
            One of `BROWSERS`.
        is_strict : bool
            Have the rules about windows, storage and frames that users have: Playwright turns
            Chromium's popup blocker and partitioning of storage off, and Firefox's popup blocker;
            its clicks do not get into Firefox's frames of other sites.
        is_still : bool
            The user of Firefox has asked for less movement. Playwright cannot tell that to a stock
            Firefox later; Chromium is told by the page.
        """
        key = (name, is_strict, is_still)
        browser = self._open.get(key)
        if browser is None or not browser.is_connected():
            if self._playwright is None:
                self._stack.enter_context(mock.patch("inspect.stack", _stack_without_lines))
                self._playwright = self._stack.enter_context(sync_playwright())
            if name == "chromium":
                browser = _chromium(self._playwright, is_strict)
            else:
                browser = _firefox(self._playwright, is_strict, is_still)
            self._stack.callback(browser.close)
            self._open[key] = browser
        return browser

    def close(self) -> None:
        """Close all of them; the next `get` starts one again."""
        self._stack.close()
        self._playwright = None
        self._open.clear()


def _chromium(playwright: Playwright, is_strict: bool) -> Browser:
    options: dict[str, Any] = {
        "executable_path": _first_on_path("chromium", "google-chrome"),
        # Chromium refuses its sandbox to root, which is what containers run as.
        "args": ["--no-sandbox"] if _is_root() else [],
    }
    if is_strict:
        # The last switch of a name counts, and Playwright's list of features comes first.
        options["args"].append("--disable-features=Translate")
        options["ignore_default_args"] = ["--disable-popup-blocking"]
    return playwright.chromium.launch(**options)


def _firefox(playwright: Playwright, is_strict: bool, is_still: bool) -> Browser:
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
    return playwright.firefox.launch(**system, firefox_user_prefs=prefs)


def _stack_without_lines(context: int = 1) -> list[inspect.FrameInfo]:
    """Return what ``inspect.stack(0)`` does, which Playwright asks for at each call.

    For each frame that has no file, as those of a worker of pytest-xdist, `inspect` goes through
    all modules, at each click of a test.
    """
    assert context == 0
    frames, frame = [], inspect.currentframe()
    while frame := frame and frame.f_back:
        code = frame.f_code
        frames.append(
            inspect.FrameInfo(frame, code.co_filename, frame.f_lineno, code.co_name, None, None)
        )
    return frames


def wait_until_closed(window: Page) -> None:
    """Wait until a window was closed, whoever does it, and whenever.

    Playwright loses the event when it comes between a look at `Page.is_closed` and the wait: so it
    is looked at again and again.
    """
    until = time.monotonic() + SECONDS
    while not window.is_closed():
        if time.monotonic() > until:
            raise AssertionError(f"{window.url} is still open after {SECONDS} s")
        with suppress(TimedOutError):
            window.wait_for_event("close", timeout=1000)


def _first_on_path(*names: str) -> str | None:
    # A snap's browser cannot read the temporary profile of a test.
    found = (path for path in map(shutil.which, names) if path)
    return next((path for path in found if not path.startswith("/snap/")), None)


def _is_root() -> bool:
    return getattr(os, "geteuid", lambda: 1)() == 0
