"""An agency's login issues tokens for its sub-accounts, and a refresh token may begin a login."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ghl_notebook import Client
from ghl_notebook.errors import CredentialError, LogInAgainError
from ghl_notebook.simulator.clock import EPOCH
from tests.auth.bench import DAY, MINT, TOKEN, USED_AT, USERS, Bench


def test_an_agencys_login_issues_a_token_once(bench: Bench) -> None:
    """For all calls, and for the next client as well."""
    key = bench.log_in("agency")
    for _ in range(2):
        with bench.client(key) as client:
            assert client.users()
            assert client.users()
    assert (bench.asked(MINT), bench.asked()) == (1, 0)


def test_an_issued_token_is_kept_without_its_refresh_token(bench: Bench) -> None:
    """It is issued anew when it ends: a secret less on disk."""
    key = bench.log_in("agency")
    with bench.client(key) as client:
        client.users()
    bench.logins().issuer(key).write()
    _, (kept,) = bench.stores.location_tokens.load(key.base_url, key.client_id, after=0, now=0)
    assert not kept.tokens.refresh_token
    assert not kept.client_secret


def test_an_issued_token_that_is_rejected_is_issued_again(bench: Bench) -> None:
    """The agency's own is not renewed for that."""
    key = bench.log_in("agency")
    with bench.client(key) as client:
        client.users()
        bench.sim.levers.fail_with("invalid_token", USERS)
        assert client.users()
    assert (bench.asked(MINT), bench.asked()) == (2, 0)


def test_an_agencys_token_that_is_rejected_is_renewed(bench: Bench) -> None:
    """And then the sub-account's is issued."""
    key = bench.log_in("agency")
    bench.sim.levers.fail_with("invalid_token", MINT)
    with bench.client(key) as client:
        assert client.users()
    assert (bench.asked(MINT), bench.asked()) == (2, 1)


def test_after_a_day_both_are_had_anew(bench: Bench) -> None:
    """The agency's is renewed, the sub-account's issued by it."""
    key = bench.log_in("agency")
    with bench.client(key) as client:
        client.users()
        bench.time.go(DAY)
        assert client.users()
    assert (bench.asked(MINT), bench.asked()) == (2, 1)


@pytest.mark.parametrize("fault", ["scope_missing", "wrong_auth_class", "wrong_location"])
def test_a_refused_issuing_renews_nothing(bench: Bench, fault: str) -> None:
    """A new token of the agency would be refused the same."""
    key = bench.log_in("agency")
    bench.sim.levers.fail_with(fault, MINT, times=None)  # type: ignore[arg-type]
    with bench.client(key) as client, pytest.raises(CredentialError, match=r"oauth\.write"):
        client.users()
    assert (bench.asked(MINT), bench.asked()) == (1, 0)


def test_a_sub_account_without_the_app_is_said_to_be(bench: Bench) -> None:
    """The service's words, and what to do."""
    key = bench.log_in("agency", approved=["elsewhere"])
    with bench.client(key) as client, pytest.raises(CredentialError, match="app is not installed"):
        client.users()


def test_an_agencys_login_that_is_refused_is_not_asked_with_again(bench: Bench) -> None:
    """The client of a sub-account says so."""
    key = bench.log_in("agency")
    bench.use_up(key)
    bench.time.go(DAY)
    with bench.client(key) as client:
        for _ in range(3):
            with pytest.raises(LogInAgainError):
                client.users()
    assert (bench.asked(MINT), bench.asked()) == (0, 1)


def test_a_login_for_the_sub_account_itself_stays_apart(bench: Bench) -> None:
    """What the agency's login issues does not take its place."""
    agency, own = bench.log_in("agency"), bench.log_in()
    before = bench.stored(own)
    with bench.client(agency) as one, bench.client(own) as two:
        assert one.users()
        assert two.users()
    assert bench.stored(own) == before
    assert bench.asked(MINT) == 1


# A refresh token in the environment.


@pytest.fixture
def begin(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[[], Client]]:
    """Set the environment of a run without a person; return what makes its clients."""
    monkeypatch.setenv("GHL_CREDENTIALS_DIR", str(bench.folder))
    monkeypatch.setenv("GHL_LOCATION_ID", bench.sim.location_id)
    monkeypatch.setenv("GHL_CLIENT_ID", bench.sim.client_id)
    monkeypatch.setenv("GHL_CLIENT_SECRET", bench.sim.client_secret)

    def make() -> Client:
        return Client(base_url=bench.sim.base_url, clock=bench.time, transport=bench.spy)

    def with_token(choose: str | None = None) -> Callable[[], Client]:
        monkeypatch.setenv("GHL_REFRESH_TOKEN", bench.sim.install(choose)["refresh_token"])
        return make

    return with_token


def test_a_refresh_token_of_the_environment_is_used_once(
    bench: Bench, begin: Callable[..., Callable[[], Client]]
) -> None:
    """From then on the stored pair counts, also for the next process, and when that is renewed."""
    make = begin()
    for days, renewals in ((0, 1), (0, 1), (1, 2), (2, 3)):
        bench.time.now = EPOCH + days * timedelta(seconds=DAY)
        with make() as client:
            assert client.users()
        assert bench.asked() == renewals


def test_a_new_refresh_token_of_the_environment_begins_anew(
    bench: Bench, begin: Callable[..., Callable[[], Client]]
) -> None:
    """The user has logged in elsewhere again."""
    for renewals in (1, 2):
        with begin()() as client:
            assert client.users()
        assert bench.asked() == renewals


def test_a_refused_refresh_token_of_the_environment_is_not_asked_with_again(
    bench: Bench, begin: Callable[..., Callable[[], Client]]
) -> None:
    """A job that starts every minute asks the service once."""
    make = begin()
    for token in bench.sim.state.refresh_tokens.values():
        token.used_at = USED_AT
    for _ in range(3):
        with make() as client:
            for _ in range(2):
                with pytest.raises(LogInAgainError):
                    client.users()
    assert bench.asked() == 1


def test_a_first_renewal_that_fails_for_now_is_tried_again(
    bench: Bench, begin: Callable[..., Callable[[], Client]]
) -> None:
    """Nothing was given, so the refresh token is still good."""
    make = begin()
    fault = bench.sim.levers.fail(TOKEN, 503, "", times=None)
    with make() as client:
        with pytest.raises(CredentialError):
            client.users()
        bench.sim.levers.remove(fault)
        assert client.users()


def test_an_agencys_refresh_token_of_the_environment_issues(
    bench: Bench, begin: Callable[..., Callable[[], Client]]
) -> None:
    """Its first answer tells that it is an agency's."""
    make = begin("agency")
    for _ in range(2):
        with make() as client:
            assert client.users()
            assert client.credential.source.endswith("from GHL_REFRESH_TOKEN")
    assert (bench.asked(MINT), bench.asked()) == (1, 1)
    with make() as client:
        assert client.credential.kind == "agency login"
        bench.sim.levers.fail_with("expired_token", USERS)
        assert client.users()
    assert (bench.asked(MINT), bench.asked()) == (2, 1)
