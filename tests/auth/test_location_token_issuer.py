"""An agency's tokens: issued once for all who ask, by the limit, and ahead of their end."""

from __future__ import annotations

import asyncio
import logging
import pickle
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ghl_notebook import AsyncAgency
from ghl_notebook.auth.agency_credential import AgencyCredential
from ghl_notebook.auth.location_token_cache import LocationTokenCache
from ghl_notebook.auth.login_store import LoginStore
from ghl_notebook.auth.stored_credential import Key
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import (
    CredentialError,
    CredentialMismatchError,
    DailyLimitError,
    LogInAgainError,
)
from ghl_notebook.simulator.clock import EPOCH
from tests.auth.bench import DAY, MINT, TOKEN, USERS, Bench, finish_issuing, write_issued
from tests.auth.programs import TASKS, THREADS

SEARCH = "/locations/search"


def issue(credential: AgencyCredential, ids: list[str]) -> list[object]:
    """Issue at once; return what came of each."""

    async def all_of_them() -> list[object]:
        return await asyncio.gather(*map(credential.issue, ids), return_exceptions=True)

    return run_in_background(all_of_them)


def kept(bench: Bench, key: Key) -> list[str]:
    """Return the tokens on disk."""
    _, found = LocationTokenCache(bench.cache_path).load(
        key.base_url, key.client_id, after=0, now=0
    )
    return [one.tokens.access_token.reveal() for one in found]


# What is there already.


def test_what_was_issued_is_there_for_the_next_one(wide: Bench) -> None:
    """For whoever opens the stored login after it, without a call."""
    key, ids = wide.log_in("agency"), wide.ids(40)
    first = wide.agency(key)
    assert not first.is_warm(ids[0])
    assert issue(first, ids) == [None] * 40
    run_in_background(first.aclose)
    del first
    next_one = wide.agency(key)
    assert all(map(next_one.is_warm, ids))
    assert issue(next_one, ids) == [None] * 40
    assert wide.asked(MINT) == 40


def test_the_agencys_own_token_is_not_asked_for_where_all_is_there(wide: Bench) -> None:
    """Its login may be refused by then: what was issued holds for its day."""
    key = wide.log_in("agency")
    with wide.client(key) as client:
        client.users()
    write_issued(wide.issuer(key))
    wide.use_up(key)
    wide.stores.logins.delete(key)
    with wide.client(key) as client:
        assert client.users()
    assert (wide.asked(MINT), wide.asked()) == (1, 0)


def test_what_has_expired_is_issued_again(wide: Bench) -> None:
    """And the file holds the new ones alone."""
    key, ids = wide.log_in("agency"), wide.ids(10)
    agency = wide.agency(key)
    issue(agency, ids)
    write_issued(wide.issuer(key))
    before = kept(wide, key)
    wide.time.go(DAY)
    assert not agency.is_warm(ids[0])
    issue(agency, ids)
    write_issued(wide.issuer(key))
    after = kept(wide, key)
    assert (len(before), len(after), len({*before, *after})) == (10, 10, 20)
    assert wide.asked(MINT) == 20
    assert not [token for token in before if token.encode() in wide.cache_path.read_bytes()]


def test_logging_out_leaves_no_token(wide: Bench) -> None:
    """Neither on disk, nor in this process, whoever uses it."""
    key, ids = wide.log_in("agency"), wide.ids(5)
    agency = wide.agency(key)
    issue(agency, ids)
    write_issued(wide.issuer(key))
    tokens = kept(wide, key)
    assert len(tokens) == 5
    wide.logins().forget(key)
    left = b"".join(path.read_bytes() for path in wide.folder.iterdir())
    assert not [token for token in tokens if token.encode() in left]
    assert not agency.is_warm(ids[0])


def test_what_is_issued_during_a_log_out_is_not_kept(wide: Bench) -> None:
    """It was asked for before, and comes after."""
    key, (where,) = wide.log_in("agency"), wide.ids(1)
    agency, wide.spy.path, wide.spy.held = wide.agency(key), MINT, Future()
    with ThreadPoolExecutor() as pool:
        call = pool.submit(run_in_background, agency.issue, where)
        assert wide.spy.arrived.wait(60)
        wide.logins().forget(key)
        wide.spy.held.set_result(None)
        call.result(60)
    run_in_background(agency.aclose)
    assert not agency.is_warm(where)
    assert kept(wide, key) == []


