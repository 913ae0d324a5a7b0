"""The wheel alone, in a fresh environment and an empty folder, does what the README says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.environments import make_environment
from tests.folding import folded

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]

DEMO = """
import ghl_notebook as ghl

client = ghl.demo()
login = ghl.ConnectAccount(client, "instagram")
print(login)
login.wait(timeout=60)
print(login)
available = ghl.fetch_available_accounts(client, login)
print(available["name"].to_list())
attached = ghl.attach(client, login, "17841405123456789")
print(attached.name)
accounts = ghl.fetch_accounts(client)
print(accounts.loc[accounts["origin_id"] == "17841405123456789", "name"].to_list())
client.close()
print(ghl.__file__)
"""


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    """Run a program that must succeed, and return what it printed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GHL_", "PYTHONPATH"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=kept | environ,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this source."""
    folder = tmp_path_factory.mktemp("dist")
    # The build backend need not be fetched where it is installed already.
    isolation = ["--no-isolation"] if find_spec("hatchling") else []
    run(
        *(sys.executable, "-m", "build", "--wheel", *isolation, "--outdir", folder, ROOT),
        cwd=folder,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment with the wheel, and what it asks for, alone."""
    return make_environment(tmp_path_factory.mktemp("environment"), wheel)


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_has_every_file_of_the_package(names: set[str]) -> None:
    """Nothing that a running package reads is left out."""
    source = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ghl_notebook").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert source <= names


@folded(
    "name",
    [
        "ghl_notebook/__init__.pyi",
        "ghl_notebook/py.typed",
        "ghl_notebook/login/static/app.css",
        "ghl_notebook/login/static/app.js",
        "ghl_notebook/login/static/app.json",
        "ghl_notebook/login/static/connect.js",
        "ghl_notebook/login/static/connect.json",
        "ghl_notebook/login/static/card.css",
        "ghl_notebook/login/static/page.css",
        "ghl_notebook/login/static/page.html",
        "ghl_notebook/login/static/page.js",
        "ghl_notebook/login/static/message.html",
        "ghl_notebook/login/static/session.js",
        "ghl_notebook/panel/static/columns.js",
        "ghl_notebook/panel/static/grid.js",
        "ghl_notebook/panel/static/list.js",
        "ghl_notebook/panel/static/embedded.css",
        "ghl_notebook/panel/static/panel.css",
        "ghl_notebook/panel/static/panel.js",
        "ghl_notebook/simulator/static/finish.js",
        "ghl_notebook/simulator/static/page.css",
        "ghl_notebook/verify/documents.json",
        "ghl_notebook/widgets/static/box.css",
        "ghl_notebook/widgets/static/parts.js",
    ],
)
def test_wheel_has_what_is_no_module(names: set[str], name: str) -> None:
    """Types are announced, and cards and consent pages have their script and style."""
    assert name in names


def test_wheel_has_nothing_else(names: set[str]) -> None:
    """Tests, notebooks and caches stay at home."""
    folders = {name.split("/")[0].split("-")[0] for name in names}

    assert folders == {"ghl_notebook"}
    assert not [name for name in names if "__pycache__" in name]


def test_wheel_has_its_licence(names: set[str]) -> None:
    """Whoever passes it on has the terms."""
    assert [name for name in names if name.endswith("/licenses/LICENSE")]


def test_the_package_index_would_take_it(wheel: Path) -> None:
    """Its metadata are complete, the README is shown, and no file lies where it must not."""
    assert "PASSED" in run(
        sys.executable, "-m", "twine", "check", "--strict", wheel, cwd=wheel.parent
    )
    assert "OK" in run(sys.executable, "-m", "check_wheel_contents", wheel, cwd=wheel.parent)


def test_demo_runs_from_the_wheel(python: Path, tmp_path: Path) -> None:
    """From a login to a frame, with warnings as errors and no source nearby."""
    said = run(python, "-W", "error", "-c", DEMO, cwd=tmp_path, GHL_DEMO_USER="simulated")

    *printed, file = said.splitlines()
    assert printed == [
        "ConnectAccount('instagram', status='idle')",
        "ConnectAccount('instagram', status='connected')",
        "['Café Lumière', '東京ラーメン日記', 'مقهى الياسمين', "
        "'🌿 Green Corner Garden Centre & Florist: Weddings, Events, Everyday Flowers']",
        "Café Lumière",
        "['Café Lumière']",
    ]
    assert Path(file).is_relative_to(python.parents[1])


def test_every_module_imports_without_extras(python: Path, tmp_path: Path) -> None:
    """What the package imports is what it asks for, but for classes that extend an extra's."""
    code = (
        "import importlib, pkgutil, ghl_notebook\n"
        "for found in pkgutil.walk_packages(ghl_notebook.__path__, 'ghl_notebook.'):\n"
        "    if not found.name.endswith(('__main__', 'plot.display')):\n"
        "        print(importlib.import_module(found.name).__name__)\n"
    )
    said = run(python, "-c", code, cwd=tmp_path)

    assert {"ghl_notebook.login.social.connect_card", "ghl_notebook.fetch.accounts"} <= set(
        said.split()
    )


def test_charts_name_the_extra_that_they_need(python: Path, tmp_path: Path) -> None:
    """Altair is none of what the wheel asks for."""
    code = (
        "import ghl_notebook as ghl\n"
        "try:\n"
        "    ghl.plot_expiry(None)\n"
        "except ghl.GHLError as error:\n"
        "    print(error)\n"
    )

    assert 'pip install ".[plot]"' in run(python, "-c", code, cwd=tmp_path)


def test_every_public_name_is_there(python: Path, tmp_path: Path) -> None:
    """The door opens in the wheel as well."""
    code = "import ghl_notebook as g; print(*[n for n in g.__all__ if getattr(g, n) is None])"

    assert run(python, "-c", code, cwd=tmp_path).split() == []


def test_the_command_is_installed(python: Path, tmp_path: Path) -> None:
    """`ghl-notebook` names what it can do."""
    said = run(python.with_name("ghl-notebook"), "--help", cwd=tmp_path)

    assert "doctor" in said
    assert "verify-live" in said


def test_simulators_command_runs(python: Path, tmp_path: Path) -> None:
    """It prints what a shell needs, and serves until it is interrupted."""
    with subprocess.Popen(
        [python, "-u", "-m", "ghl_notebook.simulator"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        lines = [command.stdout.readline().partition("=")[0] for _ in range(4)]
        command.send_signal(signal.SIGINT)
        command.communicate(timeout=60)

    names = ("BASE_URL", "TOKEN", "LOCATION_ID", "USER_ID")
    assert lines == [f"export GHL_{name}" for name in names]
