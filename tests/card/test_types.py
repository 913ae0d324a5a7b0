"""The cards' types, by TypeScript's own compiler."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.card.harness import HERE, STATIC


def _check(node_modules: Path, project: Path) -> str:
    tsc = node_modules / ".bin" / "tsc"
    command = [tsc, "--project", project, "--pretty", "false"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_cards_are_typed(node_modules: Path) -> None:
    """The modules pass the strict check."""
    assert _check(node_modules, HERE / "tsconfig.json") == ""


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("connect.js", 'get("platform_name")', 'get("platfrom_name")'),
        ("connect.js", 'type: "recheck"', 'type: "rechek"'),
        ("connect.js", "session.recheck()", "session.check()"),
        ("app.js", 'get("listens")', 'get("listen")'),
        ("app.js", 'type: "redirected"', 'type: "redirect"'),
        ("app.js", "openWindow(null, OPENING)", "openWindow(OPENING)"),
    ],
)
def test_check_sees_mistakes(
    node_modules: Path, tmp_path: Path, name: str, right: str, wrong: str
) -> None:
    """A misspelled trait, message or method is found: the check does look into the module."""
    source = (STATIC / name).read_text("utf-8")
    assert right in source
    rooms = STATIC.parent.parent
    shutil.copytree(rooms / "widgets" / "static", tmp_path / "widgets" / "static")
    folder = shutil.copytree(STATIC, tmp_path / "login" / "static")
    (folder / name).write_text(source.replace(right, wrong), "utf-8")
    project = folder / "tsconfig.json"
    extends = str(HERE / "tsconfig.json")
    project.write_text(json.dumps({"extends": extends, "files": [name]}), "utf-8")
    assert f"{name}(" in _check(node_modules, project)
