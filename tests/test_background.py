"""What the background loop's module does for the others: forks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from ghl_notebook.background import after_fork, hold_during_fork
from tests.rooms import ROOT

_FORKS = """
import os, threading
from ghl_notebook.background import after_fork, hold_during_fork

seen = []

@after_fork
def note():
    seen.append(os.getpid())

lock = threading.Lock()
hold_during_fork(lock)
is_held, may_release = threading.Event(), threading.Event()

def work():
    with lock:
        is_held.set()
        may_release.wait()
        seen.append("worked")

thread = threading.Thread(target=work)
thread.start()
is_held.wait()
os.register_at_fork(before=may_release.set)  # what is registered last is called first
child = os.fork()
if child == 0:
    right = seen == ["worked", os.getpid()] and lock.acquire(blocking=False)
    os._exit(0 if right else 1)
status = os.waitpid(child, 0)[1]
thread.join()
assert seen == ["worked"], seen
assert lock.acquire(blocking=False)
print(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.process
def test_a_fork_waits_for_a_lock_and_calls_what_is_registered() -> None:
    """The child finds the lock free and its work done, and is the only one that is called."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FORKS],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout.strip() == "0"


def test_a_system_without_forks_needs_no_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no `os.register_at_fork`; modules load all the same."""
    monkeypatch.delattr(os, "register_at_fork", raising=False)

    def note() -> None:
        raise AssertionError

    assert after_fork(note) is note
    hold_during_fork(threading.Lock())


def test_what_a_fork_needs_is_registered_in_one_place() -> None:
    """Elsewhere it would be forgotten that Windows has no forks."""
    files = (ROOT / "ghl_notebook").rglob("*.py")
    places = {one.name for one in files if "register_at_fork" in one.read_text(encoding="utf-8")}
    assert places == {"background.py"}
