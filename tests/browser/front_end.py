"""A notebook front end in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import BrowserContext


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """A front end in a browser.

    Attributes
    ----------
    kind : str
        Which front end: a row of `tests.ways.FRONT_ENDS`.
    browser : str
        ``chromium`` or ``firefox``.
    context : BrowserContext
        The browser, with nobody else's cookies.
    """

    kind: str
    browser: str
    context: BrowserContext

    @property
    def name(self) -> str:
        """Kind and browser, as in the names of tests."""
        return f"{self.kind}-{self.browser}"
