"""A process that has loaded what a notebook's kernel loads, and forks each kernel of the tests.

Most of a fresh kernel's work is the import of pandas. A forked one has that from its parent, and
otherwise is a process of its own. Nothing of ghl_notebook is loaded before the fork: a kernel finds
it as a user's kernel does, and it does not find itself in a forked process.

``launcher.py`` is what Jupyter starts, and takes for the kernel.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

READY = "waits for kernels"
_LOADED = (
    *("anywidget", "ipykernel.kernelapp", "ipywidgets", "pandas", "pyarrow", "pyarrow.compute"),
    *("anyio", "filelock", "httpx", "keyring", "msgspec", "platformdirs", "tqdm"),
    *("starlette.applications", "starlette.routing", "starlette.responses", "uvicorn"),
)


@contextmanager
def serve(folder: Path) -> Iterator[list[str]]:
    """Start the process, give the command of its kernels, and stop it afterwards.

    Parameters
    ----------
    folder : Path
        Empty, for all that it reads and writes.
    """
    from .program import run  # not needed by the process itself

    door = folder / "door"
    launcher = Path(__file__).with_name("launcher.py")
    with run([sys.executable, "-P", __file__, str(door)], folder, re.compile(READY)):
        yield [sys.executable, "-I", "-S", str(launcher), str(door), "{connection_file}"]


def main(door: str) -> None:
    """Fork a kernel for each launcher that comes."""
    for name in _LOADED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, _bury)
    gc.freeze()  # what is shared with the kernels stays shared
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(door)
        listening.listen()
        print(READY, flush=True)
        while True:
            launcher, _ = listening.accept()
            with launcher:
                _, outputs, *_ = socket.recv_fds(launcher, 1, 3)
                request = json.loads(launcher.makefile("rb").readline())
                pid = os.fork()
                if not pid:
                    listening.close()
                    _be_kernel(launcher, outputs, request)
                launcher.sendall(b"%d\n" % pid)
            for output in outputs:
                os.close(output)


def _bury(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _be_kernel(launcher: socket.socket, outputs: list[int], request: dict[str, Any]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, output in enumerate(outputs):
        os.dup2(output, number)
        os.close(output)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environ"])
    threading.Thread(target=_end_with, args=(launcher,), daemon=True).start()
    atexit.register(os._exit, 0)  # after all else, and in place of clearing the memory
    from ipykernel.kernelapp import launch_new_instance

    parent = f"--IPKernelApp.parent_handle={os.getppid()}"  # when that is gone, the kernel ends
    launch_new_instance(argv=["-f", request["connection_file"], parent])
    sys.exit()


def _end_with(launcher: socket.socket) -> None:
    # It never says any more: what comes is its end, by a signal or not.
    launcher.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
