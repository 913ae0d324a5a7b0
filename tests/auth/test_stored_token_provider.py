"""A login is renewed in time, once, and what a renewal gives is never lost."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from filelock import FileLock

from ghl_notebook import Client
from ghl_notebook.auth.stored_credential import StoredCredential
from ghl_notebook.auth.stored_token_provider import StoredTokenProvider
from ghl_notebook.auth.tokens import Tokens
from ghl_notebook.errors import (
    CredentialError,
    CredentialMismatchError,
    InvalidTokenError,
    LogInAgainError,
    ScopeError,
    StorageError,
)
from ghl_notebook.models import TokenAnswer
from tests.auth.bench import DAY, TOKEN, USERS, Bench, finish_renewals

# When it is renewed.


def test_a_token_that_holds_is_used(bench: Bench) -> None:
    """Nothing is asked of the token endpoint for most of its time."""
    key = bench.log_in()
    with bench.client(key) as client:
        client.users()
        bench.time.go(DAY - 3601)
        client.users()
    assert bench.asked() == 0


def test_in_its_last_hour_it_is_renewed_in_the_background(bench: Bench) -> None:
    """The old token is given out until the new one is there."""
    key = bench.log_in()
    old = bench.stored(key).tokens.access_token.reveal()
    bench.time.go(DAY - 3600)
    bench.spy.held = Future()
    with bench.client(key) as client:
        client.users()
        client.users()
        bench.spy.held.set_result(None)
        finish_renewals()
        client.users()
    new = bench.stored(key).tokens.access_token.reveal()
    assert bench.spy.bearers == [old, old, new]
    assert bench.asked() == 1


def test_a_renewal_ahead_of_time_that_fails_is_no_error(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told in the log, once, and not tried with each call."""
    key = bench.log_in()
    bench.time.go(DAY - 3600)
    bench.sim.levers.fail(TOKEN, 400, {"error": "invalid_request"}, times=None)
    with bench.client(key) as client, caplog.at_level(logging.WARNING, "ghl_notebook"):
        for _ in range(5):
            client.users()
            finish_renewals()
    assert bench.asked() == 1
    assert [r.getMessage()[:46] for r in caplog.records] == [
        "An access token could not be refreshed early: "
    ]


def test_many_calls_that_wait_for_one_early_renewal_tell_of_it_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """A hundred calls are not a hundred warnings."""
    key = bench.log_in()
    bench.time.go(DAY - 3600)
    bench.sim.levers.fail(TOKEN, 400, {"error": "invalid_request"}, times=None)
    bench.spy.held = Future()
    with bench.client(key) as client, caplog.at_level(logging.WARNING, "ghl_notebook"):
        for _ in range(5):
            client.users()
        bench.spy.held.set_result(None)
        finish_renewals()
    assert len(caplog.records) == 1


def test_an_expired_token_is_renewed_before_it_is_used(bench: Bench) -> None:
    """The service is not asked with it, and the new pair is stored."""
    key = bench.log_in()
    old = bench.stored(key).tokens
    bench.time.go(DAY)
    with bench.client(key) as client:
        client.users()
    new = bench.stored(key).tokens
    assert bench.spy.bearers == [new.access_token.reveal()]
    assert new.access_token != old.access_token
    assert new.refresh_token != old.refresh_token
    assert [request.status for request in bench.sim.requests] == [200, 200]


@pytest.mark.parametrize("fault", ["invalid_token", "expired_token"])
def test_a_true_401_renews_once_and_the_call_succeeds(bench: Bench, fault: str) -> None:
    """The user does not notice, in whatever way the service says it."""
    key = bench.log_in()
    bench.sim.levers.fail_with(fault, USERS)  # type: ignore[arg-type]
    with bench.client(key) as client:
        assert client.users()
    assert (bench.asked(), bench.asked(USERS)) == (1, 2)
    assert bench.spy.bearers[0] != bench.spy.bearers[1]


def test_a_post_is_sent_again_after_a_true_401(bench: Bench) -> None:
    """It was not carried out: one account is attached."""
    key = bench.log_in()
    with bench.client(key) as client:
        event = bench.sim.play_user(client.oauth.start("instagram").reveal())
        login_id = event.data["accountId"]
        (account, *_) = client.oauth.available_accounts("instagram", login_id)
        bench.sim.levers.fail_with("expired_token", "*/accounts/*", method="POST")
        client.oauth.attach("instagram", login_id, account)
        attempts = [r for r in bench.sim.requests if r.method == "POST" and "/accounts/" in r.path]
        assert [attempt.status for attempt in attempts] == [401, 201]
        attached = [a for a in client.accounts.list().accounts if a.oauth_id == login_id]
        assert len(attached) == 1
    assert bench.asked() == 1


