"""Processes that issue for one agency: they share what there is, and may be killed."""

from __future__ import annotations

import logging
import os
import random
import signal
import sqlite3
import time
from contextlib import closing, suppress

import pytest

from ghl_notebook.auth.location_token_cache import LocationTokenCache
from tests.auth.bench import MINT, Bench
from tests.auth.figures import Process, _wait_for_end

pytestmark = pytest.mark.process

NOTED = 1_000
"""The highest limit that one process notes for the other, which need not wait to learn it then."""


@pytest.mark.parametrize("kind", ["wide", "encrypted"])
def test_another_process_issues_nothing_that_is_there(
    request: pytest.FixtureRequest, kind: str
) -> None:
    """It reads the first one's file, also what that writes later, encrypted or not."""
    wide = request.getfixturevalue(kind)
    ids = wide.ids(60)
    wide.log_in("agency")
    wide.sim.levers.rate_limit = NOTED
    with Process(wide, "issues") as one, Process(wide, "issues") as other:
        for process, some in ((one, ids[:40]), (other, ids), (one, ids)):
            process.say(" ".join(some))
            assert process.hear() == str(len(some))
    assert wide.asked(MINT) == 60


def test_a_process_that_ends_has_written_what_it_has_issued(wide: Bench) -> None:
    """Although nothing was closed."""
    key = wide.log_in("agency")
    with Process(wide, "ends_issuing") as process:
        process.say(" ".join(wide.ids(30)))
    assert process.popen.returncode == 0
    _, found = LocationTokenCache(wide.cache_path).load(key.base_url, key.client_id, after=0, now=0)
    assert len(found) == wide.asked(MINT) == 30


def test_two_processes_issue_the_same_sub_accounts(wide: Bench) -> None:
    """From both ends of the list: few of them twice, and each has a token that holds."""
    key, ids = wide.log_in("agency"), wide.ids(40)
    wide.sim.levers.latency, wide.sim.levers.rate_limit = 0.05, NOTED
    with Process(wide, "issues") as one, Process(wide, "issues") as other:
        for process in (one, other):  # begun
            process.say("")
            assert process.hear() == "0"
        one.say(" ".join(ids))
        other.say(" ".join(reversed(ids)))
        assert one.hear() == other.hear() == "40"
    assert 40 <= wide.asked(MINT) <= 40 + 16
    _, found = LocationTokenCache(wide.cache_path).load(key.base_url, key.client_id, after=0, now=0)
    assert {str(one.tokens.location_id) for one in found} == set(ids)
    assert len(found) == 40
    for credential in found:
        token = wide.sim.state.issued[credential.tokens.access_token.reveal()]
        assert token.location_id == credential.tokens.location_id


@pytest.mark.parametrize("kind", ["wide", "encrypted"])
def test_two_processes_keep_to_one_limit_together(
    request: pytest.FixtureRequest, kind: str
) -> None:
    """Each would be answered 429 by what the other has used up; with a keyring or without."""
    wide = request.getfixturevalue(kind)
    ids = wide.ids(240)
    wide.log_in("agency")
    wide.sim.levers.rate_limit, wide.sim.levers.rate_interval = 30, 0.5
    with Process(wide, "issues") as one, Process(wide, "issues") as other:
        for process, some in ((one, ids[::2]), (other, ids[1::2])):
            process.say(" ".join(some))
        assert one.hear() == other.hear() == "120"
    assert wide.asked(MINT) == 240
    assert {request.status for request in wide.sim.requests if request.path == MINT} == {201}


def test_a_kill_leaves_a_file_that_is_sound(wide: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """At twenty random moments of issuing and writing; the next process goes on with it."""
    key, ids = wide.log_in("agency"), wide.ids(200)
    moments = random.Random(5)
    numbers = []
    with Process(wide, "issue_nursery") as nursery:
        for _ in range(20):
            nursery.say(" ".join(ids))
            process = int(nursery.hear())
            assert nursery.hear() == "issuing"
            time.sleep(moments.uniform(0.0, 0.1))
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            _wait_for_end(process)
            store = LocationTokenCache(wide.cache_path)
            with caplog.at_level(logging.WARNING, "ghl_notebook"):
                last, found = store.load(key.base_url, key.client_id, after=0, now=0)
            numbers.append(last)
            issued = wide.sim.state.issued
            owners = {issued[one.tokens.access_token.reveal()].location_id for one in found}
            assert len(owners) == len(found)
            store.close()
            with closing(sqlite3.connect(wide.cache_path)) as db:
                assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert not caplog.records
    assert numbers == sorted(set(numbers))  # each of them had written before it was killed
