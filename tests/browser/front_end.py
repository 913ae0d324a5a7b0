"""A notebook front end in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import BrowserContext

from tests.browser.jupyter import TOKEN, JupyterServer


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """A front end in a browser."""

    name: str
    server: JupyterServer
    context: BrowserContext

    def address(self, notebook: str) -> str:
        """Where a notebook is shown."""
        if self.name.startswith("notebook"):
            return f"{self.server.url}notebooks/{notebook}?token={TOKEN}"
        # In a workspace of its own, or the notebooks of earlier tests come back beside it.
        workspace = notebook.removesuffix(".ipynb")
        return f"{self.server.url}lab/workspaces/{workspace}/tree/{notebook}?reset&token={TOKEN}"
