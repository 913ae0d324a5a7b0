"""A copy of the tree, in which faults are made and tests are run."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

_LEFT_OUT: Final = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "node_modules", "_build",
    "test-results",
)  # fmt: skip
# Of the plugins those that the tests need: each run would pay seconds for the others.
_PYTEST: Final = (
    *("-m", "pytest", "--disable-plugin-autoload", "-p", "pytest_asyncio.plugin"),
    *("-p", "xdist.plugin", "-p", "no:cacheprovider", "-q", "-rpfE", "--no-header"),
)
_OUTCOME: Final = re.compile(r"^(PASSED|FAILED|ERROR) (\S+::.*?)(?: - .*)?$", re.MULTILINE)
_WHICH: Final = "import ghl_notebook; print(ghl_notebook.__file__)"
_PATIENCE: Final = 15.0
"""Seconds that pytest has for closing browsers and servers when it is interrupted."""


class StoppedError(Exception):
    """The run was interrupted."""


class Copy:
    """A copy of a checkout. Its tests, and all programs that they start, import this copy.

    Parameters
    ----------
    tree : pathlib.Path
        The checkout.
    python : pathlib.Path
        The interpreter of its environment.
    folder : pathlib.Path
        Where to put the copy; it must not be there yet.
    """

    def __init__(self, tree: Path, python: Path, folder: Path) -> None:
        shutil.copytree(tree, folder, ignore=_LEFT_OUT)
        for modules in tree.glob("tests/*/node_modules"):
            (folder / modules.relative_to(tree)).symlink_to(modules)
        self.folder = folder
        self._python = python
        self._output = folder.with_suffix(".txt")
        self._running: subprocess.Popen[bytes] | None = None
        self._is_stopped = False
        self._lock = threading.Lock()
        # No bytecode is written: of two changes within a second, the second might not be noticed.
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GHL_")}
        self._environ = kept | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        found = self._start("-c", _WHICH, cwd=folder.parent)
        if Path(found.strip()).parent.parent.resolve() != folder.resolve():
            raise RuntimeError(f"{found.strip()} is imported, and not the copy in {folder}")

    def collect(self, files: Collection[str]) -> list[str]:
        """Return the ids of all tests in files and folders below ``tests/``."""
        paths = [f"tests/{file}" for file in sorted(files)]
        output = self._start(*_PYTEST, "--collect-only", *paths, cwd=self.folder)
        return [line for line in output.splitlines() if line.startswith("tests/") and "::" in line]

    def test(self, ids: Sequence[str], seconds: float | None, *options: str) -> dict[str, bool]:
        """Run tests, and return which have passed.

        Parameters
        ----------
        ids : sequence of str
            The tests.
        seconds : float or None
            How long they may take.
        options : str
            Further ones of pytest.

        Raises
        ------
        TimeoutError
            If they take longer.
        StoppedError
            After `stop`.
        """
        chosen = self.folder.with_suffix(".args")
        chosen.write_text("\n".join(ids), encoding="utf-8")
        output = self._start(*_PYTEST, *options, f"@{chosen}", cwd=self.folder, seconds=seconds)
        passed = {name: kind == "PASSED" for kind, name in _OUTCOME.findall(output)}
        if not passed:
            raise RuntimeError(output[-2000:])
        return passed

    def stop(self) -> None:
        """End what runs, with all that it has started; from another thread."""
        with self._lock:
            self._is_stopped = True
            running = self._running
        if running is not None:
            _end(running)

    def _start(self, *arguments: str, cwd: Path, seconds: float | None = None) -> str:
        with self._output.open("wb") as output:
            with self._lock:
                if self._is_stopped:
                    raise StoppedError
                process = self._running = subprocess.Popen(
                    [self._python, *arguments],
                    cwd=cwd,
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for us, who end it
                )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                _end(process)
                raise TimeoutError from None
        if self._is_stopped:
            raise StoppedError
        return self._output.read_text(encoding="utf-8", errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        for one in [*started, psutil.Process(process.pid)]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()
