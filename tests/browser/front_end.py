"""A notebook front end in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import BrowserContext

TITLES = {
    "lab": "JupyterLab 4",
    "notebook": "Notebook 7",
    "prefix": "JupyterLab under a prefix, behind jupyter-server-proxy",
    "hub": "JupyterHub 6 with its proxy, JupyterLab",
    "marimo_edit": "marimo edit",
    "marimo_run": "marimo run",
    "voila": "Voila",
}
"""What each front end is called in the table of ways."""


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """A front end in a browser.

    Attributes
    ----------
    kind : str
        Which front end; a key of `TITLES`.
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
