"""New environments, for what must not share that of the tests."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path


def make_environment(folder: Path, *what: str | Path) -> Path:
    """Make an environment, and return its interpreter.

    Parameters
    ----------
    folder : pathlib.Path
        Where; what is there is removed.
    what : str or pathlib.Path
        What pip installs, and its options.

    Raises
    ------
    subprocess.CalledProcessError
        If it cannot be installed.
    """
    # Debian keeps the bundled pip in a package of its own: this one's pip installs from outside.
    venv.EnvBuilder(clear=True, with_pip=False, symlinks=True).create(folder)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-compile", *what], check=True)
    return python