def test_after_a_new_login_others_tokens_are_found_again(wide: Bench) -> None:
    """The file was deleted, and counts anew, while this process went on."""
    key, ids = wide.log_in("agency"), wide.ids(3)
    agency = wide.agency(key)
    issue(agency, ids)
    wide.logins().forget(key)
    wide.log_in("agency")
    others = LocationTokenCache(wide.cache_path)
    with wide.client(wide.log_in("agency")) as client:
        client.users()
    write_issued(wide.issuer(key))
    _, (credential,) = others.load(key.base_url, key.client_id, after=0, now=0)
    tokens = replace(credential.tokens, location_id=ids[1])
    others.keep([replace(credential, tokens=tokens)], now=0)
    asked = wide.asked(MINT)
    run_in_background(agency.issue, ids[1])
    assert wide.asked(MINT) == asked


# What goes wrong.


def test_a_token_of_another_sub_account_is_not_kept(wide: Bench) -> None:
    """Nor used: the service has answered something else."""
    key, (one, other) = wide.log_in("agency"), wide.ids(2)
    wide.sim.levers.token_location = other
    agency = wide.agency(key)
    with pytest.raises(CredentialMismatchError, match=f"{one} was answered with one of {other}"):
        run_in_background(agency.issue, one)
    run_in_background(agency.aclose)
    assert not agency.is_warm(one)
    assert not agency.is_warm(other)
    assert kept(wide, key) == []


def test_a_rejected_token_is_issued_again_and_not_read_back(wide: Bench) -> None:
    """It is still on disk when the other one is asked for."""
    key = wide.log_in("agency")
    with wide.client(key) as client:
        client.users()
        write_issued(wide.issuer(key))
        (rejected,) = kept(wide, key)
        wide.sim.levers.fail_with("invalid_token", USERS)
        assert client.users()
        write_issued(wide.issuer(key))
    assert wide.asked(MINT) == 2
    assert wide.spy.bearers.count(rejected) == 2  # before, and the one that was rejected
    assert rejected not in kept(wide, key)
    with wide.client(key) as client:
        assert client.users()
    assert wide.asked(MINT) == 2


def test_a_token_that_is_rejected_again_and_again_is_issued_once_for_each_call(
    wide: Bench,
) -> None:
    """It does not go round in circles."""
    key = wide.log_in("agency")
    wide.sim.levers.fail_with("invalid_token", USERS, times=None)
    with wide.client(key) as client, pytest.raises(Exception, match="401"):
        client.users()
    assert (wide.asked(MINT), wide.asked(USERS)) == (2, 2)


def test_many_who_had_the_same_token_rejected_issue_one(wide: Bench) -> None:
    """Those who come late find the other one."""
    key, (where,) = wide.log_in("agency"), wide.ids(1)
    issuer = wide.issuer(key)
    old = run_in_background(issuer.tokens, where)

    async def many() -> set[str]:
        calls = (issuer.refreshed(where, old.access_token) for _ in range(50))
        return {one.access_token.reveal() for one in await asyncio.gather(*calls)}

    assert len(run_in_background(many) | run_in_background(many)) == 1
    assert wide.asked(MINT) == 2


def test_a_refused_issuing_is_asked_again_by_the_next_call(wide: Bench) -> None:
    """The app may have been installed there meanwhile."""
    key, (where,) = wide.log_in("agency"), wide.ids(1)
    wide.sim.levers.not_installed.add(where)
    agency = wide.agency(key)
    for _ in range(2):
        with pytest.raises(CredentialError, match=r"not installed.*oauth\.write"):
            run_in_background(agency.issue, where)
    wide.sim.levers.not_installed.clear()
    run_in_background(agency.issue, where)
    assert (wide.asked(MINT), wide.asked()) == (3, 0)


