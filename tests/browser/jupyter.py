"""A notebook server of its own for the tests, as a program that a user starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TOKEN = "token-of-the-tests"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
_START_SECONDS = 60


@dataclass(slots=True)
class JupyterServer:
    """A running notebook server.

    Attributes
    ----------
    url : str
        Where a browser finds it, with a slash at the end.
    folder : Path
        For all that it reads and writes.
    """

    url: str
    folder: Path
    _api: str

    def write(self, name: str, cells: list[str]) -> None:
        """Put a notebook of these code cells into the folder."""
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                "language_info": {"name": "python"},
            },
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {},
                    "execution_count": None,
                    "outputs": [],
                    "source": source,
                }
                for number, source in enumerate(cells)
            ],
        }
        (self.folder / "notebooks" / name).write_text(json.dumps(notebook), encoding="utf-8")

    def set_up(self, plugin: str, **values: object) -> None:
        """Set what a user sets in the front end's settings; it counts from the next page on."""
        settings = self.folder / "config/lab/user-settings/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / f"{plugin}.jupyterlab-settings").write_text(json.dumps(values))

    def start_kernel(self, name: str) -> None:
        """Start the kernel of a notebook before its page asks for it, to save time."""
        session = {"path": name, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        self._ask("POST", "api/sessions", json=session)

    def stop_kernels(self) -> None:
        """Stop the kernels of all notebooks."""
        for session in self._ask("GET", "api/sessions").json():
            self._ask("DELETE", f"api/sessions/{session['id']}")

    def wait_until_ready(self) -> None:
        """Return when the API answers."""
        self._ask("GET", "api")

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"token {TOKEN}"}
        answer = httpx.request(
            method, self._api + path, headers=headers, timeout=60, trust_env=False, **options
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
    """Start a notebook server on a free port of this machine, and stop it afterwards.

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
    root = folder / "notebooks"
    root.mkdir()
    _write_kernel(folder)
    command = [
        *(sys.executable, "-m", application, "--no-browser"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--ServerApp.allow_root=True"),
        *(f"--ServerApp.base_url={prefix}", f"--ServerApp.root_dir={root}"),
        f"--ServerApp.local_hostnames={host}",
        f"--IdentityProvider.token={TOKEN}",
    ]
    with subprocess.Popen(
        command,
        env=_environment(folder) | environ,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        address: Future[str] = Future()
        log = folder / "server.log"

        def read_log() -> None:
            assert process.stderr is not None
            with log.open("w", encoding="utf-8", buffering=1) as file:
                for line in process.stderr:
                    file.write(line)
                    if not address.done() and (found := _ADDRESS.search(line)):
                        address.set_result(found[0])
            if not address.done():
                address.set_exception(RuntimeError(log.read_text(encoding="utf-8")))

        reader = threading.Thread(target=read_log)
        reader.start()
        try:
            api = address.result(_START_SECONDS) + prefix.lstrip("/")
            server = JupyterServer(api.replace("127.0.0.1", host), folder, api)
            server.set_up("notification", fetchNews="false")  # its question would lie on top
            server.wait_until_ready()
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
            reader.join()


def _environment(folder: Path) -> dict[str, str]:
    # A developer's own Jupyter and token must not reach the tests.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GHL_", "JUPYTER", "IPYTHON"))}
    return kept | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PATH": str(folder / "path"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def _write_kernel(folder: Path) -> None:
    kernel = folder / "path" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    (kernel / "kernel.json").write_text(json.dumps(spec))
    # Loaded while the page is still loading, too.
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "warm.py").write_text(
        "import pandas\nimport pyarrow\nimport anywidget\ndel pandas, pyarrow, anywidget\n"
    )