def test_a_missing_scope_is_no_reason(bench: Bench) -> None:
    """The service answers 401, and a new token would lack it as well."""
    key = bench.log_in(scopes=["users.readonly"])
    with bench.client(key) as client, pytest.raises(ScopeError):
        client.accounts.list()
    assert bench.asked() == 0


def test_the_gateways_401_is_no_reason(bench: Bench) -> None:
    """Command timed out: the call is repeated with the same token."""
    key = bench.log_in()
    bench.sim.levers.fail_with("command_timed_out", USERS)
    with bench.client(key) as client:
        assert client.users()
    assert (bench.asked(), bench.asked(USERS)) == (0, 2)


def test_a_fresh_token_that_is_rejected_is_not_renewed_again(bench: Bench) -> None:
    """One renewal, one more attempt, and then the error."""
    key = bench.log_in()
    bench.sim.levers.fail_with("invalid_token", USERS, times=None)
    with bench.client(key) as client, pytest.raises(InvalidTokenError):
        client.users()
    assert (bench.asked(), bench.asked(USERS)) == (1, 2)


def test_a_clock_that_is_a_day_behind_costs_one_answer_401(bench: Bench) -> None:
    """The service's word counts."""
    key = bench.log_in()
    slow, bench.time.now = bench.time.now, bench.time.now
    credential = bench.logins()
    credential._clock = lambda: slow
    bench.time.go(2 * DAY)
    with Client(
        credential=credential.credential(key), base_url=bench.sim.base_url, clock=lambda: slow
    ) as client:
        assert client.users()
        assert client.users()
    assert (bench.asked(), bench.asked(USERS)) == (1, 3)


# When it is refused.


def test_a_refused_refresh_token_is_not_asked_with_again(bench: Bench) -> None:
    """Not by this client, and not by another: the store remembers."""
    key = bench.log_in()
    bench.use_up(key)
    bench.time.go(DAY)
    for _ in range(2):
        with bench.client(key) as client:
            for _ in range(2):
                with pytest.raises(LogInAgainError, match=r"log_in\(\)"):
                    client.users()
    assert bench.asked() == 1
    assert bench.stored(key).refused_at == bench.time()


def test_a_new_login_helps_a_client_that_was_refused(bench: Bench) -> None:
    """The same client goes on after it."""
    key = bench.log_in()
    bench.use_up(key)
    bench.time.go(DAY)
    with bench.client(key) as client:
        with pytest.raises(LogInAgainError):
            client.users()
        bench.log_in()
        assert client.users()
    assert bench.stored(key).refused_at is None


def test_while_the_access_token_holds_a_refusal_does_no_harm(bench: Bench) -> None:
    """Only the renewal ahead of time is refused."""
    key = bench.log_in()
    token = bench.stored(key).tokens.refresh_token.reveal()
    bench.sim.state.refresh_tokens[token].expires_at = bench.time()
    bench.time.go(DAY - 3600)
    for _ in range(2):
        with bench.client(key) as client:
            for _ in range(2):
                assert client.users()
                finish_renewals()
    assert bench.asked() == 1


def test_a_paused_sub_account_does_not_end_its_login(bench: Bench) -> None:
    """The login works again when the sub-account is active."""
    key = bench.log_in()
    bench.time.go(DAY)
    bench.sim.levers.paused = {bench.sim.location_id}
    with bench.client(key) as client:
        with pytest.raises(CredentialError, match="paused or unpaid") as caught:
            client.users()
        assert not isinstance(caught.value, LogInAgainError)
        assert bench.stored(key).refused_at is None
        bench.sim.levers.paused = set()
        assert client.users()


def lose_as_page(bench: Bench) -> None:
    """Have the gateway answer a refresh that was carried out."""
    bench.sim.levers.rotate_then_fail = 1


def cut(bench: Bench) -> None:
    """Have the connection break after a refresh that was carried out."""
    bench.spy.cuts = 1


def damage(bench: Bench) -> None:
    """Have the answer cut in the middle."""
    bench.spy.damage = b'{"access_token": "acc'


def answer_nothing(bench: Bench) -> None:
    """Have the answer be empty."""
    bench.spy.damage = b""


LOSSES = [lose_as_page, cut, damage, answer_nothing]


