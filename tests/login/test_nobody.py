"""Programs that wait for a login where nobody can log in: they say so at once, or use an id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ghl_notebook.simulator import Simulator
from tests.notebooks import Judged, run_nbval

ROOT = Path(__file__).parents[2]

# Whoever were patient would be so for longer than the test runs.
SETUP = """\
import ghl_notebook as ghl
import ghl_notebook.login.base_card

ghl_notebook.login.base_card._PATIENCE_SECONDS = 1e9
client = ghl.demo()
login = ghl.ConnectAccount(client, "instagram")
"""
SCRIPT = SETUP + 'ghl.connect(client, "instagram")\n'
SAY = "print(login.status, login.delivered_by, login.account_id)"


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the desktop of who runs the tests."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> str:
    """The account id of an earlier login at the demo's simulator, told by the environment."""
    sim = Simulator()
    account_id = next(
        login.id
        for login in sim.state.logins.values()
        if (login.platform, login.location_id) == ("instagram", sim.location_id)
    )
    monkeypatch.setenv("GHL_ACCOUNT_IDS", f"instagram={account_id}")
    return account_id


def run_script(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script without a terminal."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def make_notebook(*cells: str) -> Any:
    """Make a notebook of code cells."""
    import nbformat

    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def run_notebook(*cells: str) -> list[str]:
    """Run a notebook by nbclient, and return what each cell has printed or raised."""
    import nbclient

    notebook = make_notebook(*cells)
    nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", allow_errors=True
    ).execute()
    return [
        "".join(o.get("text", "") + o.get("ename", "") + o.get("evalue", "") for o in cell.outputs)
        for cell in notebook.cells
    ]


@pytest.mark.process
def test_script_without_a_terminal(tmp_path: Path) -> None:
    """A job that nobody watches ends at once, and names the variables to set."""
    done = run_script(SCRIPT, tmp_path)

    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said.startswith("ghl_notebook.errors.FrontEndError: ")
    assert "GHL_ACCOUNT_IDS" in said
    assert "GHL_DEMO_USER" in said


@pytest.mark.process
def test_script_with_an_earlier_login(tmp_path: Path, earlier: str) -> None:
    """The id that the environment names is checked and used."""
    done = run_script(SCRIPT.replace("\nghl.connect", "\nlogin = ghl.connect") + SAY, tmp_path)

    assert done.stdout == f"connected pasted {earlier}\n", done.stderr


WAITS = ("login.wait()", "await login", 'login = ghl.connect(client, "instagram")')
ANOTHER = 'login = ghl.ConnectAccount(client, "instagram")\nlogin;'


@pytest.mark.process
def test_nbclient() -> None:
    """A notebook that is executed without a page does not wait for one."""
    cells = [cell for wait in WAITS for cell in (ANOTHER, f"{wait};")]
    said = run_notebook(SETUP, *cells)[2::2]

    assert len(said) == len(WAITS)
    for one in said:
        assert "FrontEndError" in one
        assert "GHL_ACCOUNT_IDS" in one
        assert "GHL_DEMO_USER" in one


@pytest.mark.process
def test_nbclient_with_an_earlier_login(earlier: str) -> None:
    """The id that the environment names is checked and used."""
    cells = [cell for wait in WAITS for cell in (ANOTHER, f"{wait};", SAY)]
    said = run_notebook(SETUP, *cells)[3::3]

    assert said == [f"connected pasted {earlier}\n"] * len(WAITS)


@pytest.mark.process
def test_nbval(tmp_path: Path, earlier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook that is run as a test fails with the same error; with an id it passes."""
    monkeypatch.delenv("GHL_ACCOUNT_IDS")
    named = f"import os\nos.environ['GHL_ACCOUNT_IDS'] = 'instagram={earlier}'\n"
    notebooks = {
        "nobody": (f"{SETUP}login;", "login.wait();"),
        "earlier": (f"{named}{SETUP}login;", f"login.wait();assert login.account_id=={earlier!r}"),
    }
    for name, cells in notebooks.items():
        text = json.dumps(make_notebook(*cells))
        (tmp_path / f"{name}.ipynb").write_text(text, encoding="utf-8")
    judged = run_nbval([tmp_path / f"{name}.ipynb" for name in notebooks], tmp_path, strict=False)

    assert judged["nobody"].passed == 1
    (failed,) = judged["nobody"].failed
    assert "FrontEndError" in failed
    assert "GHL_ACCOUNT_IDS" in failed
    assert judged["earlier"] == Judged(2, [])
