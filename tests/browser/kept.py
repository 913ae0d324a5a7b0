"""The front end that stays open from one test to the next, and what must be gone in between."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.front_end import WINDOW, FrontEnd, make_front_end
from tests.browser.servers.jupyter import JupyterServer

# Of a page that was loaded again, JupyterLab opens what was open before, and may be slow at it.
_CLOSE_ALL = """async () => {
    await jupyterapp.restored;
    for (const widget of [...jupyterapp.shell.widgets("main")]) {
        const session = widget.sessionContext;
        // JupyterLab keeps the widgets of a closed notebook until their kernel closes them.
        for (const comm of session?.session?.kernel?._comms?.values() ?? []) (await comm).close();
        await session?.shutdown();
        if (widget.context) widget.context.model.dirty = false;
        widget.close();
    }
}"""

_FIND_LEFT = """async () => [
    ...[".jp-Notebook", "[class^=ghl-]", ".jp-Dialog", "iframe"]
        .filter((selector) => document.querySelector(selector)),
    ...[localStorage, sessionStorage].flatMap((storage) => Object.keys(storage))
        .filter((key) => !key.startsWith("@jupyterlab/")),
    ...(await indexedDB.databases()).map(({ name }) => name),
    ...["open", "fetch", "postMessage", "addEventListener"]
        .filter((name) => !String(window[name]).includes("[native code]")),
    ...(document.body.dataset.jpThemeLight === "true" ? [] : ["theme"]),
]"""


class Kept:
    """The front end of the last test, for the next test that asks for the same one.

    A page of JupyterLab takes several times the work of a test. A page that a failed test has used
    is not used again, nor is one on which something was left.
    """

    def __init__(self) -> None:
        self._front_end: FrontEnd | None = None
        self._server: JupyterServer | None = None
        self._cookies: set[str] = set()

    def get(self, kind: str, name: str, browser: Browser, server: JupyterServer) -> FrontEnd:
        """Return a front end whose browser has logged in, and whose page shows no notebook."""
        kept = self._front_end
        is_there = server is self._server and kept is not None and not kept.page.is_closed()
        if kept is None or not is_there or not kept.is_of(kind, name, browser):
            self.close()
            kept = self._front_end = make_front_end(kind, name, browser)
            self._server = server
            server.sign_in(kept.page)
            kept.page.goto("about:blank")
            self._cookies = {"_xsrf"}  # which Jupyter's pages set
            self._cookies |= {cookie.get("name", "") for cookie in kept.context.cookies()}
        return kept

    def reset(self, server: JupyterServer) -> None:
        """Close all that a test has opened, and look whether anything was left.

        Raises
        ------
        AssertionError
            If something was left; the next test has a new page then.
        """
        kept = self._front_end
        assert kept
        for window in kept.context.pages:
            if window is not kept.page:
                window.close()
        kept.context.unroute_all()
        kept.page.unroute_all()
        if kept.page.viewport_size != WINDOW:
            kept.page.set_viewport_size({**WINDOW})
        if kept.is_jupyterlab():
            kept.page.evaluate(_CLOSE_ALL)
        else:
            kept.page.goto("about:blank")
        server.stop_kernels()
        if left := self._find_left(kept):
            self.close()
            raise AssertionError(f"a test has left on its page: {', '.join(left)}")

    def _find_left(self, kept: FrontEnd) -> list[str]:
        cookies = {cookie.get("name", "") for cookie in kept.context.cookies()}
        left = sorted(cookies - self._cookies)
        if kept.is_jupyterlab():
            left += kept.page.evaluate(_FIND_LEFT)
        return left

    def close(self) -> None:
        """Close its browser's windows; the next `get` makes another one."""
        kept, self._front_end = self._front_end, None
        if kept and kept.context.browser and kept.context.browser.is_connected():
            kept.context.close()