@pytest.mark.parametrize("lose", LOSSES)
def test_a_renewal_whose_answer_is_lost_is_asked_for_again(
    bench: Bench, lose: Callable[[Bench], None]
) -> None:
    """The service repeats the pair: it is stored before it is used, and nothing is revoked."""
    key = bench.log_in()
    first = bench.stored(key).tokens
    bench.time.go(DAY)
    lose(bench)
    with bench.client(key) as client:
        assert client.users()
    assert bench.asked() == 2
    pair = bench.stored(key).tokens
    assert bench.spy.bearers == [pair.access_token.reveal()]
    issued = set(bench.sim.state.refresh_tokens)
    assert issued == {first.refresh_token.reveal(), pair.refresh_token.reveal()}
    assert not bench.stores.logins.has_pending(key)


@pytest.mark.parametrize("lose", LOSSES)
def test_an_answer_that_is_not_repeated_ends_in_a_new_login(
    bench: Bench, lose: Callable[[Bench], None]
) -> None:
    """The service says so, the error tells why, and nobody asks again."""
    key = bench.log_in()
    bench.sim.levers.refresh_repeats = 0
    bench.time.go(DAY)
    lose(bench)
    with bench.client(key) as client:
        with pytest.raises(LogInAgainError, match="earlier refresh was interrupted"):
            client.users()
        with pytest.raises(LogInAgainError):
            client.users()
    assert bench.asked() == 2
    assert bench.asked(USERS) == 0


def test_many_who_lose_an_answer_ask_again_once(bench: Bench) -> None:
    """The callers of one process share the attempts, and their result."""
    key = bench.log_in()
    bench.time.go(DAY)
    bench.spy.cuts = 2
    with bench.client(key) as client, ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda _: bool(client.users()), range(8)))
    assert bench.asked() == 3
    assert set(bench.spy.bearers) == {bench.stored(key).tokens.access_token.reveal()}


@pytest.fixture
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ghl_notebook.transport.retry._FIRST_WAIT", 0.0)


@pytest.mark.usefixtures("_no_backoff")
@pytest.mark.parametrize("seconds", [29, 30])
def test_a_network_that_stays_away_after_the_rotation_is_remembered(
    bench: Bench, seconds: int
) -> None:
    """The next call, by anybody, gets the same pair within 30 seconds; later it is refused."""
    key = bench.log_in()
    bench.time.go(DAY)
    bench.spy.cuts = 5
    with bench.client(key) as client, pytest.raises(CredentialError, match="lost with an answer"):
        client.users()
    assert bench.stores.logins.has_pending(key)
    bench.time.go(seconds)
    with bench.client(key) as client:
        if seconds < 30:
            assert client.users()
            return
        with pytest.raises(LogInAgainError, match="earlier refresh was interrupted"):
            client.users()


