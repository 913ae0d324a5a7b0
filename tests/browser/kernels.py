"""Older releases of ipykernel, each as a kernel of its own beside the tests' environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RELEASES = {
    # The last of its line: what runs in a cell keeps the kernel from everything else.
    "6.31.0": ("nest-asyncio", "psutil"),
    # Comms are read in threads of their own, but a cell that awaits does not see what they bring.
    "7.3.0": ("nest-asyncio2", "psutil"),
    # The first in which a cell can await what a comm brings.
    "7.4.0": ("nest-asyncio2",),
}
"""The releases that differ in how a cell can wait, and what they need and a newer one may not."""


def install(release: str, folder: Path) -> dict[str, str]:
    """Install a release into a folder, unless it is there, and return what leads Python to it."""
    if not (folder / "complete").exists():
        packages = [f"ipykernel=={release}", *RELEASES[release]]
        quietly = ("--quiet", "--disable-pip-version-check", "--no-warn-script-location")
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", *quietly),
                *("--upgrade", "--no-deps", "--target", str(folder), *packages),
            ],
            check=True,
            timeout=300,
        )
        (folder / "complete").touch()
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
