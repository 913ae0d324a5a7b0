"""Which credential an agency's door takes, what it says about it, and what it never shows."""

from __future__ import annotations

import copy
import gc
import logging
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ghl_notebook import Agency, GHLError, fetch_accounts
from ghl_notebook.auth.stored_credential import Key
from ghl_notebook.errors import (
    CredentialError,
    CredentialMismatchError,
    DailyLimitError,
    LogInAgainError,
    SettingsError,
)
from ghl_notebook.settings import read_company_id
from tests.auth.bench import DAY, MINT, TOKEN, USED_AT, Bench, finish_issuing
from tests.auth.test_resolve import Planted
from tests.planted import Logs, faces, traceback_with_locals, variables

SEARCH = "/locations/search"


@pytest.fixture
def setenv(wide: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """An environment with nothing but a folder and an address; return what sets more."""

    def setenv(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    setenv(GHL_CREDENTIALS_DIR=str(wide.folder), GHL_BASE_URL=wide.sim.base_url)
    return setenv


def connect(bench: Bench, *args: Any, **options: Any) -> Agency:
    """Open an agency's door as a user does; clock and transport are the test's."""
    return Agency(*args, clock=bench.time, transport=bench.spy, **options)


def passed(bench: Bench) -> tuple[str, str]:
    """Return an agency's token as a user passes it, and the agency."""
    return bench.sim.install("agency")["access_token"], bench.sim.company_id


def works(bench: Bench, agency: Agency) -> bool:
    """See it list and issue."""
    with agency.client(bench.sim.location_id) as client:
        return bool(client.users()) and len(agency.locations()) == 302


# Settings.


@pytest.mark.parametrize(("value", "found"), [(None, None), ("  ", None), (" abc ", "abc")])
def test_the_agency_in_the_environment(value: str | None, found: str | None) -> None:
    """Without the spaces around it, and nothing is none."""
    assert read_company_id({} if value is None else {"GHL_COMPANY_ID": value}) == found


# Which one.


def test_the_stored_login_of_the_only_agency(wide: Bench, setenv: Callable[..., None]) -> None:
    """Also beside logins of sub-accounts."""
    wide.log_in()
    wide.log_in("agency")
    with connect(wide) as agency:
        assert works(wide, agency)
        company = wide.sim.company_id
        assert agency.company_id == company
        assert agency.credential.kind == "agency login"
        assert agency.credential.source == (
            f"agency login, from the stored login of agency {company}"
        )
        assert "oauth.write" in (agency.credential.scopes or ())


def test_it_is_said_in_one_line_which(
    wide: Bench, setenv: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """In the log."""
    wide.log_in("agency")
    with caplog.at_level(logging.INFO, "ghl_notebook.auth"), connect(wide) as agency:
        lines = [record.getMessage() for record in caplog.records]
        assert lines == [f"Using the {agency.credential.source}"]


def test_a_refresh_token_of_an_agency_comes_before_a_stored_login(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """It is used once, and its pair is stored for the next process."""
    wide.log_in("agency")
    setenv(GHL_CLIENT_ID=wide.sim.client_id, GHL_CLIENT_SECRET=wide.sim.client_secret)
    setenv(GHL_REFRESH_TOKEN=wide.sim.install("agency")["refresh_token"])
    for _ in range(2):
        with connect(wide) as agency:
            assert works(wide, agency)
            assert agency.credential.source == "agency login, from GHL_REFRESH_TOKEN"
            assert agency.company_id == wide.sim.company_id
    assert (wide.asked(TOKEN), wide.asked(MINT)) == (1, 1)


def test_a_refresh_token_of_a_sub_account_is_none_of_an_agency(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """The first time and later, and it is told what it is good for."""
    setenv(GHL_CLIENT_ID=wide.sim.client_id, GHL_CLIENT_SECRET=wide.sim.client_secret)
    setenv(GHL_REFRESH_TOKEN=wide.sim.install()["refresh_token"])
    for _ in range(2):
        with pytest.raises(SettingsError, match=r"of a sub-account, not of an agency.*Client\(\)"):
            connect(wide)
    assert wide.asked(TOKEN) == 1


def test_a_refused_refresh_token_is_said_to_be_refused(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """The second time as well: it is not of a sub-account, for all that is known."""
    setenv(GHL_CLIENT_ID=wide.sim.client_id, GHL_CLIENT_SECRET=wide.sim.client_secret)
    setenv(GHL_REFRESH_TOKEN="refresh-planted-simulated")
    for _ in range(2):
        with pytest.raises(LogInAgainError, match=r"log_in\(\)"):
            connect(wide)
    assert wide.asked(TOKEN) == 1


def test_a_refresh_token_of_another_agency_is_not_taken(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """Where one is named."""
    setenv(GHL_CLIENT_ID=wide.sim.client_id, GHL_CLIENT_SECRET=wide.sim.client_secret)
    setenv(GHL_REFRESH_TOKEN=wide.sim.install("agency")["refresh_token"])
    with pytest.raises(SettingsError, match=f"of agency {wide.sim.company_id}, not of elsewhere"):
        connect(wide, company_id="elsewhere")


def test_nothing_stored_is_an_error_that_says_what_to_do(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """Where there is nothing at all."""
    with pytest.raises(SettingsError, match=r"No login.*stored\. .*log_in\(\).*demo_agency\(\)"):
        connect(wide)


def test_only_logins_of_sub_accounts_are_no_agencys(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """It says that they are there, and what to choose next time."""
    wide.log_in()
    with pytest.raises(SettingsError, match=r"only of sub-accounts\. Log in.*choose the agency"):
        connect(wide)


def test_of_several_agencies_one_is_named(wide: Bench, setenv: Callable[..., None]) -> None:
    """By an argument, or in the environment; the argument counts."""
    key = wide.log_in("agency")
    wide.store(wide.sim.install("agency") | {"companyId": "another-agency"})
    company = key.owner.partition(":")[2]
    with pytest.raises(SettingsError, match=r"Several.*agencies.*another-agency.*GHL_COMPANY_ID"):
        connect(wide)
    with pytest.raises(SettingsError, match=company):
        connect(wide)
    setenv(GHL_COMPANY_ID=company)
    with connect(wide) as agency:
        assert works(wide, agency)
    setenv(GHL_COMPANY_ID="another-agency")
    with connect(wide, company_id=company) as agency:
        assert agency.company_id == company
        assert works(wide, agency)
    with connect(wide) as agency:
        assert agency.company_id == "another-agency"


def test_an_agency_that_is_not_stored_is_said_by_its_name(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """It is not replaced by the one that is there."""
    wide.log_in("agency")
    with pytest.raises(SettingsError, match="No login of agency elsewhere is stored"):
        connect(wide, company_id="elsewhere")


def test_of_two_apps_the_environments_is_taken(wide: Bench, setenv: Callable[..., None]) -> None:
    """Both are installed for the same agency."""
    key = wide.log_in("agency")
    stored = wide.stored(key)
    other = Key(key.base_url, "other-app", key.owner)
    with wide.stores.logins.reserve(other) as reservation:
        reservation.write(type(stored)(other, stored.tokens, stored.client_secret))
    with pytest.raises(SettingsError, match="GHL_CLIENT_ID"):
        connect(wide)
    setenv(GHL_CLIENT_ID=wide.sim.client_id, GHL_CLIENT_SECRET=wide.sim.client_secret)
    with connect(wide) as agency:
        assert agency.credential.app_id == wide.sim.client_id.partition("-")[0]


# A token that is passed.


def test_an_access_token_of_an_agency_issues(wide: Bench, setenv: Callable[..., None]) -> None:
    """Nothing of it goes to disk; the sub-accounts are found by searching."""
    token = wide.sim.install("agency")["access_token"]
    with connect(wide, token, wide.sim.company_id) as agency:
        assert works(wide, agency)
        assert agency.credential.source == "access token, from the token that was passed"
        assert agency.credential.app_id is None
        assert agency.client(wide.sim.location_id).credential.kind == "access token"
    assert (wide.asked(MINT), wide.asked(SEARCH) > 0) == (1, True)
    assert not wide.folder.exists()


def test_an_access_token_wants_its_agency(wide: Bench, setenv: Callable[..., None]) -> None:
    """As an argument, or in the environment."""
    token = wide.sim.install("agency")["access_token"]
    with pytest.raises(SettingsError, match=r"no agency\. Pass company_id, or set GHL_COMPANY_ID"):
        connect(wide, token)
    setenv(GHL_COMPANY_ID=wide.sim.company_id)
    with connect(wide, token) as agency:
        assert works(wide, agency)


def test_a_private_integrations_token_is_refused(wide: Bench, setenv: Callable[..., None]) -> None:
    """It issues nothing, and that is said before anything is asked."""
    with pytest.raises(SettingsError, match=r"cannot issue.*log_in\(\).*Client\(\)"):
        connect(wide, "pit-00000000-fake", wide.sim.company_id)
    assert wide.sim.requests == []


def test_an_access_token_that_is_over_says_what_to_do(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """In issuing and in listing; there is nothing to renew it with."""
    token = wide.sim.install("agency")["access_token"]
    wide.time.go(DAY)
    with connect(wide, token, wide.sim.company_id) as agency:
        for ask in (agency.locations, agency.client(wide.sim.location_id).users):
            with pytest.raises(LogInAgainError, match=r"that was passed\. Pass another one"):
                ask()
    assert wide.asked(TOKEN) == 0


def test_an_access_token_of_another_agency_is_refused(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """The service says so."""
    token = wide.sim.install("agency")["access_token"]
    with (
        connect(wide, token, "another-agency") as agency,
        pytest.raises(CredentialError, match=r"refused \(403"),
    ):
        agency.client(wide.sim.location_id).users()


# What is shown.


def things(wide: Bench, agency: Agency) -> Iterator[object]:
    """Yield everything of an agency's that has to do with secrets."""
    credential = agency.credential
    issuer = credential._issuer
    yield agency
    yield agency.core
    yield agency.client(wide.sim.location_id)
    yield credential
    yield credential.auth("x")
    yield credential._company
    yield issuer
    yield issuer.provider(wide.sim.location_id)
    yield issuer.peek(wide.sim.location_id)
    yield issuer._endpoint
    yield issuer._cache
    yield issuer._rejected
    yield issuer._flights


@pytest.mark.parametrize("is_passed", [False, True])
def test_nothing_of_an_agency_shows_a_secret(
    wide: Bench, setenv: Callable[..., None], is_passed: bool
) -> None:
    """Not its repr, nor a copy or a pickle of it, nor what its attributes show."""
    wide.log_in("agency")
    args = passed(wide) if is_passed else ()
    planted = Planted(wide)
    with connect(wide, *args) as agency:
        wide.sim.levers.fail_with("invalid_token", "/users/")
        assert works(wide, agency)
        for thing in things(wide, agency):
            assert not planted.in_(f"{thing!r} {thing} {getattr(thing, '__dict__', '')!r}")
            for dump in (pickle.dumps, copy.copy):
                try:
                    dumped = dump(thing)
                except (TypeError, AttributeError, pickle.PicklingError) as error:
                    dumped = str(error)
                assert not planted.in_(repr(dumped))
    assert len(planted.in_(" ".join(wide.sim.state.issued))) > 2


def is_not_installed(wide: Bench) -> None:
    """Have the app be missing."""
    wide.sim.levers.not_installed.add(wide.sim.location_id)


def agencys(wide: Bench) -> str:
    """Return the agency's token."""
    (token,) = [one for one in wide.sim.state.issued.values() if one.kind == "company"]
    return token.value


def repeats_what_it_was_sent(wide: Bench) -> None:
    """Have the service refuse in words that hold the agency's token."""
    said = agencys(wide)
    wide.sim.levers.fail(MINT, 400, {"message": said}, times=None)


def fails(wide: Bench) -> None:
    """Have it fail, in the same words."""
    wide.sim.levers.fail(MINT, 500, agencys(wide), times=None)


def answers_another(wide: Bench) -> None:
    """Have it answer with the token of another sub-account."""
    wide.sim.levers.token_location = "another"


def is_used_up(wide: Bench) -> None:
    """Have the agency's calls of the day be used up."""
    wide.sim.levers.daily_limit = 0


def has_no_login(wide: Bench) -> None:
    """Have the service know neither of the agency's tokens."""
    state = wide.sim.state
    for token in state.refresh_tokens.values():
        token.used_at = USED_AT
    wide.sim.levers.fail_with("invalid_token", MINT, times=None)


def loses_answers(wide: Bench) -> None:
    """Lose the answers of issuing."""
    wide.spy.path, wide.spy.cuts = MINT, 9


FAULTS: dict[str, tuple[Callable[[Bench], None], type[GHLError]]] = {
    "not installed": (is_not_installed, CredentialError),
    "repeats": (repeats_what_it_was_sent, CredentialError),
    "fails": (fails, CredentialError),
    "another": (answers_another, CredentialMismatchError),
    "used up": (is_used_up, DailyLimitError),
    "no login": (has_no_login, LogInAgainError),
    "lost": (loses_answers, CredentialError),
}


@pytest.mark.parametrize("is_passed", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_no_error_of_issuing_shows_a_secret(
    wide: Bench, setenv: Callable[..., None], fault: str, is_passed: bool
) -> None:
    """Text, fields, pickle, traceback with variables, and the log of everybody at DEBUG."""
    if not is_passed:
        wide.log_in("agency")
    args = passed(wide) if is_passed else ()
    break_it, kind = FAULTS[fault]
    planted, logs = Planted(wide), Logs()
    with logs.installed(), connect(wide, *args) as agency:
        del args  # this frame is shown as well
        break_it(wide)
        with pytest.raises(kind) as caught:
            agency.client(wide.sim.location_id).users()
    error: BaseException | None = caught.value
    shown = "\n".join([faces(caught.value), traceback_with_locals(caught.value), *logs.texts])
    while error is not None:
        shown += variables(error)
        error = error.__cause__ or error.__context__
    assert kind.__name__ in shown
    assert "locationToken" in shown
    assert not planted.in_(shown)


def test_no_warning_of_an_early_renewal_shows_a_secret(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """Nor the error that it tells of."""
    key = wide.log_in("agency")
    planted, logs = Planted(wide), Logs()
    with logs.installed(), connect(wide) as agency:
        client = agency.client(wide.sim.location_id)
        client.users()
        wide.time.go(DAY * 0.955)
        repeats_what_it_was_sent(wide)
        client.users()
        finish_issuing(wide.issuer(key))
    assert "not be refreshed early" in "\n".join(logs.texts)
    assert not planted.in_("\n".join(logs.texts))


@pytest.mark.exhaustive
def test_a_run_over_an_agency_leaves_no_secret_in_its_frame(
    wide: Bench, setenv: Callable[..., None]
) -> None:
    """Neither in its cells nor in the failures that it tells of."""
    wide.log_in("agency")
    planted = Planted(wide)
    with connect(wide) as agency:
        is_not_installed(wide)
        frame = fetch_accounts(agency)
    gc.collect()
    assert len(frame) > 300
    assert not planted.in_(frame.to_csv() + repr(frame.attrs))
