"""What a Jupyter server finds in its folder: notebooks and a kernel."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

KERNEL = "python3"
"""The kernel of the interpreter that runs the tests."""
KERNEL_COMMAND = (sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}")


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


def write_kernel(
    folder: Path, name: str = KERNEL, command: Sequence[str] = KERNEL_COMMAND, **environ: str
) -> None:
    """Have a kernel under JUPYTER_PATH.

    Parameters
    ----------
    folder : Path
        The server's.
    name : str
        What the kernel is called, also in the front end.
    command : sequence of str
        What starts it.
    **environ : str
        Added to the kernel's environment.
    """
    kernel = folder / "path" / "kernels" / name
    kernel.mkdir(parents=True)
    spec = {"argv": [*command], "display_name": name, "language": "python", "env": environ}
    (kernel / "kernel.json").write_text(json.dumps(spec))


def set_up(config: Path) -> None:
    """Set what a user sets in JupyterLab's settings: its question would lie on top."""
    settings = config / "lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
