"""Voila, which runs a notebook and shows its outputs as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import files
from .program import free_port, python, run


@dataclass(frozen=True, slots=True)
class VoilaServer:
    """A running server.

    Attributes
    ----------
    url : str
        Where a browser finds it, with a slash at the end.
    root : Path
        The folder of its notebooks.
    """

    url: str
    root: Path

    def write(self, name: str, *cells: str) -> None:
        """Put a notebook of these code cells into the folder."""
        files.write_notebook(self.root / name, cells)

    def address(self, name: str) -> str:
        """Where a notebook is shown."""
        return f"{self.url}voila/render/{name}"


@contextmanager
def serve(folder: Path) -> Iterator[VoilaServer]:
    """Start Voila on a free port of this machine, and stop it afterwards.

    Parameters
    ----------
    folder : Path
        Empty, for all that it reads and writes.
    """
    root = folder / "notebooks"
    root.mkdir()
    files.write_kernel(folder)
    port = free_port()
    command = python("voila", "--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}", str(root))
    with run(command, folder, re.compile(rf"http://127\.0\.0\.1:{port}/")):
        yield VoilaServer(f"http://127.0.0.1:{port}/", root)
