"""marimo, as the editor of a notebook or as the server of it as an application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from .program import free_port, python, run, until_open

_TOKEN = "token-of-the-tests"

# "Autorun on startup": the editor runs the cells as soon as there is a kernel.
_SETTINGS = "[tool.marimo.runtime]\nauto_instantiate = true\n"


@contextmanager
def serve(folder: Path, mode: str, *cells: str) -> Iterator[str]:
    """Start marimo on a free port of this machine with one notebook, and stop it afterwards.

    Parameters
    ----------
    folder : Path
        For all that it reads and writes.
    mode : str
        ``edit``: with the code, and one kernel; ``run``: outputs only, and a kernel per page.
    *cells : str
        The cells of the notebook.

    Yields
    ------
    str
        Where a browser finds the notebook.
    """
    notebook = folder / "login.py"
    notebook.write_text(_notebook(cells), encoding="utf-8")
    (folder / "pyproject.toml").write_text(_SETTINGS)
    port = free_port()
    command = python("marimo", mode, str(notebook), "--headless")
    command += [f"--port={port}", f"--token-password={_TOKEN}"]
    with run(command, folder, re.compile("URL: http")):
        until_open(port)  # it names its address a little before it listens there
        yield f"http://127.0.0.1:{port}/?access_token={_TOKEN}"


def _notebook(cells: tuple[str, ...]) -> str:
    """Return what marimo's editor saves, without the names that cells give each other."""
    parts = ["import marimo\n\napp = marimo.App()"]
    for cell in cells:
        start = "async def" if "await " in cell else "def"
        parts.append(f"@app.cell\n{start} _():\n{indent(cell, ' ' * 4)}\n    return")
    parts.append('if __name__ == "__main__":\n    app.run()\n')
    return "\n\n\n".join(parts)
