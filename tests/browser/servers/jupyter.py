"""A Jupyter server: JupyterLab or Notebook 7, alone or as a hub starts it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

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

    def address(self, name: str, workspace: str = "tests") -> str:
        """Where a notebook is shown; a second page of JupyterLab has a workspace of its own."""
        if self.application == "notebook":
            return f"{self.url}notebooks/{name}"
        # Reset, or the notebooks of earlier tests come back beside it.
        return f"{self.url}lab/workspaces/{workspace}/tree/{name}?reset"

    def sign_in(self, page: Page) -> None:
        """Open an address with the token in it, which becomes a cookie."""
        page.goto(f"{self.url}api?token={TOKEN}")

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
    kernel: Sequence[str],
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
    kernel : sequence of str
        The command of its kernel.
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
    files.write_kernel(folder, command=kernel)
    files.set_up(config)
    # Not one of its own choice: between choosing and listening any connection may take that.
    port = free_port()
    command = python(
        # For the tests to open one notebook after the other in one page.
        *(application, "--no-browser", "--expose-app-in-browser"),
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
