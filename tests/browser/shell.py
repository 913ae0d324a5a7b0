"""Programs that log in without a notebook: scripts and shells, in a terminal or without one."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_SECONDS = 120
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/open/[\w-]+")
_LEFT_OUT = ("GHL_", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "JUPYTER", "IPYTHON")


@dataclass(slots=True)
class Shell:
    """A running program.

    Attributes
    ----------
    said : str
        What it has said to its user so far, beside its output.
    """

    said: str
    _process: subprocess.Popen[str]
    _stderr: IO[str]

    def address(self) -> str:
        """Wait until it has told its user an address, and return that."""
        for line in self._stderr:
            self.said += line
            if found := _ADDRESS.search(line):
                return found[0]
        raise AssertionError(f"No address was said, but: {self.said}")

    def complaint(self) -> str:
        """Wait until it has said everything, and return that."""
        self.said += self._stderr.read()
        return self.said

    def output(self) -> str:
        """Wait until it is done, and return what it has printed."""
        output, _ = self._process.communicate(timeout=_SECONDS)
        assert self._process.returncode == 0, self.said
        return output


@contextmanager
def run(
    *arguments: str, folder: Path, in_terminal: bool = False, **environ: str
) -> Iterator[Shell]:
    """Run Python with arguments, and end it at the end of the block.

    Parameters
    ----------
    *arguments : str
        Of the interpreter.
    folder : Path
        For what it writes.
    in_terminal : bool
        Somebody could type, and reads what it says.
    **environ : str
        Added to its environment, which names no display and no browser.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    if in_terminal:
        ours, theirs = pty.openpty()
    else:
        ours, theirs = os.pipe()
    with (
        os.fdopen(ours, encoding="utf-8", errors="replace") as stderr,
        subprocess.Popen(
            [sys.executable, *arguments],
            env=kept | {"IPYTHONDIR": str(folder)} | environ,
            cwd=folder,
            stdin=theirs if in_terminal else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
        ) as process,
    ):
        os.close(theirs)
        try:
            yield Shell("", process, stderr)
        finally:
            process.kill()


def write_browser(path: Path) -> str:
    """Write a program that keeps the address which it is to open, and return how BROWSER names it.

    The address is then in a file beside it, with ``.txt`` at the end.
    """
    path.write_text('#!/bin/sh\nprintf %s "$1" > "$0.txt"\n')
    path.chmod(0o700)
    return f"{path} %s"
