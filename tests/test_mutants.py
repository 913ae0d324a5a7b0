"""The list of deliberate faults is sound, and so is what tries them: ``tests.mutants``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.mutants.catalog import MUTANTS
from tests.mutants.mutant import Mutant
from tests.mutants.trial import Verdict, try_all

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ghl_notebook"

CHECKS = """
import os, subprocess, sys
import ghl_notebook

def test_the_answer_is_right(): assert ghl_notebook.ANSWER == 42
def test_nothing_is_looked_at(): pass
def test_it_is_wrong_anyway(): assert ghl_notebook.ANSWER == 0
def test_it_waits_for_ever():
    import time
    if ghl_notebook.ANSWER != 42:
        open(os.environ["BEGAN"], "w").write(str(os.getpid()))
        while True: time.sleep(1)
def test_a_program_imports_the_same():
    code = "import ghl_notebook; print(ghl_notebook.ANSWER)"
    assert subprocess.check_output([sys.executable, "-c", code]).strip() == b"42"
"""

INTERRUPTED = """
import sys
from pathlib import Path
from tests.mutants.mutant import Mutant
from tests.mutants.trial import try_all
fault = Mutant("It waits", "__init__.py", "42", "41", "test_it.py::it_waits_for_ever")
try:
    try_all([fault], Path(sys.argv[1]), Path(sys.executable))
except KeyboardInterrupt:
    print("interrupted")
"""


def test_each_applies_once() -> None:
    """What it changes is there exactly once."""
    for mutant in MUTANTS:
        text = (PACKAGE / mutant.file).read_text(encoding="utf-8")
        assert mutant.changed(text) is not None, mutant
        assert mutant.old != mutant.new


def test_each_names_tests_that_there_are() -> None:
    """By their file or folder, and a part of their names."""
    for test in {test for mutant in MUTANTS for test in mutant.tests.split()}:
        place, _, name = test.partition("::")
        path = ROOT / "tests" / place
        files = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
        texts = (file.read_text(encoding="utf-8") for file in files)
        assert any(re.search(rf"def test_\w*{re.escape(name)}", text) for text in texts), test


def test_each_promise_is_named_once() -> None:
    """A name chooses one of them."""
    names = [mutant.promise for mutant in MUTANTS]
    assert sorted(set(names)) == sorted(names)


def test_every_room_has_some() -> None:
    """Also its JavaScript; and they are as many as were asked for."""
    assert len(MUTANTS) >= 80
    rooms = {
        path.name.removesuffix(".py")
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert {mutant.room for mutant in MUTANTS} == rooms
    scripts = {mutant.file.partition("/")[0] for mutant in MUTANTS if mutant.file.endswith(".js")}
    assert scripts == {path.parts[-3] for path in PACKAGE.glob("*/static/*.js")}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout that is as small as can be."""
    for name, text in (("ghl_notebook/__init__.py", "ANSWER = 42\n"), ("tests/test_it.py", CHECKS)):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "tree"


@pytest.fixture
def began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a test that waits for ever says who it is."""
    monkeypatch.setenv("BEGAN", str(tmp_path / "began"))
    return tmp_path / "began"


def fault(old: str, new: str, test: str) -> Mutant:
    """Make a fault of the small checkout."""
    return Mutant(f"{old} is not {new}, by {test}", "__init__.py", old, new, f"test_it.py::{test}")


@pytest.mark.process
def test_a_fault_is_caught_or_it_is_said_why_not(tree: Path, began: Path) -> None:
    """Tests that fail anyway, or look at nothing, catch nothing; nor does a harmless change."""
    expected = {
        fault("42", "41", "the_answer_is_right"): Verdict.CAUGHT,
        fault("42", "41", "a_program_imports_the_same"): Verdict.CAUGHT,
        fault("42", "6 * 7", "the_answer_is_right"): Verdict.NOT_CAUGHT,
        fault("42", "41", "nothing_is_looked_at"): Verdict.NOT_CAUGHT,
        fault("43", "41", "the_answer_is_right"): Verdict.DOES_NOT_APPLY,
        fault("42", "41", "nobody_has_written_it"): Verdict.NO_TEST,
        fault("42", "41", "it_is_wrong_anyway"): Verdict.NOT_SOUND,
        fault("42", "(", "the_answer_is_right"): Verdict.BROKEN,
        fault("42", "41", "it_waits_for_ever"): Verdict.TIMED_OUT,
    }
    results = try_all(list(expected), tree, Path(sys.executable), jobs=2, seconds=10)
    assert {result.mutant: result.verdict for result in results} == expected
    assert (tree / "ghl_notebook" / "__init__.py").read_text() == "ANSWER = 42\n"
    assert not psutil.pid_exists(int(began.read_text()))


@pytest.mark.process
def test_an_interrupt_leaves_nothing(tree: Path, began: Path, tmp_path: Path) -> None:
    """Neither the copy nor a program."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(tree)],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    while not began.exists() or not began.read_text():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=120)[0] == "interrupted\n"
    assert list(temporary.iterdir()) == []
    assert not psutil.pid_exists(int(began.read_text()))
