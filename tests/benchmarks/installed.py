"""What only benchmarks need: environments in the user's cache folder, made the first time."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from tests.environments import make_environment

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ghl-notebook-benchmarks"


def environment(*requirements: str) -> Path:
    """Return an environment with these, as pip takes them, and what they ask for."""
    python_version = f"py{sys.version_info[0]}.{sys.version_info[1]}"
    folder = CACHE / "-".join([*requirements, python_version])
    is_whole = folder / "is-whole"
    if not is_whole.exists():
        make_environment(folder, *requirements)
        is_whole.touch()
    return folder


def python_of(folder: Path) -> Path:
    """Return the interpreter of an environment."""
    return folder / "bin" / "python"


def libraries_of(folder: Path) -> str:
    """Return where an environment has its libraries, for ``sys.path``."""
    base = str(folder)
    return sysconfig.get_path("platlib", "venv", vars={"base": base, "platbase": base})
