"""What only benchmarks need: installed into the user's cache folder, the first time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ghl-notebook-benchmarks"

PYTHON = f"py{sys.version_info[0]}.{sys.version_info[1]}"
"""The version, for the names of folders."""


def libraries(name: str, requirements: Sequence[str], cache: Path = CACHE) -> Path:
    """Return a folder with libraries for ``sys.path``.

    Parameters
    ----------
    name : str
        What they are for.
    requirements : sequence of str
        As pip takes them.
    cache : pathlib.Path
        Where the folder is made.
    """
    folder = cache / f"{name}-{PYTHON}-{'-'.join(requirements)}"
    is_whole = folder / "is-whole"
    if not is_whole.exists():
        pip = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"]
        pip += ["install", "--upgrade", "--target", str(folder), *requirements]
        subprocess.run(pip, check=True)
        is_whole.touch()
    return folder
