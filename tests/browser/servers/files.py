"""What a Jupyter server finds in its folder: notebooks and a kernel."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

KERNEL = "python3"
"""The kernel of the interpreter that runs the tests."""


def write_notebook(path: Path, cells: Sequence[str], kernel: str = KERNEL) -> None:
    """Write a notebook of these code cells."""
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel, "language": "python"},
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
    path.write_text(json.dumps(notebook), encoding="utf-8")


def write_kernel(folder: Path, name: str = KERNEL, **environ: str) -> None:
    """Have the interpreter of the tests as a kernel, under JUPYTER_PATH and IPYTHONDIR.

    Parameters
    ----------
    folder : Path
        The server's.
    name : str
        What the kernel is called, also in the front end.
    **environ : str
        Added to the kernel's environment.
    """
    kernel = folder / "path" / "kernels" / name
    kernel.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": name,
        "language": "python",
        "env": environ,
    }
    (kernel / "kernel.json").write_text(json.dumps(spec))
    # Loaded while the page is still loading, too.
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "warm.py").write_text(
        "import pandas\nimport pyarrow\nimport anywidget\ndel pandas, pyarrow, anywidget\n"
    )


def set_up(config: Path, plugin: str, **values: object) -> None:
    """Set what a user sets in JupyterLab's settings; it counts from the next page on."""
    settings = config / "lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / f"{plugin}.jupyterlab-settings").write_text(json.dumps(values))
