"""A program that serves on this machine: its own folder, its log, its start and its end."""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import psutil

FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTER_PATH": "path",
    "IPYTHONDIR": "ipython",
}
"""What Jupyter calls the folders that it uses, and what they are called in a program's folder."""

_START_SECONDS = 180
_STOP_SECONDS = 60


@contextmanager
def run(
    command: Sequence[str], folder: Path, ready: re.Pattern[str], **environ: str
) -> Iterator[str]:
    """Run a program until the end of the block, and give the line of its log that says it is ready.

    Nothing of it stays behind: when it is asked to end, what it has started must end with it.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    folder : Path
        For all that it reads and writes; its log is there as ``server.log``.
    ready : re.Pattern
        Found in the line that says that it is ready.
    **environ : str
        Added to its environment.
    """
    (folder / "home").mkdir()
    with subprocess.Popen(
        command,
        env=_environment(folder) | environ,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        line: Future[str] = Future()
        log = folder / "server.log"

        def read_log() -> None:
            assert process.stdout is not None
            with log.open("w", encoding="utf-8", buffering=1) as file:
                for text in process.stdout:
                    file.write(text)
                    if not line.done() and ready.search(text):
                        line.set_result(text)
            if not line.done():
                line.set_exception(RuntimeError(log.read_text(encoding="utf-8")))

        reader = threading.Thread(target=read_log)
        reader.start()
        try:
            yield line.result(_START_SECONDS)
        finally:
            _stop(process)
            reader.join()


def _stop(process: subprocess.Popen[str]) -> None:
    # Known before the end: a child whose parent has ended is nobody's child any more.
    ended = process.poll() is not None
    children = [] if ended else psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
    _, left = psutil.wait_procs(children, timeout=_STOP_SECONDS)
    behind = [" ".join(child.cmdline()) for child in left]
    for child in left:
        child.kill()
    assert behind == [], "a server has left programs behind"


def until_open(port: int) -> None:
    """Wait until somebody listens on a port of this machine."""
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, f"nobody listens on port {port}"
            time.sleep(0.02)
        else:
            return


def free_port() -> int:
    """Return a port of this machine that nobody uses.

    It is below those that systems hand out, so that no connection made in the meantime takes it.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module with the interpreter of the tests."""
    return [sys.executable, "-m", module, *arguments]


def _environment(folder: Path) -> dict[str, str]:
    # A developer's own settings, notebooks and token must not reach the tests, nor the reverse.
    others = ("GHL_", "JUPYTER", "IPYTHON", "MARIMO", "VOILA", "CONFIGPROXY", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    folders = {name: str(folder / part) for name, part in ({"HOME": "home"} | FOLDERS).items()}
    return kept | folders | {"PYTHONUNBUFFERED": "1"}
