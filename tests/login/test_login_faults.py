"""What a login does when the service, or what is between, fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ghl_notebook import Client, errors
from ghl_notebook.login import Status
from ghl_notebook.login.page_messages import Recheck
from ghl_notebook.secret import Secret
from ghl_notebook.simulator import MessageEvent, Simulator
from tests.login.recording import Recording

LogIn = Callable[..., Recording]

START_FAULTS: dict[str, type[errors.GHLError]] = {
    "scope_missing": errors.ScopeError,
    "wrong_auth_class": errors.AgencyTokenError,
    "user_type_mismatch": errors.TokenTypeError,
    "command_timed_out": errors.GatewayTimeoutError,
    "version_missing": errors.VersionHeaderError,
    "version_invalid": errors.VersionHeaderError,
    "invalid_token": errors.InvalidTokenError,
    "expired_token": errors.InvalidTokenError,
    "wrong_location": errors.LocationAccessError,
    "agency_only": errors.AgencyOnlyError,
    "user_agent_refused": errors.UserAgentError,
    "not_found": errors.NotFoundError,
    "not_found_empty": errors.NotFoundError,
    "unknown_property": errors.ValidationError,
    "too_many_requests": errors.RateLimitError,
    "not_successful": errors.UnexpectedAnswerError,
}


def assert_failed_with_a_next_step(screen: Recording, kind: type[errors.GHLError]) -> None:
    """Say that the login failed as it should, and closed the window that it had opened."""
    state = screen.end()
    assert state.status is Status.FAILED
    assert type(state.error) is kind
    assert state.error.next_step
    assert str(state.error).endswith(state.error.next_step)
    assert screen.until_closed() == ["click"]
    with pytest.raises(errors.LoginFailedError) as caught:
        screen.login.finished()
    assert caught.value.__cause__ is state.error
    assert state.error.next_step in str(caught.value)


@pytest.mark.parametrize("fault", START_FAULTS)
def test_start_is_refused(log_in: LogIn, sim: Simulator, fault: str) -> None:
    """Each answer that the service is known for ends the login with what to do about it."""
    sim.levers.fail_with(fault, "*/start", times=None)  # type: ignore[arg-type]
    screen = log_in()
    screen.login.begin("click")

    assert_failed_with_a_next_step(screen, START_FAULTS[fault])


@pytest.mark.parametrize(
    "address",
    ["javascript:void(0)", "data:text/html,hello", "http://example.com/consent", "//example.com/"],
)
def test_start_gives_an_odd_address(log_in: LogIn, sim: Simulator, address: str) -> None:
    """What no window should be sent to is shown to nobody."""
    sim.levers.start_answer, sim.levers.odd_location = "odd_scheme", address
    screen = log_in()
    screen.login.begin("click")

    assert screen.end().status is Status.FAILED
    assert screen.until_closed() == ["click"]
    assert screen.addresses == []


@pytest.mark.parametrize("answer", ["html", "no_location"])
def test_start_gives_no_address(log_in: LogIn, sim: Simulator, answer: str) -> None:
    """What is no redirect to a login page is opened in no window."""
    sim.levers.start_answer = answer  # type: ignore[assignment]
    screen = log_in()
    screen.login.begin("click")

    assert_failed_with_a_next_step(screen, errors.UnexpectedAnswerError)
    assert screen.addresses == []


@pytest.mark.parametrize("status", [400, 418, 429, 500, 502, 503])
def test_start_is_answered_an_error_status(log_in: LogIn, sim: Simulator, status: int) -> None:
    """Any status ends the login."""
    sim.levers.fail("*/start", status, {"message": "No"}, times=None)
    screen = log_in()
    screen.login.begin("click")

    assert screen.end().status is Status.FAILED
    assert screen.until_closed() == ["click"]


def test_users_cannot_be_listed(log_in: LogIn, sim: Simulator) -> None:
    """The user who will own the connection is asked for first, and that may fail as well."""
    sim.levers.fail_with("scope_missing", "/users/")
    screen = log_in()
    screen.login.begin("click")

    assert_failed_with_a_next_step(screen, errors.ScopeError)


def test_service_is_not_there(log_in: LogIn, sim: Simulator) -> None:
    """No connection ends the login too."""
    sim.stop()
    screen = log_in()
    screen.login.begin("click")

    assert_failed_with_a_next_step(screen, errors.ConnectionFailedError)


def test_a_platform_that_is_given_up_fails_at_start(log_in: LogIn) -> None:
    """X is in the service's documents, and cannot be connected."""
    screen = log_in("twitter")
    screen.login.begin("click")

    assert_failed_with_a_next_step(screen, errors.PlatformError)


def test_failed_login_begins_again(log_in: LogIn, sim: Simulator) -> None:
    """Try again works once the fault is gone."""
    sim.levers.fail_with("scope_missing", "*/start")
    screen = log_in()
    screen.login.begin("click")
    screen.end()

    assert screen.connect(sim).status is Status.CONNECTED


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that is not repeated by itself."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._RECHECK_SECONDS", 1e6)