@pytest.mark.usefixtures("_no_backoff")
def test_an_early_renewal_whose_answer_is_lost_is_soon_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the service stops to repeat it; after a refusal there is more time."""
    monkeypatch.setattr("ghl_notebook.auth.single_flight._OPEN_PAUSE_SECONDS", 0.0)
    key = bench.log_in()
    bench.spy.cuts = 5
    with bench.client(key) as client:
        client.users()
        bench.time.go(DAY - 3600)
        for asked in (5, 6):
            client.users()
            finish_renewals()
            assert bench.asked() == asked
    assert not bench.stores.logins.has_pending(key)


def test_an_attempt_ends_while_the_service_still_repeats_its_answer(bench: Bench) -> None:
    """Three that are not answered at all fit into the 30 seconds."""
    from ghl_notebook.auth import endpoint

    longest_waits = sum(0.4 * 2**n for n in range(2))
    assert 2 * endpoint._REFRESH_SECONDS + longest_waits < 30


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_failure_that_passes_is_waited_out(bench: Bench, status: int) -> None:
    """The login is as good as it was."""
    key = bench.log_in()
    bench.time.go(DAY)
    bench.sim.levers.rate_interval = 0.01
    bench.sim.levers.fail(TOKEN, status, "", times=2)
    with bench.client(key) as client:
        assert client.users()


def test_a_service_that_stays_down_costs_no_login(bench: Bench) -> None:
    """The next call tries again."""
    key = bench.log_in()
    bench.time.go(DAY)
    fault = bench.sim.levers.fail(TOKEN, 503, "", times=None)
    with bench.client(key) as client:
        with pytest.raises(CredentialError, match="HTTP 503"):
            client.users()
        bench.sim.levers.remove(fault)
        assert client.users()


# Whose it is.


def test_a_pair_of_another_sub_account_is_not_stored(bench: Bench) -> None:
    """It is an error, and nothing is asked with it."""
    key = bench.log_in()
    before = bench.stored(key)
    bench.time.go(DAY)
    bench.sim.levers.token_location = "elsewhere"
    with bench.client(key) as client, pytest.raises(CredentialMismatchError, match="elsewhere"):
        client.users()
    assert bench.stored(key) == before
    assert bench.asked(USERS) == 0


@pytest.mark.parametrize("change", ["company_id", "user_type"])
async def test_a_pair_of_another_agency_is_not_stored(bench: Bench, change: str) -> None:
    """Nor a sub-account's in the place of the agency's."""
    key = bench.log_in("agency")
    before = bench.stored(key)

    async def renew(stored: StoredCredential | None) -> StoredCredential:
        assert stored is not None
        answer = bench.sim.install("agency" if change == "company_id" else None)
        answer |= {"companyId": "other"} if change == "company_id" else {}
        return stored.with_tokens(Tokens.of(TokenAnswer(answer), bench.time()))

    bench.time.go(DAY)
    provider = StoredTokenProvider(key, bench.stores.logins, renew, clock=bench.time)
    with pytest.raises(CredentialMismatchError):
        await provider.tokens()
    assert bench.stored(key) == before


# What was given is kept.


@pytest.fixture
def broken(bench: Bench) -> Callable[[], None]:
    """Take the folder away when the service has answered; return what puts it back."""
    aside = bench.folder.with_name("aside")

    def take_away() -> None:
        bench.folder.rename(aside)
        bench.folder.touch()

    def put_back() -> None:
        bench.folder.unlink()
        aside.rename(bench.folder)

    bench.spy.answered = take_away
    return put_back


def test_a_pair_that_cannot_be_written_is_kept_for_the_next_call(
    bench: Bench, broken: Callable[[], None]
) -> None:
    """It is an error; and the next call stores it before it is used, without asking anew."""
    key = bench.log_in()
    bench.time.go(DAY)
    with bench.client(key) as client:
        for _ in range(2):
            with pytest.raises(StorageError):
                client.users()
        assert bench.asked(USERS) == 0
        broken()
        assert client.users()
    assert bench.asked() == 1
    assert bench.spy.bearers == [bench.stored(key).tokens.access_token.reveal()]


def test_a_pair_that_could_not_be_written_does_not_replace_a_new_login(
    bench: Bench, broken: Callable[[], None]
) -> None:
    """What was stored meanwhile is newer."""
    key = bench.log_in()
    bench.time.go(DAY)
    with bench.client(key) as client:
        with pytest.raises(StorageError):
            client.users()
        broken()
        bench.log_in()
        newer = bench.stored(key)
        assert client.users()
    assert bench.stored(key) == newer


def test_a_pair_that_could_not_be_written_does_not_undo_a_log_out(
    bench: Bench, broken: Callable[[], None]
) -> None:
    """What was forgotten stays forgotten."""
    key = bench.log_in()
    bench.time.go(DAY)
    with bench.client(key) as client:
        with pytest.raises(StorageError):
            client.users()
        broken()
        bench.logins().forget(key)
        with pytest.raises(LogInAgainError):
            client.users()
    assert bench.stores.logins.load(key) is None


def test_a_folder_that_cannot_be_written_in_is_noticed_before_anything_is_asked(
    bench: Bench,
) -> None:
    """The refresh token is still good then."""
    key = bench.log_in()
    bench.time.go(DAY)
    bench.stores.logins._draft(key).mkdir()  # type: ignore[attr-defined]
    with bench.client(key) as client:
        with pytest.raises(StorageError):
            client.users()
        assert bench.asked() == 0
        bench.stores.logins._draft(key).rmdir()  # type: ignore[attr-defined]
        assert client.users()


async def test_cancelling_a_call_does_not_cancel_its_renewal(bench: Bench) -> None:
    """The pair arrives, and is stored."""
    key = bench.log_in()
    old = bench.stored(key)
    bench.time.go(DAY)
    bench.spy.held = Future()
    async with bench.async_client(key) as client:
        call = asyncio.create_task(client.users())
        await asyncio.to_thread(bench.spy.arrived.wait)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        bench.spy.held.set_result(None)
        await asyncio.to_thread(finish_renewals)
        assert bench.stored(key).tokens.access_token != old.tokens.access_token
        assert await client.users()
    assert bench.asked() == 1


def test_an_interrupt_does_not_cancel_a_renewal(bench: Bench) -> None:
    """The stop button of a notebook ends the wait alone."""
    key = bench.log_in()
    bench.time.go(DAY)
    bench.spy.held = Future()
    main = threading.get_ident()

    def interrupt() -> None:
        bench.spy.arrived.wait()
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with bench.client(key) as client:
        with pytest.raises(KeyboardInterrupt):
            client.users()
        thread.join()
        bench.spy.held.set_result(None)
        assert client.users()
    assert bench.asked() == 1


def test_a_refresh_token_that_is_not_rotated_stays(bench: Bench) -> None:
    """Where an answer has none, the old one is good for the next time (RFC 6749, section 6)."""
    key = bench.log_in()
    old = bench.stored(key).tokens.refresh_token
    answer = bench.sim.install()
    del answer["refresh_token"]
    bench.time.go(DAY)
    bench.sim.levers.fail(TOKEN, 200, answer)
    asyncio.run(bench.credential(key)._provider.tokens())
    tokens = bench.stored(key).tokens
    assert tokens.access_token.reveal() == answer["access_token"]
    assert tokens.refresh_token == old


# Several at once.


def test_two_clients_of_one_process_renew_once(bench: Bench) -> None:
    """Also when both notice at the same time."""
    key = bench.log_in()
    bench.time.go(DAY)
    with bench.client(key) as one, bench.client(key) as two, ThreadPoolExecutor() as threads:
        for call in [threads.submit(c.users) for c in (one, two) * 5]:
            assert call.result()
    assert bench.asked() == 1


def test_two_clients_that_are_rejected_renew_once(bench: Bench) -> None:
    """The second one finds the first one's pair in the store."""
    key = bench.log_in()
    with bench.client(key) as one, bench.client(key) as two:
        for client in (one, two):
            client.users()
        bench.sim.state.issued.clear()
        for client in (one, two):
            assert client.users()
    assert bench.asked() == 1


