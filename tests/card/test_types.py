"""The card's types, by TypeScript's own compiler."""

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


def test_card_is_typed(node_modules: Path) -> None:
    """The module passes the strict check."""
    assert _check(node_modules, HERE / "tsconfig.json") == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('get("platform_name")', 'get("platfrom_name")'),
        ('type: "hello"', 'type: "helo"'),
        ("session.recheck()", "session.check()"),
    ],
)
def test_check_sees_mistakes(node_modules: Path, tmp_path: Path, right: str, wrong: str) -> None:
    """A misspelled trait, message or method is found: the check does look into the module."""
    source = (STATIC / "connect.js").read_text("utf-8")
    assert right in source
    (tmp_path / "connect.js").write_text(source.replace(right, wrong), "utf-8")
    shutil.copy(STATIC / "protocol.d.ts", tmp_path)
    project = tmp_path / "tsconfig.json"
    extends = str(HERE / "tsconfig.json")
    project.write_text(json.dumps({"extends": extends, "files": ["connect.js"]}), "utf-8")
    assert "connect.js(" in _check(node_modules, project)
