"""A Jupyter server: JupyterLab or Notebook 7, alone or as a hub starts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import BrowserContext

from . import files
from .program import free_port, python, run, until_open

TOKEN = "token-of-the-tests"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


@dataclass(frozen=True, slots=True)
class JupyterServer:
    """A running server.

    Attributes
    ----------
    url : str
        Where a browser finds it, with a slash at the end.
    api : str
        Where the tests find it.
    root : Path
        The folder of its notebooks.
    config : Path
        The folder of its settings.
    application : str
        ``jupyterlab`` or ``notebook``.
    """

    url: str
    api: str
    root: Path
    config: Path
    application: str = "jupyterlab"

    def write(self, name: str, *cells: str, kernel: str = files.KERNEL) -> None:
        """Put a notebook of these code cells into the folder."""
        files.write_notebook(self.root / name, cells, kernel)

    def address(self, name: str, workspace: str = "") -> str:
        """Where a notebook is shown; a second page of JupyterLab has a workspace of its own."""
        if self.application == "notebook":
            return f"{self.url}notebooks/{name}"
        # In a workspace of its own, or the notebooks of earlier tests come back beside it.
        workspace = workspace or name.removesuffix(".ipynb")
        return f"{self.url}lab/workspaces/{workspace}/tree/{name}?reset"

    def sign_in(self, context: BrowserContext) -> None:
        """Open an address with the token in it, which becomes a cookie."""
        page = context.new_page()
        page.goto(f"{self.url}api?token={TOKEN}")
        page.close()

    def set_up(self, plugin: str, **values: object) -> None:
        """Set what a user sets in the front end's settings; it counts from the next page on."""
        files.set_up(self.config, plugin, **values)

    def start_kernel(self, name: str, kernel: str = files.KERNEL) -> None:
        """Start the kernel of a notebook before its page asks for it, to save time."""
        session = {"path": name, "name": name, "type": "notebook", "kernel": {"name": kernel}}
        self.ask("POST", "api/sessions", json=session)

    def stop_kernels(self) -> None:
        """Stop the kernels of all notebooks."""
        for session in self.ask("GET", "api/sessions").json():
            self.ask("DELETE", f"api/sessions/{session['id']}")

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send the server's API a request."""
        headers = {"Authorization": f"token {TOKEN}"}
        answer = httpx.request(
            method, self.api + path, headers=headers, timeout=60, trust_env=False, **options
        )
        return answer.raise_for_status()


@contextmanager
def serve(
    folder: Path,
    *,
    application: str = "jupyterlab",
    host: str = "127.0.0.1",
    prefix: str = "/",
    **environ: str,
) -> Iterator[JupyterServer]:
    """Start a server on a free port of this machine, and stop it afterwards.

    Parameters
    ----------
    folder : Path
        Empty, for all that it reads and writes.
    application : str
        The Python module that is the server: ``jupyterlab`` or ``notebook``.
    host : str
        How browsers call this machine.
    prefix : str
        The path under which everything is served.
    **environ : str
        Added to the environment of the server and its kernels.
    """
    root, config = folder / "notebooks", folder / "config"
    root.mkdir()
    files.write_kernel(folder)
    files.set_up(config, "notification", fetchNews="false")  # its question would lie on top
    # Not one of its own choice: between choosing and listening any connection may take that.
    port = free_port()
    command = python(
        *(application, "--no-browser"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.allow_root=True"),
        *(f"--ServerApp.base_url={prefix}", f"--ServerApp.root_dir={root}"),
        f"--ServerApp.local_hostnames={host}",
        f"--IdentityProvider.token={TOKEN}",
    )
    with run(command, folder, _ADDRESS, **environ) as line:
        until_open(port)  # it names its address a little before it listens there
        found = _ADDRESS.search(line)
        assert found
        api = found[0] + prefix.lstrip("/")
        server = JupyterServer(api.replace("127.0.0.1", host), api, root, config, application)
        server.ask("GET", "api")
        yield server
