"""Holds tests to the marker ``process``: what starts a program without it fails."""

from __future__ import annotations

import inspect
import multiprocessing.util
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

MARKERS = {"browser", "process"}
"""Tests with one of these may start programs."""

_EVENTS = {
    *("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"),
    *("os.exec", "pty.spawn", "multiprocessing.spawn"),
}
# They ask the system for what they then remember: a library's place, the processor's name. Which
# test is the first to use such a library is nobody's choice.
_INCIDENTAL = {"ctypes.util", "platform", "uuid"}


class ProgramGuard:
    """A plugin of pytest that sees who starts programs: tests, their threads, their fixtures."""

    def __init__(self) -> None:
        self._may_start = True
        self._started: list[str] = []
        self._fixtures: dict[tuple[str, str], str] = {}

    def install(self) -> None:
        """Begin to watch; it cannot be undone."""
        sys.addaudithook(self._audit)
        spawn = multiprocessing.util.spawnv_passfds

        def audited(path: Any, args: Any, passfds: Any) -> int:
            sys.audit("multiprocessing.spawn", path, args)
            return spawn(path, args, passfds)

        multiprocessing.util.spawnv_passfds = audited  # the one way that raises no event

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _EVENTS or _is_incidental():
            return
        thread = threading.current_thread().name
        started = f"{event} {str(arguments[:2])[:200]} in the thread {thread}"
        self._started.append(started)
        if not self._may_start:
            raise AssertionError(f"{started}: mark the test with pytest.mark.process")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        """Let a test start programs if its markers say so."""
        self._started.clear()
        self._may_start = any(mark.name in MARKERS for mark in item.iter_markers())
        try:
            return (yield)
        finally:
            self._may_start = True

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[Any]:
        """Remember what starts programs once for several tests: each of them needs the marker."""
        before = len(self._started)
        try:
            return (yield)
        finally:
            if len(self._started) > before and fixturedef.scope != "function":
                key = (fixturedef.baseid, fixturedef.argname)
                self._fixtures[key] = self._started[-1]

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[Any]:
        """Fail a test whose code has caught the error, or whose fixture has started a program."""
        result = yield
        if not self._may_start:
            started = self._started + [
                f"the fixture {name}: {what}"
                for (base, name), what in self._fixtures.items()
                if name in pyfuncitem.fixturenames and pyfuncitem.nodeid.startswith(base)
            ]
            if started:
                pytest.fail(f"mark this test with pytest.mark.process: {'; '.join(started)}")
        return result


def _is_incidental() -> bool:
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__") in _INCIDENTAL:
            return True
        frame = frame.f_back
    return False
