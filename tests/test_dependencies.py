"""Whatever is imported is declared in ``pyproject.toml``, and the other way round."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rooms import ROOT

_DOCUMENT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = _DOCUMENT["project"]
GROUPS = _DOCUMENT["dependency-groups"]
OURS = {"ghl_notebook", "tests", "docs", "notebooks", "of_the_package"}

# Room of the package → the extra whose packages it may import as well.
EXTRA_OF = {"agency": "dask", "export": "excel", "plot": "plot"}

_IMPORT = re.compile(
    r"^ *(?:from (?P<single>[A-Za-z_]\w*)[\w.]* import\b"
    r"|import (?P<several>\w[\w., ]*)(?: *#.*)?$)",
    re.MULTILINE,
)

NOT_IMPORTED = {"ipywidgets", "sniffio"}
"""Required although nothing in the package imports them: anywidget and httpcore do."""

INSTALLED_ELSEWHERE = {"highlevel"}
"""The vendor's SDK: benchmarks install it for themselves."""


def of_group(name: str) -> list[str]:
    """Return the requirements of a dependency group, and of those that it includes."""
    lines = []
    for line in GROUPS[name]:
        lines += [line] if isinstance(line, str) else of_group(line["include-group"])
    return lines


def declared(*extras: str, group: str | None = None) -> set[str]:
    """Return the names that are required, with those of some extras and of a group."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    if group is not None:
        lines += of_group(group)
    found = set()
    for requirement in map(Requirement, lines):
        if requirement.name == PROJECT["name"]:
            found |= declared(*requirement.extras)
        else:
            found.add(canonicalize_name(requirement.name))
    return found


@cache
def _distributions() -> dict[str, set[str]]:
    return {
        module: {canonicalize_name(one) for one in names}
        for module, names in packages_distributions().items()
    }


def imported(paths: Iterable[Path]) -> dict[str, set[str]]:
    """Return the modules of other packages that are imported, with the files that do so.

    By lines, also in functions and in programs that tests start: parsing all files takes seconds.
    """
    found: dict[str, set[str]] = {}
    for path in paths:
        for match in _IMPORT.finditer(path.read_text(encoding="utf-8")):
            for name in (match["single"] or match["several"]).split(", "):
                top = name.partition(".")[0].partition(" ")[0]
                if top not in sys.stdlib_module_names and top not in OURS:
                    found.setdefault(top, set()).add(str(path.relative_to(ROOT)))
    return found


def undeclared(modules: dict[str, set[str]], names: set[str]) -> dict[str, set[str]]:
    """Return the modules, with their files, that come from none of the packages."""
    return {
        module: files
        for module, files in modules.items()
        # A module that is not installed here is taken to be called like its package.
        if not _distributions().get(module, {canonicalize_name(module)}) & names
    }


def rooms() -> dict[str, list[Path]]:
    """Return the files of each room of the package."""
    found: dict[str, list[Path]] = {}
    for path in (ROOT / "ghl_notebook").rglob("*.py"):
        room = path.relative_to(ROOT / "ghl_notebook").parts[0].removesuffix(".py")
        found.setdefault(room, []).append(path)
    return found


@pytest.mark.slow
def test_what_the_package_imports_is_declared() -> None:
    """A package that only comes along with another one may be gone with its next release."""
    faults = {}
    for room, paths in rooms().items():
        extras = [EXTRA_OF[room]] if room in EXTRA_OF else []
        if missing := undeclared(imported(paths), declared(*extras)):
            faults[room] = missing
    assert faults == {}


def test_what_is_declared_is_imported() -> None:
    """A dependency that nothing uses any more is not installed for everybody."""
    used: set[str] = set()
    for paths in rooms().values():
        for module in imported(paths):
            used |= _distributions().get(module, {canonicalize_name(module)})
    assert declared(*EXTRA_OF.values()) - used == NOT_IMPORTED


def test_what_tests_and_documentation_import_is_declared() -> None:
    """What ``tests/run`` installs is enough for them."""
    paths = [path for folder in ("tests", "docs") for path in (ROOT / folder).rglob("*.py")]
    assert (
        set(undeclared(imported(paths), declared("dask", "excel", "plot", group="test")))
        == INSTALLED_ELSEWHERE
    )


@pytest.mark.parametrize(
    ("module", "is_declared"),
    [("IPython", True), ("PIL", False), ("jupyter_client", False), ("no_such_module", False)],
)
def test_the_checker_knows_a_package_by_its_modules(module: str, is_declared: bool) -> None:
    """Package and module may have different names."""
    assert (undeclared({module: {"x.py"}}, declared()) == {}) is is_declared


def test_each_dependency_has_its_reason() -> None:
    """CONTRIBUTING says in a line why each package is needed, and names no other."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("\n## Dependencies\n")[2].partition("\n### ")[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    core = [row[0] for row in rows if len(row) == 2]
    extras: dict[str, list[str]] = {}
    name = ""
    for extra, packages, _ in (row for row in rows if len(row) == 3):
        name = extra.strip("`") or name
        extras.setdefault(name, []).append(packages)
    assert _names(core[2:]) == _required(PROJECT["dependencies"])
    for extra, lines in (PROJECT["optional-dependencies"] | GROUPS).items():
        own = [line for line in lines if isinstance(line, str)]
        assert _names(extras[extra]) == _required(own), extra


def _names(cells: list[str]) -> set[str]:
    listed = [one for cell in cells for one in re.split(r", (?![^\[]*\])", cell)]
    return _required(listed)


def _required(lines: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines}