def test_a_rejected_token_is_renewed_while_others_are_only_beginning(bench: Bench) -> None:
    """A client that begins is given what is stored; that does not count as the renewal."""
    key = bench.log_in()
    with bench.client(key) as client:
        client.users()
        bench.sim.state.issued.clear()
        more = [bench.client(key) for _ in range(20)]
        with ThreadPoolExecutor(21) as threads:
            for call in [threads.submit(c.users) for c in (*more[:10], client, *more[10:])]:
                assert call.result()
        for one in more:
            one.close()
    assert bench.asked() == 1


def test_a_lock_that_is_never_given_back_is_an_error(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that hangs does not have all others hang; and nothing is asked without the lock."""
    monkeypatch.setattr("ghl_notebook.auth.stored_token_provider.LOCK_SECONDS", 0.1)
    key = bench.log_in()
    bench.time.go(DAY)
    with bench.client(key) as client:
        with (
            FileLock(bench.stores.logins.lock_path(key)),
            pytest.raises(StorageError, match=r"another process for 0\.1 s\. End that process"),
        ):
            client.users()
        assert bench.asked() == 0
        assert client.users()


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_lock_that_is_none_is_an_error(bench: Bench, kind: str) -> None:
    """Something else has its name."""
    key = bench.log_in()
    lock = bench.stores.logins.lock_path(key)
    lock.unlink()
    lock.mkdir() if kind == "folder" else lock.symlink_to(bench.folder / "elsewhere")
    with bench.client(key) as client, pytest.raises(StorageError, match="cannot be locked"):
        client.users()


def test_two_folders_are_two_logins(bench: Bench) -> None:
    """Even of one sub-account, in one process, at the same time."""
    first = bench.log_in()
    other = Bench(bench.sim, bench.time, bench.folder.with_name("other"))
    other.spy = bench.spy
    other.log_in()
    bench.time.go(DAY)
    with bench.client(first) as one, other.client(first) as two, ThreadPoolExecutor() as threads:
        for call in [threads.submit(c.users) for c in (one, two)]:
            assert call.result()
    assert bench.asked() == 2
    assert bench.stored(first).tokens.access_token != other.stored(first).tokens.access_token


def test_a_login_that_is_gone_is_said_to_be(bench: Bench) -> None:
    """Somebody has logged out, or deleted the folder."""
    key = bench.log_in()
    with bench.client(key) as client:
        client.users()
        shutil.rmtree(bench.folder)
        client.users()
        bench.time.go(DAY)
        with pytest.raises(LogInAgainError, match="was deleted"):
            client.users()
    assert bench.asked() == 0
