"""One call at a time for each key, shared by all callers; early calls pause after a failure."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from functools import partial

import pytest

from ghl_notebook.auth import single_flight
from ghl_notebook.auth.single_flight import SingleFlight, result_of
from ghl_notebook.auth.token_provider import StaticTokenProvider
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import CredentialError, LogInAgainError
from ghl_notebook.secret import Secret


class Call:
    """A call that waits until the test lets it end.

    Attributes
    ----------
    count : int
        How often it was made.
    """

    def __init__(self) -> None:
        self.count = 0
        self.ends: Future[str] = Future()

    async def __call__(self) -> str:
        """Wait for the end."""
        self.count += 1
        return await asyncio.wrap_future(self.ends)


@pytest.fixture
def flights() -> SingleFlight[str, str]:
    """No call yet."""
    return SingleFlight()


def settle() -> None:
    """Wait for what the background loop has to do after a call."""
    run_in_background(asyncio.sleep, 0)


def test_callers_of_one_key_share_a_call(flights: SingleFlight[str, str]) -> None:
    """All of them get its result; when it has ended, the next caller starts another one."""
    call = Call()
    futures = [flights.get_or_start("a", call) for _ in range(5)]
    call.ends.set_result("done")
    assert [future.result(60) for future in futures] == ["done"] * 5
    flights.wait()
    assert flights.get_or_start("a", call).result(60) == "done"
    assert call.count == 2


def test_another_key_is_another_call(flights: SingleFlight[str, str]) -> None:
    """Neither waits for the other."""
    one, other = Call(), Call()
    waiting = flights.get_or_start("a", one)
    other.ends.set_result("other")
    assert flights.get_or_start("b", other).result(60) == "other"
    assert not waiting.done()
    one.ends.set_result("one")
    assert waiting.result(60) == "one"


def test_a_caller_that_is_cancelled_cancels_nothing(flights: SingleFlight[str, str]) -> None:
    """The call goes on for the others."""
    call = Call()

    async def give_up() -> None:
        task = asyncio.create_task(result_of(flights.get_or_start("a", call)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())
    call.ends.set_result("done")
    assert flights.get_or_start("a", call).result(60) == "done"


def test_who_starts_a_call_hears_of_its_end_once(flights: SingleFlight[str, str]) -> None:
    """When it no longer counts as running."""
    call, heard = Call(), []
    for _ in range(3):
        future = flights.get_or_start("a", call, done=lambda _: heard.append(len(flights)))
    call.ends.set_result("done")
    future.result(60)
    settle()
    assert heard == [0]


def test_an_early_call_that_fails_pauses_its_group(
    flights: SingleFlight[str, str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One warning; calls whose result is needed are made all the same, and other groups go on."""
    now = 1000.0
    monkeypatch.setattr(single_flight.time, "monotonic", lambda: now)
    fails = [Call() for _ in range(3)]
    with caplog.at_level(logging.WARNING, "ghl_notebook.auth"):
        for number, call in enumerate(fails):
            flights.start_early(f"{number}", call, group="g")
            flights.start_early(f"{number}", call, group="g")
        for call in fails:
            call.ends.set_exception(CredentialError("Not now."))
        flights.wait(60)
        settle()
    assert [record.getMessage() for record in caplog.records] == [
        "An access token could not be refreshed early: Not now. "
        "Log in again: ghl_notebook.log_in()."
    ]
    again, needed, elsewhere = Call(), Call(), Call()
    flights.start_early("0", again, group="g")
    flights.start_early("1", elsewhere, group="h")
    flights.get_or_start("2", needed)
    now += 31.0
    flights.start_early("0", again, group="g")
    for call in (again, needed, elsewhere):
        call.ends.set_result("done")
    flights.wait(60)
    assert [call.count for call in (*fails, again, needed, elsewhere)] == [1] * 6


def test_a_forked_process_begins_anew(flights: SingleFlight[str, str]) -> None:
    """What runs in the parent never ends in the child."""
    parents, childs = Call(), Call()
    running = flights.get_or_start("a", parents)
    flights.after_fork()
    childs.ends.set_result("child's")
    assert flights.get_or_start("a", childs).result(60) == "child's"
    parents.ends.set_result("parent's")
    assert running.result(60) == "parent's"
    settle()
    assert len(flights) == 0


def test_a_fixed_token_has_no_other() -> None:
    """That of a sub-account leaves the answer 401 as it is; an agency's takes another login."""
    own = StaticTokenProvider(Secret("own"))
    agencys = StaticTokenProvider(Secret("agency's"), company_id="agency")
    for provider in (own, agencys):
        assert asyncio.run(provider.tokens()) is asyncio.run(provider.tokens())
    refreshed = partial(run_in_background, own.refreshed)
    assert refreshed(Secret("own")) is None
    with pytest.raises(LogInAgainError, match=r"log_in\(\)"):
        run_in_background(agencys.refreshed, Secret("agency's"))
