"""Run tests with the oldest versions that ``pyproject.toml`` allows.

::

    python -m tests.floors                 # what needs no browser, from the root of the clone
    python -m tests.floors tests/frames    # other tests, and options of pytest

The versions are installed into an environment of its own, which is gone afterwards. They have to
have wheels for the Python that this is run with; 3.11 has them all.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement

from tests.environments import make_environment

ROOT: Final = Path(__file__).parents[1]

TESTS: Final = (
    *("tests/models", "tests/frames", "tests/plot", "tests/fetch", "tests/transport", "tests/api"),
    *("tests/auth", "tests/agency", "tests/login", "tests/panel", "tests/simulator"),
    *("tests/contract", "tests/diagnosis", "tests/verify", "tests/test_door.py"),
)
EXTRAS: Final = ("dask", "excel", "plot")
TOOLS: Final = {
    *("aiolimiter", "beautifulsoup4", "hypothesis", "jsonschema", "jupyter-server-proxy"),
    *("nbclient", "nbformat"),
    *("opentelemetry-instrumentation-httpx", "opentelemetry-sdk", "pillow", "playwright"),
    *("psutil", "pytest", "pytest-asyncio", "referencing", "trustme"),
}
"""Of the group ``test``: what those tests need, in its usual version."""


def floors(project: dict[str, Any]) -> list[str]:
    """Return ``name==version`` of each dependency, of the extras too, as old as it may be."""
    lines = [*project["dependencies"]]
    for extra in EXTRAS:
        lines += project["optional-dependencies"][extra]
    found = []
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate():
            (oldest,) = (s.version for s in requirement.specifier if s.operator == ">=")
            found.append(f"{requirement.name}=={oldest}")
    return found


def tools(groups: dict[str, list[Any]]) -> list[str]:
    """Return the requirements of `TOOLS`."""
    lines = [line for line in groups["test"] if isinstance(line, str)]
    found = {Requirement(line).name: line for line in lines}
    return [found[name] for name in sorted(TOOLS)]


def install(folder: Path, document: dict[str, Any]) -> Path:
    """Return the interpreter of a new environment with all of it."""
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(floors(document["project"])), encoding="utf-8")
    options = ["--only-binary", ":all:", "--constraint", constraints]
    what = ["--editable", f"{ROOT}[{','.join(EXTRAS)}]", *tools(document["dependency-groups"])]
    return make_environment(folder / "environment", *options, *what)


def main(options: Iterable[str]) -> int:
    """Run pytest, and return its exit code."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        python = install(Path(folder), document)
        command = [python, "-m", "pytest", "-p", "no:cacheprovider", *(list(options) or TESTS)]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
