"""The cards' types, by TypeScript's own compiler."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.card.harness import HERE, STATIC

pytestmark = pytest.mark.process


def _check(node_modules: Path, project: Path) -> str:
    tsc = node_modules / ".bin" / "tsc"
    command = [tsc, "--project", project, "--pretty", "false"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_cards_are_typed(node_modules: Path) -> None:
    """The modules pass the strict check."""
    assert _check(node_modules, HERE / "tsconfig.json") == ""


MISTAKES = [
    ("connect.js", 'get("platform_name")', 'get("platfrom_name")'),
    ("connect_session.js", 'type: "recheck"', 'type: "rechek"'),
    ("connect.js", "session.recheck()", "session.check()"),
    ("app.js", 'get("listens")', 'get("listen")'),
    ("app.js", 'type: "redirected"', 'type: "redirect"'),
    ("app.js", "openWindow(null, OPENING, true)", "openWindow(OPENING, false)"),
]


def test_check_sees_mistakes(node_modules: Path, tmp_path: Path) -> None:
    """A misspelled trait, message or method is found: the check does look into the modules."""
    rooms = STATIC.parent.parent
    files = []
    for number, (name, right, wrong) in enumerate(MISTAKES):
        source = (STATIC / name).read_text("utf-8")
        assert right in source
        copy = tmp_path / str(number)
        shutil.copytree(rooms / "widgets" / "static", copy / "widgets" / "static")
        folder = shutil.copytree(STATIC, copy / "login" / "static")
        (folder / name).write_text(source.replace(right, wrong), "utf-8")
        files.append(f"{number}/login/static/{name}")
    project = tmp_path / "tsconfig.json"
    extends = str(HERE / "tsconfig.json")
    project.write_text(json.dumps({"extends": extends, "files": files}), "utf-8")
    said = _check(node_modules, project)
    assert [file for file in files if f"{file}(" not in said] == []