CHECK_FAULTS = ["scope_missing", "invalid_token", "command_timed_out", "too_many_requests"]


def fail_the_check(screen: Recording, sim: Simulator) -> None:
    """Log in, and let the fault that was set meet the check."""
    screen.claim(sim.play_user(screen.open().url.reveal()))
    assert screen.end().status is Status.FAILED


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", CHECK_FAULTS)
def test_service_cannot_be_asked_about_the_claim(log_in: LogIn, sim: Simulator, fault: str) -> None:
    """The claim is kept and can be checked again."""
    sim.levers.fail_with(fault, "*/accounts/*", times=None)  # type: ignore[arg-type]
    screen = log_in()
    fail_the_check(screen, sim)

    assert screen.states[-1].can_recheck


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", CHECK_FAULTS)
def test_recheck_connects(log_in: LogIn, sim: Simulator, fault: str) -> None:
    """Once the service answers again, the login need not be repeated."""
    sim.levers.fail_with(fault, "*/accounts/*", times=None)  # type: ignore[arg-type]
    screen = log_in()
    fail_the_check(screen, sim)
    sim.levers.reset()
    screen.send(Recheck(str(screen.login.state.run)))

    assert screen.until(Status.CONNECTED).account_names


@pytest.mark.usefixtures("impatient")
def test_service_that_was_away_is_asked_again(log_in: LogIn, sim: Simulator) -> None:
    """A recheck works after the connection was lost, too."""
    screen = log_in()
    result = sim.play_user(screen.open().url.reveal())
    sim.stop()
    screen.claim(result)
    assert isinstance(screen.end().error, errors.ConnectionFailedError)
    sim.start()
    screen.send(Recheck(str(screen.login.state.run)))

    assert screen.until(Status.CONNECTED).error is None


def test_recheck_may_fail_again(log_in: LogIn, sim: Simulator) -> None:
    """The claim is kept for as long as the service cannot be asked."""
    sim.levers.fail_with("scope_missing", "*/accounts/*", times=2)
    screen = log_in()
    fail_the_check(screen, sim)
    screen.send(Recheck(str(screen.login.state.run)))

    assert screen.end().can_recheck
    assert screen.statuses[-3:] == [Status.FAILED, Status.CHECKING, Status.FAILED]


AWAY = {
    "500": lambda sim: sim.levers.fail("*/accounts/*", 500, {"message": "No"}, times=None),
    "429": lambda sim: sim.levers.fail_with("too_many_requests", "*/accounts/*", times=None),
    "gateway": lambda sim: sim.levers.fail_with("command_timed_out", "*/accounts/*", times=None),
    "network": lambda sim: sim.stop(),
}


@pytest.mark.parametrize("fault", AWAY)
def test_a_check_is_repeated_until_the_service_answers(
    log_in: LogIn, sim: Simulator, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that is away for a while costs the user no second login."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._RECHECK_SECONDS", 0.01)
    screen = log_in()
    result = sim.play_user(screen.open().url.reveal())
    AWAY[fault](sim)
    screen.claim(result)
    assert "asks again" in screen.until_notice()
    assert screen.states[-1].status is Status.CHECKING
    sim.levers.reset()
    sim.start()

    assert screen.until(Status.CONNECTED).notice is None


def test_a_check_is_not_repeated_when_the_days_calls_are_used_up(
    log_in: LogIn, sim: Simulator
) -> None:
    """Asking again would not help before tomorrow."""
    screen = log_in()
    result = sim.play_user(screen.open().url.reveal())
    sim.levers.daily_limit = 1
    screen.claim(result)

    assert isinstance(screen.end().error, errors.DailyLimitError)


def test_a_fault_in_a_browser_ends_the_login(log_in: LogIn, client: Client) -> None:
    """What a client's own browser raises is said at once, and asks for a report."""

    def broken(_url: Secret) -> MessageEvent:
        raise LookupError("The page is empty.")

    client.browser = broken
    screen = log_in()
    screen.login.begin("browser")

    assert "LookupError: The page is empty. Please report this." in str(screen.end().error)


@pytest.mark.parametrize("message", ["from elsewhere", "of an unknown account"])
def test_a_refused_result_of_a_clients_own_browser_ends_the_login(
    log_in: LogIn, client: Client, sim: Simulator, message: str
) -> None:
    """Nobody is there to try again, so that the login does not wait for its time limit."""

    def played(url: Secret) -> MessageEvent:
        event = sim.play_user(url.reveal())
        if message == "from elsewhere":
            return MessageEvent("https://elsewhere.example", event.data)
        return MessageEvent(event.origin, {**event.data, "accountId": "f" * 24})

    client.browser = played
    screen = log_in()
    screen.login.begin("browser")

    state = screen.end()
    assert state.status is Status.FAILED
    assert "ignored" in str(state.error)
