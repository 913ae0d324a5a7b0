"""The rooms of the package: which may import which, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rooms import (
    CHARTS,
    MAY_IMPORT,
    MUST_NOT_KNOW,
    ROOT,
    TESTED_ELSEWHERE,
    importers,
    main,
    names,
    paths_of,
)

PACKAGE = ROOT / "ghl_notebook"

LOGINS = ("ghl_notebook.login.app", "ghl_notebook.login.social")

_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


def room_of(module: str) -> str:
    """Return the room that a dotted name leads to."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else "__init__"


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Yield line and absolute name of every import, also of those inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def faults(source: str, module: str, *, package: str) -> list[str]:
    """Return what a module's imports and names do that its room may not.

    Parameters
    ----------
    source : str
        The module.
    module, package : str
        Its dotted name, and that of the package which holds it: its own for an ``__init__``.
    """
    room = room_of(module)
    tree = ast.parse(source)
    found = []
    for line, name in imports(tree, package):
        top = name.partition(".")[0]
        if top == "ghl_notebook":
            other = room_of(name)
            if other not in {room, *MAY_IMPORT[room]}:
                found.append(f"{module}:{line} {room} imports {other}")
        elif top in MUST_NOT_KNOW[room] or (top in CHARTS and room != "plot"):
            found.append(f"{module}:{line} {room} knows {top}")
        if name in {"importlib.import_module"} | {f"os.{n}" for n in _ENVIRONMENT}:
            found.append(f"{module}:{line} from-import of {name}")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if room != "settings" and node.attr in _ENVIRONMENT and _named(node.value, "os"):
            found.append(f"{module}:{node.lineno} {room} reads os.{node.attr}")
        if room != "__init__" and node.attr == "import_module":
            found.append(f"{module}:{node.lineno} {room} imports by a string")
    return found


