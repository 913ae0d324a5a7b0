"""The notebooks run from top to bottom without a browser, and are saved clean."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.notebooks import Judged, run_nbval

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    """What strict nbval says of all notebooks, the simulator playing the user.

    Of the login there is another copy, with an output that is changed.
    """
    folder = tmp_path_factory.mktemp("nbval")
    changed = json.loads(NOTEBOOKS[1].read_text(encoding="utf-8"))
    cell = next(c for c in changed["cells"] if c["source"][-1:] == ["login.status"])
    cell["outputs"][0]["data"]["text/plain"] = ["'cancelled'"]
    (folder / "changed.ipynb").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GHL_DEMO_USER", "simulated")
        return run_nbval([*NOTEBOOKS, folder / "changed.ipynb"], folder)


def outputs(path: Path) -> list[dict[str, object]]:
    """Return all saved outputs of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def test_there_are_notebooks() -> None:
    """The tests below have something to look at."""
    assert [path.stem for path in NOTEBOOKS] == [
        "client-report",
        "connect-instagram",
        "keep-connections-healthy",
        "schedule-a-month",
        "what-worked-last-month",
        "whole-agency",
    ]


@pytest.mark.process
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_gives_its_saved_outputs(judged: dict[str, Judged], path: Path) -> None:
    """A new run of every cell gives exactly what is saved."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]

    assert judged[path.stem].failed == []
    assert judged[path.stem].passed == sum(c["cell_type"] == "code" for c in cells)


@pytest.mark.process
def test_nbval_notices_another_output(judged: dict[str, Judged]) -> None:
    """The comparison is a real one: a changed output fails."""
    (failed,) = judged["changed"].failed

    assert "'cancelled'" in failed


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_saved_clean(path: Path) -> None:
    """No widget state, no error, no token, no address of this computer is in the file."""
    text = path.read_text(encoding="utf-8")

    assert "widgets" not in json.loads(text)["metadata"]
    assert "widget-view+json" not in text  # shown as "model not found" until the cell has run
    assert outputs(path)
    assert not [o for o in outputs(path) if o["output_type"] == "error"]
    assert not re.search(r"pit-|-simulated|Bearer |state=|127\.0\.0\.1|/home/|/tmp/", text)
