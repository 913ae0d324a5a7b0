"""The notebooks run from top to bottom without a browser, and are saved clean."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def run_nbval(path: Path) -> subprocess.CompletedProcess[str]:
    """Run a notebook with strict nbval, the simulator playing the user."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "nbval.plugin"),
            *("--import-mode=importlib", "--rootdir", str(path.parent)),
            *("--nbval", "--nbval-current-env", str(path)),
        ],
        env={**os.environ, "GHL_DEMO_USER": "simulated"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def outputs(path: Path) -> list[dict[str, object]]:
    """Return all saved outputs of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def test_there_are_notebooks() -> None:
    """The tests below have something to look at."""
    assert [path.stem for path in NOTEBOOKS] == [
        "connect-instagram",
        "keep-connections-healthy",
        "schedule-a-month",
        "what-worked-last-month",
        "whole-agency",
    ]


@pytest.mark.process
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_gives_its_saved_outputs(path: Path) -> None:
    """A new run of every cell gives exactly what is saved."""
    result = run_nbval(path)

    assert result.returncode == 0, result.stdout + result.stderr
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert f"{sum(c['cell_type'] == 'code' for c in cells)} passed" in result.stdout


@pytest.mark.process
def test_nbval_notices_another_output(tmp_path: Path) -> None:
    """The comparison is a real one: a changed output fails."""
    notebook = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    cell = next(c for c in notebook["cells"] if c["source"][-1:] == ["login.status"])
    cell["outputs"][0]["data"]["text/plain"] = ["'cancelled'"]
    changed = tmp_path / "changed.ipynb"
    changed.write_text(json.dumps(notebook), encoding="utf-8")

    result = run_nbval(changed)

    assert result.returncode == 1
    assert "1 failed" in result.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_saved_clean(path: Path) -> None:
    """No widget state, no error, no token, no address of this computer is in the file."""
    text = path.read_text(encoding="utf-8")

    assert "widgets" not in json.loads(text)["metadata"]
    assert "widget-view+json" not in text  # shown as "model not found" until the cell has run
    assert outputs(path)
    assert not [o for o in outputs(path) if o["output_type"] == "error"]
    assert not re.search(r"pit-|-simulated|Bearer |state=|127\.0\.0\.1|/home/|/tmp/", text)