def _named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def modules() -> dict[str, Path]:
    """Return the package's modules by their dotted names."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ["ghl_notebook", *path.relative_to(PACKAGE).with_suffix("").parts]
        found[".".join(parts)] = path
    return found


@pytest.mark.slow
def test_every_module_keeps_to_its_room() -> None:
    """A module imports only rooms above its own, and no library that its room must not know."""
    found = []
    for module, path in modules().items():
        name = module.removesuffix(".__init__")
        package = name if path.name == "__init__.py" else module.rpartition(".")[0]
        found += faults(path.read_text("utf-8"), name, package=package)
    assert found == []


def test_the_two_logins_share_only_their_base() -> None:
    """`login.social` and `login.app` do not import each other, and their base imports neither."""
    found = []
    for module, path in modules().items():
        name = module.removesuffix(".__init__")
        package = name if path.name == "__init__.py" else module.rpartition(".")[0]
        side = next((one for one in LOGINS if f"{name}.".startswith(f"{one}.")), None)
        if not name.startswith("ghl_notebook.login"):
            continue
        for line, other in imports(ast.parse(path.read_text("utf-8")), package):
            if any(f"{other}.".startswith(f"{one}.") for one in LOGINS if one != side):
                found.append(f"{module}:{line} imports {other}")
    assert found == []


def test_every_room_of_the_package_is_in_the_table() -> None:
    """A new room has to be given its place in the table."""
    rooms = {
        path.stem
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
    }
    assert rooms == set(MAY_IMPORT)


def test_the_table_has_no_circle() -> None:
    """No two rooms may import each other, not even by way of a third."""
    above: dict[str, set[str]] = {}
    left = dict(MAY_IMPORT)
    while left:
        ready = [room for room, others in left.items() if others - {room} <= set(above)]
        assert ready, f"a circle among {sorted(left)}"
        for room in ready:
            above[room] = left.pop(room)


def test_importing_the_package_imports_no_room() -> None:
    """Rooms load on first use: `__init__.py` imports none outside of its functions."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    tree.body = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    names = [name for _, name in imports(tree, "ghl_notebook")]
    assert not [name for name in names if name.startswith("ghl_notebook")]


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("ghl_notebook.errors", "from .settings import Settings", "errors imports settings"),
        ("ghl_notebook.errors", "import httpx", "errors knows httpx"),
        ("ghl_notebook.models.x", "from ..api import Client", "models imports api"),
        ("ghl_notebook.models.x", "from .. import api", "models imports api"),
        ("ghl_notebook.models.x", "import ghl_notebook.frames.accounts", "models imports frames"),
        ("ghl_notebook.api.x", "def f():\n    import pandas as pd", "api knows pandas"),
        ("ghl_notebook.api.x", "from pandas.core import frame", "api knows pandas"),
        ("ghl_notebook.frames.x", "def f():\n    import altair as alt", "frames knows altair"),
        ("ghl_notebook.plot.x", "from ..fetch import fetch_posts", "plot imports fetch"),
        ("ghl_notebook.plot.x", "import anywidget", "plot knows anywidget"),
        ("ghl_notebook.login.x", "from ghl_notebook import frames", "login imports frames"),
        ("ghl_notebook.login.x", "from ghl_notebook import Client", "login imports __init__"),
        ("ghl_notebook.simulator.x", "from ..errors import GHLError", "simulator imports errors"),
        (
            "ghl_notebook.models.x",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import httpx",
            "models knows httpx",
        ),
        ("ghl_notebook.api.x", "import os\nos.environ['A']", "api reads os.environ"),
        ("ghl_notebook.login.x", "import os\nos.getenv('A')", "login reads os.getenv"),
        ("ghl_notebook.auth.x", "from os import environ", "from-import of os.environ"),
        ("ghl_notebook.auth", "import importlib\nimportlib.import_module('x')", "by a string"),
    ],
)
def test_the_checker_catches_a_violation(module: str, source: str, fault: str) -> None:
    """Each kind of violation is found in a module made up for it."""
    found = faults(source, module, package=module.rpartition(".")[0])
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ghl_notebook.settings", "import os\nos.environ"),
        ("ghl_notebook.fetch.x", "from ..api import Client\nfrom .dispatch import call_one"),
        ("ghl_notebook.models.x", "from . import record\nfrom ghl_notebook.errors import GHLError"),
        ("ghl_notebook.plot.x", "from ..errors import GHLError\nimport altair, pandas"),
        ("ghl_notebook.api.x", "import os\nos.getpid()"),
    ],
)
def test_the_checker_lets_sound_imports_pass(module: str, source: str) -> None:
    """What a room may import is no fault."""
    assert faults(source, module, package=module.rpartition(".")[0]) == []


# Which tests are a room's.


def test_a_room_has_its_own_tests_and_those_of_its_importers() -> None:
    """Whoever changes `fetch` runs its tests, then those of the rooms that stand on it."""
    assert importers("fetch") == ["panel", "command", "_demo", "__init__"]
    paths = paths_of("fetch")
    assert paths[:2] == ["tests/fetch", "tests/panel"]
    assert not {"tests/api", "tests/card", "tests/browser"} & set(paths)


def test_every_name_leads_to_tests() -> None:
    """The paths of a room, and of a folder or file of tests, exist, and each is named once."""
    for name in names():
        paths = paths_of(name)
        assert paths, name
        assert len(set(paths)) == len(paths)
        for path in paths:
            assert (ROOT / path).exists(), (name, path)
    assert set(TESTED_ELSEWHERE) <= set(MAY_IMPORT)


def test_every_file_of_tests_has_a_name() -> None:
    """No test is out of reach of the command."""
    reached = {ROOT / path for name in names() for path in paths_of(name)}
    for path in (ROOT / "tests").rglob("test_*.py"):
        assert {path, *path.parents} & reached, path


def test_the_command_prints_one_path_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Several names are one list, without repetitions."""
    monkeypatch.setattr("sys.argv", ["rooms", "card", "fetch", "panel"])
    main()
    paths = capsys.readouterr().out.splitlines()
    assert paths[:3] == ["tests/card", "tests/fetch", "tests/panel"]
    assert len(set(paths)) == len(paths)


def test_the_command_lists_the_rooms_when_it_knows_no_such_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the pen is answered with the names that there are."""
    monkeypatch.setattr("sys.argv", ["rooms", "fetsch"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "fetsch" in said.err
    assert all(name in said.err for name in (*MAY_IMPORT, "card", "standins"))
