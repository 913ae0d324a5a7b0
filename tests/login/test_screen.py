"""The thread in which all cards show what happens outlives whoever waits for it, or breaks it."""

from __future__ import annotations

import threading

import pytest

from ghl_notebook.widgets.screen import ScreenThread
from tests.login.recording import PATIENCE


def test_a_waiter_that_gives_up_ends_nothing() -> None:
    """Its job may be running when it does; those behind it have their turn."""
    screen, begun, given_up = ScreenThread(), threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        given_up.wait(PATIENCE)

    waiter = screen.post(job)
    behind = screen.post(lambda: None)
    assert begun.wait(PATIENCE)
    assert waiter.cancel()
    given_up.set()

    assert behind.result(PATIENCE) is None


@pytest.mark.parametrize("kind", [RuntimeError, SystemExit, KeyboardInterrupt])
def test_an_observer_that_fails_ends_nothing(
    kind: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    """What a user's function raises is in the log, and the next function is called."""
    screen = ScreenThread()

    def job() -> None:
        raise kind

    screen.post(job)
    assert screen.post(lambda: None).result(PATIENCE) is None
    assert kind.__name__ in caplog.text
