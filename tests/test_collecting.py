"""A run with ``-m`` reads no file whose tests are all left out, and every other one."""

from __future__ import annotations

import pytest

from tests.collecting import FOLDERS, TESTS, is_left_out

QUICK = "not browser and not process and not exhaustive and not slow"


@pytest.mark.parametrize(
    ("name", "expression", "left_out"),
    [
        ("test_docs.py", QUICK, True),
        ("test_docs.py", "not browser", False),
        ("test_docs.py", "not process", True),
        ("test_docs.py", "process", False),
        ("test_docs.py", "not process or browser", False),
        ("test_docs.py", "not (process and browser)", False),
        ("test_docs.py", "", False),
        ("test_settings.py", QUICK, False),
        ("conftest.py", QUICK, False),
        ("browser", QUICK, True),
        ("browser", "not browser", False),
        ("api", QUICK, False),
    ],
)
def test_only_what_is_deselected_anyway_is_left_out(
    name: str, expression: str, left_out: bool
) -> None:
    """By the marker of the whole file, or where a folder has nothing else."""
    assert is_left_out(TESTS / name, expression) is left_out


def test_the_folders_exist() -> None:
    """That all of their tests have the markers is checked when they are collected."""
    assert all((TESTS / name / "conftest.py").exists() for name in FOLDERS)