def test_a_folder_that_takes_nothing_leaves_issuing_working(
    wide: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, and all is there for as long as the process is."""
    key, ids = wide.log_in("agency"), wide.ids(30)
    wide.cache_path.mkdir()
    agency = wide.agency(key)
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        assert issue(agency, ids) == [None] * 30
        write_issued(wide.issuer(key))
        assert all(map(agency.is_warm, ids))
    (record,) = caplog.records
    assert "Sub-account tokens are not stored on disk" in record.getMessage()


# Many at once.


def test_all_who_want_one_sub_account_share_one_issue(wide: Bench) -> None:
    """Fifty tasks in each of four threads, each with an agency's and a client's door of its own."""
    key, (where,) = wide.log_in("agency"), wide.ids(1)
    wide.spy.path, wide.spy.held = MINT, Future()
    clients = [wide.credential(key) for _ in range(THREADS)]
    agencies = [wide.agency(key) for _ in range(THREADS)]

    async def many(number: int) -> set[str]:
        providers = (clients[number]._provider, agencies[number].of(where)._provider)  # type: ignore[attr-defined]
        calls = [providers[turn % 2].tokens() for turn in range(TASKS)]
        return {one.access_token.reveal() for one in await asyncio.gather(*calls)}

    with ThreadPoolExecutor(THREADS) as pool:
        calls = [pool.submit(asyncio.run, many(number)) for number in range(THREADS)]
        assert wide.spy.arrived.wait(60)
        wide.spy.held.set_result(None)
        found = set().union(*(call.result(60) for call in calls))
    assert len(found) == 1
    assert wide.asked(MINT) == 1


def test_who_gives_up_waiting_leaves_the_issue_to_the_others(wide: Bench) -> None:
    """A task that is cancelled cancels nothing."""
    key, (where,) = wide.log_in("agency"), wide.ids(1)
    agency, wide.spy.path, wide.spy.held = wide.agency(key), MINT, Future()

    async def two() -> None:
        one, other = (asyncio.create_task(agency.issue(where)) for _ in range(2))
        await asyncio.to_thread(wide.spy.arrived.wait, 60)
        one.cancel()
        with pytest.raises(asyncio.CancelledError):
            await one
        assert wide.spy.held is not None
        wide.spy.held.set_result(None)
        await other

    asyncio.run(two())
    assert wide.asked(MINT) == 1


@pytest.mark.slow
def test_the_agencys_token_ends_with_many_issues_in_flight(wide: Bench) -> None:
    """It is renewed once, and each of them is asked again."""
    key, ids = wide.log_in("agency"), wide.ids(32)
    agency = wide.agency(key)
    run_in_background(agency.issue, wide.ids(33)[32])  # from here on the limiter knows the limit
    del wide.sim.state.issued[wide.stored(key).tokens.access_token.reveal()]
    wide.sim.levers.latency = 0.2  # all of them are on their way before the first answer
    assert issue(agency, ids) == [None] * 32
    assert wide.asked() == 1
    statuses = [request.status for request in wide.sim.requests if request.path == MINT]
    assert statuses == [201] + [401] * 32 + [201] * 32


def test_an_agencys_login_that_is_over_is_asked_with_once(wide: Bench) -> None:
    """Not once for each of its sub-accounts."""
    key, ids = wide.log_in("agency"), wide.ids(32)
    wide.use_up(key)
    wide.time.go(DAY)
    found = issue(wide.agency(key), ids)
    assert {type(one) for one in found} == {LogInAgainError}
    assert (wide.asked(MINT), wide.asked()) == (0, 1)


# Ahead of the end.


@pytest.mark.slow
def test_what_was_issued_together_is_not_due_together(wide: Bench) -> None:
    """Between a quarter and a twentieth of their time before the end, evenly."""
    key, ids = wide.log_in("agency"), wide.ids(300)
    issuer = wide.issuer(key)
    issue(wide.agency(key), ids)
    due = []
    for share in (0.74, 0.80, 0.85, 0.90, 0.949):
        wide.time.now = EPOCH
        wide.time.go(DAY * share)
        before = wide.asked(MINT)
        assert all(issuer.peek(one) for one in ids)
        finish_issuing(issuer)
        due.append(wide.asked(MINT) - before)
    assert due[0] == 0
    assert all(40 < one < 115 for one in due[1:]), due
    assert 290 <= sum(due) <= 300


def test_it_is_issued_anew_in_the_background(wide: Bench) -> None:
    """The old token is given out until the new one is there."""
    key = wide.log_in("agency")
    issuer = wide.issuer(key)
    with wide.client(key) as client:
        client.users()
        wide.time.go(DAY * 0.955)
        wide.spy.path, wide.spy.held = MINT, Future()
        client.users()
        client.users()
        wide.spy.held.set_result(None)
        finish_issuing(issuer)
        client.users()
    _, *used = wide.spy.bearers  # the first is the agency's
    assert used[:3] == [used[0]] * 3
    assert len(set(used)) == 2
    assert wide.asked(MINT) == 2


@pytest.mark.slow
def test_failing_ahead_of_time_is_told_once_and_paused(
    wide: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Thirty that are due are neither thirty warnings, nor asked for with each call."""
    key, ids = wide.log_in("agency"), wide.ids(30)
    issuer = wide.issuer(key)
    issue(wide.agency(key), ids)
    wide.time.go(DAY * 0.955)
    wide.sim.levers.fail(MINT, 400, {"message": "Not now"}, times=None)
    before = wide.asked(MINT)
    with caplog.at_level(logging.WARNING, "ghl_notebook.auth"):
        for _ in range(3):
            assert all(issuer.peek(one) for one in ids)
            finish_issuing(issuer)
    assert wide.asked(MINT) - before == 30
    told = [r.getMessage() for r in caplog.records if "not be refreshed early" in r.getMessage()]
    assert len(told) == 1
    assert "Not now" in told[0]


# By the limit.


@pytest.mark.slow
@pytest.mark.parametrize("window", ["fixed", "sliding"])
def test_issuing_keeps_to_the_limit(wide: Bench, window: str) -> None:
    """A hundred and fifty at once: none is answered 429, and none is asked twice."""
    levers = wide.sim.levers
    levers.rate_limit, levers.rate_interval = 60, 0.7
    levers.rate_window = window  # type: ignore[assignment]
    key, ids = wide.log_in("agency"), wide.ids(150)
    assert issue(wide.agency(key), ids) == [None] * 150
    assert [request.status for request in wide.sim.requests] == [201] * 150


@pytest.mark.slow
def test_issuing_and_asking_for_the_agency_share_a_limit(wide: Bench) -> None:
    """The service counts them together."""
    levers = wide.sim.levers
    levers.rate_limit, levers.rate_interval = 60, 0.7
    key, ids = wide.log_in("agency"), wide.ids(60)
    credential = wide.agency(key)

    async def both() -> None:
        agency = AsyncAgency(
            credential=credential,
            base_url=wide.sim.base_url,
            clock=wide.time,
            transport=wide.spy,
        )
        searches = (agency.locations(installed=False) for _ in range(6))
        await asyncio.gather(*searches, *map(credential.issue, ids))

    run_in_background(both)
    statuses = [request.status for request in wide.sim.requests]
    assert set(statuses) == {200, 201}
    assert (statuses.count(201), wide.asked(MINT)) == (60, 60)
    assert wide.asked(SEARCH) >= 6 * 4


def test_a_429_all_the_same_is_waited_for(wide: Bench) -> None:
    """Another process may have used the calls up."""
    wide.sim.levers.rate_interval = 0.1
    key, (where,) = wide.log_in("agency"), wide.ids(1)
    wide.sim.levers.fail_with("too_many_requests", MINT)
    run_in_background(wide.agency(key).issue, where)
    assert [one.status for one in wide.sim.requests] == [429, 201]


def test_the_days_calls_are_used_up(wide: Bench) -> None:
    """It says until when, in the service's time, and what was issued before is there."""
    wide.sim.levers.daily_limit = 5
    key, ids = wide.log_in("agency"), wide.ids(10)
    agency = wide.agency(key)
    found = issue(agency, ids)
    errors = [one for one in found if one is not None]
    assert {type(error) for error in errors} == {DailyLimitError}
    assert sum(map(agency.is_warm, ids)) == 5 == len(errors)
    error = errors[0]
    assert isinstance(error, DailyLimitError)
    assert error.until == datetime(2026, 1, 6, tzinfo=UTC)
    assert "used up until 2026-01-06 00:00 UTC" in str(error)
    assert pickle.loads(pickle.dumps(error)).until == error.until
    wide.time.go(timedelta(hours=16).total_seconds())
    assert issue(agency, ids) == [None] * 10


# Its connections.


def test_one_connection_is_used_again_and_again(wide: Bench) -> None:
    """A handshake for each of thousands would take longer than all the rest."""
    key = wide.log_in("agency")
    issuer = wide.issuer(key)
    for where in wide.ids(5):
        run_in_background(issuer.tokens, where)
    kept_http = issuer._endpoint._kept
    assert kept_http is not None
    first = kept_http.http
    run_in_background(issuer.tokens, wide.ids(6)[5])
    assert issuer._endpoint._kept is kept_http
    run_in_background(issuer.aclose)
    assert first.is_closed


@pytest.mark.slow
def test_a_closed_agency_leaves_the_issuing_of_another_one_going(wide: Bench) -> None:
    """They share what issues."""
    key, ids = wide.log_in("agency"), wide.ids(60)
    wide.sim.levers.latency = 0.02
    logins = LoginStore(wide.stores, wide.sim.base_url, clock=wide.time)  # with real connections
    one, other = logins.agency_credential(key), logins.agency_credential(key)

    async def both() -> list[object]:
        calls = [asyncio.create_task(one.issue(where)) for where in ids]
        for call in calls[::10]:
            await call
            await other.aclose()
        return await asyncio.gather(*calls, return_exceptions=True)

    assert run_in_background(both) == [None] * 60


def test_an_agencys_refused_token_is_no_loop(wide: Bench) -> None:
    """The renewed one is refused as well: it is asked twice, and said."""
    key, (where,) = wide.log_in("agency"), wide.ids(1)
    wide.sim.levers.fail_with("invalid_token", MINT, times=None)
    with pytest.raises(LogInAgainError, match="401"):
        run_in_background(wide.agency(key).issue, where)
    assert (wide.asked(MINT), wide.asked(TOKEN)) == (2, 1)
