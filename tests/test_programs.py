"""The guard of the marker ``process``, in a run of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CONFTEST = """
from tests.programs import ProgramGuard

def pytest_configure(config):
    guard = ProgramGuard()
    guard.install()
    config.pluginmanager.register(guard)
"""

TESTS = """
import ctypes.util
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

PROGRAM = [sys.executable, "-c", ""]

@pytest.fixture(scope="module")
def started():
    return subprocess.run(PROGRAM)

@pytest.mark.process
def test_passes_with_the_marker():
    subprocess.run(PROGRAM)

@pytest.mark.process
def test_passes_with_a_fixture(started):
    pass

def test_fails_with_a_fixture_of_another(started):
    pass

def test_fails_without_the_marker():
    subprocess.run(PROGRAM)

def test_fails_in_a_thread():
    with ThreadPoolExecutor() as pool:
        pool.submit(subprocess.run, PROGRAM).result()

def test_fails_when_it_hides_the_error():
    with suppress(BaseException):
        subprocess.run(PROGRAM)

def test_fails_forking():
    os.fork()

def test_fails_by_multiprocessing():
    multiprocessing.get_context("spawn").Process(target=print).start()

def test_fails_by_a_shell():
    os.system("true")

def test_passes_asking_where_a_library_is():
    ctypes.util.find_library("c")
"""


@pytest.mark.process
def test_the_marker_is_held_to_what_tests_do(tmp_path: Path) -> None:
    """Whoever starts a program without it fails: in a thread, by a fixture, and in secret too."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_here.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    process\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:randomly", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    ended = re.findall(r"^(PASSED|FAILED) .*::test_(passes|fails)_(\w+)", done.stdout, re.MULTILINE)
    assert len(ended) == TESTS.count("\ndef test_"), done.stdout
    assert [
        one for one in ended if one[:2] not in (("PASSED", "passes"), ("FAILED", "fails"))
    ] == []
    assert "mark this test with pytest.mark.process: the fixture started" in done.stdout
