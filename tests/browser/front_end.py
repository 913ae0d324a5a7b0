"""A notebook front end in a browser, and the page of it that stays open between tests."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.servers.jupyter import JupyterServer
from tests.browsers import BROWSERS, SECONDS

WINDOW = {"width": 1000, "height": 900}


# JupyterLab looks for kernels once a minute, and a test may just have installed one. What opening
# returns, which is all of JupyterLab, is not for the test.
_OPEN = """async (path) => {
    await jupyterapp.serviceManager.kernelspecs.refreshSpecs();
    jupyterapp.commands.execute("docmanager:open", { path });
}"""


def in_front_ends(*names: str) -> pytest.MarkDecorator:
    """Run a test in these front ends, such as ``lab-firefox``, in place of ``lab-chromium``."""
    return pytest.mark.parametrize("front_end", names, indirect=True)


in_both_browsers = in_front_ends(*(f"lab-{name}" for name in BROWSERS))


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
    page : Page
        Its page; login windows come beside it.
    """

    kind: str
    browser: str
    context: BrowserContext
    page: Page

    @property
    def name(self) -> str:
        """Kind and browser, as in the names of tests."""
        return f"{self.kind}-{self.browser}"

    def is_of(self, kind: str, browser: str, engine: Browser) -> bool:
        """Tell whether it is this front end, in this running browser."""
        return (self.kind, self.browser, self.context.browser) == (kind, browser, engine)

    def is_jupyterlab(self) -> bool:
        """Tell whether the page shows JupyterLab at present, which can open another notebook."""
        is_there = "() => 'jupyterapp' in window"
        return self.kind != "notebook" and bool(self.page.evaluate(is_there))

    def open(self, server: JupyterServer, name: str) -> None:
        """Show a notebook: in the JupyterLab that is there, or on a new page."""
        self.page.bring_to_front()
        if self.is_jupyterlab():
            self.page.evaluate(_OPEN, name)
        else:
            self.page.goto(server.address(name))


def make_front_end(kind: str, name: str, browser: Browser) -> FrontEnd:
    """Make one of an empty page."""
    context = browser.new_context(viewport={**WINDOW})
    context.set_default_timeout(SECONDS * 1000)
    return FrontEnd(kind, name, context, context.new_page())
