"""What a run need not read because its ``-m`` deselects all of it: reading files takes seconds."""

from __future__ import annotations

import re
from pathlib import Path

from tests.programs import MARKERS

TESTS = Path(__file__).parent

FOLDERS = {"browser", "standins"}
"""Folders in which each test has one of `MARKERS`."""

_PYTESTMARK = re.compile(r"^pytestmark = pytest\.mark\.(\w+)$", re.MULTILINE)


def is_left_out(path: Path, expression: str) -> bool:
    """Tell whether an expression deselects all tests of a file or folder.

    Parameters
    ----------
    path : pathlib.Path
        The file or folder.
    expression : str
        What ``-m`` has. Only forms such as ``not browser and not process`` leave anything out.
    """
    terms = [term.strip() for term in expression.split(" and ")]
    left_out = {term.removeprefix("not ") for term in terms}
    if not all(re.fullmatch(r"not \w+", term) for term in terms):
        return False
    if path.is_dir():
        return path.parent == TESTS and path.name in FOLDERS and left_out >= MARKERS
    if not path.match("test_*.py"):
        return False
    found = _PYTESTMARK.search(path.read_text(encoding="utf-8"))
    return found is not None and found[1] in left_out
