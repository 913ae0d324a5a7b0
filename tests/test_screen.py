"""The thread of the screen goes on whatever becomes of a job."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ghl_notebook.widgets import UI_THREAD
from tests.login.recording import PATIENCE


def leave() -> None:
    """Do what a user's observer must not."""
    raise SystemExit


def test_a_job_that_was_cancelled_is_left_out() -> None:
    """The time limit of a login may be over while its message waits to be sent."""
    busy, ran = threading.Event(), []
    UI_THREAD.post(lambda: busy.wait(PATIENCE) and None)
    given_up = UI_THREAD.post(lambda: ran.append("given up"))
    assert given_up.cancel()
    thread = UI_THREAD.post(lambda: ran.append("next"))
    busy.set()
    thread.result(PATIENCE)
    assert ran == ["next"]


def test_a_job_that_runs_is_not_cancelled() -> None:
    """It has a result, so that whoever waits for it goes on."""
    begun, busy = threading.Event(), threading.Event()
    done = UI_THREAD.post(lambda: begun.set() or (busy.wait(PATIENCE) and None))
    assert begun.wait(PATIENCE)
    assert not done.cancel()
    busy.set()
    done.result(PATIENCE)


@pytest.mark.parametrize("job", [leave, lambda: 1 / 0])
def test_what_a_job_raises_ends_nothing(job: Callable[[], None]) -> None:
    """An observer that fails, or leaves the program, is in the log; the next job runs."""
    UI_THREAD.post(job).result(PATIENCE)
    UI_THREAD.post(lambda: None).result(PATIENCE)
    assert UI_THREAD._thread is not None
    assert UI_THREAD._thread.is_alive()
