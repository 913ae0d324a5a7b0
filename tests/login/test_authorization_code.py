"""An app's login without a screen: attempts, answers, and each of their ends."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest

from ghl_notebook import errors
from ghl_notebook.login import Status
from ghl_notebook.login.app.authorization_code import AuthorizationCodeFlow
from ghl_notebook.secret import Secret
from tests.login.apps import (
    CLIENT_SECRET,
    CODE,
    Exchange,
    Screen,
    Tokens,
    answer_to,
    make_app,
    state_in,
    wait,
)
from tests.planted import Logs

Make = Callable[..., AuthorizationCodeFlow[Any]]


@pytest.fixture
def exchange() -> Exchange:
    """What codes are given to."""
    return Exchange()


@pytest.fixture
def screen() -> Screen:
    """What is shown."""
    return Screen()


@pytest.fixture
def make(exchange: Exchange, screen: Screen) -> Iterator[Make]:
    """Make logins, which are given up after their test."""
    made: list[AuthorizationCodeFlow[Any]] = []

    def make(**options: Any) -> AuthorizationCodeFlow[Any]:
        finish = options.pop("finish", exchange)
        made.append(AuthorizationCodeFlow(make_app(), finish, view=screen, **options))
        return made[-1]

    yield make
    for flow in made:
        flow.cancel()


def test_a_pasted_answer_finishes_the_login(make: Make, exchange: Exchange, screen: Screen) -> None:
    """Start, choose, paste: the code and its verifier are exchanged, once."""
    flow = make()
    url = flow.start()
    verifier = flow._authorization.verifier if flow._authorization else None
    flow.paste(answer_to(url))

    assert wait(flow) == Tokens()
    assert (exchange.codes, exchange.verifiers) == ([Secret(CODE)], [verifier])
    assert screen.statuses == [Status.WAITING, Status.CHECKING, Status.CONNECTED]


def test_a_click_gets_the_authorization_url(make: Make, screen: Screen) -> None:
    """And every later click of the same attempt the same one."""
    flow = make()
    flow.begin("first")
    flow.begin("second")

    assert screen.url_for("first") == screen.url_for("second")
    assert (flow.seconds_left() or 0) > 500


def test_nothing_is_handed_out_before_a_click(make: Make, screen: Screen) -> None:
    """To wait for a click is no click."""
    flow = make()
    flow.begin(None)
    flow.resend_url()
    screen.until(Status.IDLE)

    assert screen.urls == {}
    assert flow._authorization is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: "https://example.com/", "Copy the whole address"),
        (lambda url: CODE, "Copy the whole address"),
        (lambda url: url, "Copy the whole address"),
        (lambda url: answer_to(url, state="x" * 43), "another login"),
        (lambda url: answer_to(url, state=""), "another login"),
    ],
)
def test_what_is_no_answer_is_said_and_the_login_goes_on(
    make: Make, screen: Screen, change: Callable[[Secret], str | Secret], said: str
) -> None:
    """The right answer is taken afterwards, and the notice goes."""
    flow = make()
    url = flow.start()
    flow.paste(change(url))
    assert said in str(screen.until(Status.WAITING).notice) or said in str(flow.state.notice)
    flow.paste(answer_to(url))

    assert wait(flow) == Tokens()
    assert flow.state.notice is None


def test_a_paste_before_the_beginning_is_said(make: Make) -> None:
    """There is nothing that it could answer."""
    flow = make()
    flow.paste("https://example.com/?code=x&state=y")

    assert "has not begun" in str(flow.state.notice)
    assert flow.state.status is Status.IDLE


def test_a_paste_after_the_end_changes_nothing(make: Make, exchange: Exchange) -> None:
    """A replayed answer neither fails the login nor is it exchanged."""
    flow = make()
    address = answer_to(flow.start())
    flow.paste(address)
    wait(flow)
    flow.paste(address)

    assert flow.finished() == Tokens()
    assert len(exchange.codes) == 1


def test_an_answer_that_comes_many_times_is_exchanged_once(make: Make, exchange: Exchange) -> None:
    """By paste and by redirect, from whichever threads."""
    flow = make()
    address = answer_to(flow.start())
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(flow.paste, [address] * 32))

    assert wait(flow) == Tokens()
    assert len(exchange.codes) == 1


def test_the_answer_of_an_earlier_attempt_is_refused(make: Make, screen: Screen) -> None:
    """After Try again only the new window's answer counts."""
    flow = make()
    earlier = answer_to(flow.start())
    flow.cancel()
    url = flow.start()
    flow.paste(earlier)

    assert "another login" in str(flow.state.notice)
    flow.paste(answer_to(url))
    assert wait(flow) == Tokens()


# Ends.


def test_denied(make: Make, exchange: Exchange) -> None:
    """The user's refusal is a cancelled login, and nothing is exchanged."""
    flow = make()
    flow.paste(answer_to(flow.start(), code="", error="access_denied"))
    with pytest.raises(errors.LoginCancelledError, match="not authorized"):
        wait(flow)
    assert (flow.state.status, exchange.codes) == (Status.CANCELLED, [])


def test_refused(make: Make) -> None:
    """The service's refusal is a failed login with the service's words."""
    flow = make()
    flow.paste(answer_to(flow.start(), code="", error="invalid_scope"))
    with pytest.raises(errors.LoginFailedError, match="invalid_scope"):
        wait(flow)


def test_cancelled(make: Make) -> None:
    """Cancel ends the attempt, and its answer is worth nothing any more."""
    flow = make()
    address = answer_to(flow.start())
    flow.cancel("run-0")
    assert flow.state.status is Status.WAITING
    flow.cancel("run-1")
    flow.paste(address)
    with pytest.raises(errors.LoginCancelledError):
        wait(flow)


def test_timed_out(make: Make) -> None:
    """After the time limit the attempt is over."""
    flow = make(time_limit=0.05)
    flow.start()
    with pytest.raises(errors.LoginTimeoutError, match=r"within 0\.05 s"):
        wait(flow)
    assert flow.state.status is Status.TIMED_OUT


def test_timed_out_before_a_click(make: Make) -> None:
    """Whoever waits for a click waits no longer than that."""
    flow = make(time_limit=0.05)
    flow.begin(None)
    with pytest.raises(errors.LoginTimeoutError):
        wait(flow)


def test_waiting_may_end_before_the_login(make: Make) -> None:
    """The login goes on after it."""
    flow = make()
    url = flow.start()
    with pytest.raises(TimeoutError):
        flow.outcome().result(0.01)
    flow.paste(answer_to(url))
    assert wait(flow) == Tokens()


def test_not_begun(make: Make) -> None:
    """There is no result yet."""
    with pytest.raises(errors.LoginNotFinishedError):
        make().finished()


def test_a_failed_exchange_fails_the_login(make: Make) -> None:
    """With its own error; a new attempt may follow."""
    exchange = Exchange(errors.InvalidTokenError("POST /oauth/token", status=400))
    flow = make(finish=exchange)
    flow.paste(answer_to(flow.start()))
    with pytest.raises(errors.InvalidTokenError):
        wait(flow)
    exchange.result = Tokens()
    flow.paste(answer_to(flow.start()))
    assert wait(flow) == Tokens()


def test_a_broken_exchange_fails_the_login_without_its_words(make: Make) -> None:
    """An error of nobody's may quote what it was given."""
    flow = make(finish=Exchange(RuntimeError(CODE)))
    logs = Logs()
    with logs.installed():
        flow.paste(answer_to(flow.start()))
        with pytest.raises(errors.LoginFailedError, match="RuntimeError") as caught:
            wait(flow)
    assert "A step of a login failed: RuntimeError" in str(logs.texts)
    assert CODE not in str(logs.texts) + str(caught.value) + repr(caught.value.__context__)


def test_an_exchange_is_not_given_up(make: Make) -> None:
    """Neither Cancel nor the time limit loses tokens that the service may have given out."""
    going_on = threading.Event()

    async def finish(code: Secret, verifier: Secret) -> Tokens:
        while not going_on.is_set():  # noqa: ASYNC110
            await anyio.sleep(0.01)
        return Tokens()

    flow = make(finish=finish, time_limit=0.3)
    flow.paste(answer_to(flow.start()))
    flow.cancel()
    flow.begin("click")
    until = time.monotonic() + 0.4
    with pytest.raises(TimeoutError):
        flow.outcome().result(until - time.monotonic())
    assert flow.state.status is Status.CHECKING
    going_on.set()
    assert wait(flow) == Tokens()


@pytest.mark.parametrize("limit", [0, -1])
def test_a_time_limit_that_makes_no_sense(make: Make, limit: float) -> None:
    """It is refused at once."""
    with pytest.raises(errors.ArgumentError, match="time_limit"):
        make(time_limit=limit)


def test_an_app_is_wanted(exchange: Exchange) -> None:
    """What is passed instead is named."""
    with pytest.raises(errors.ArgumentError, match="is a str, not an App"):
        AuthorizationCodeFlow("65a1-client", exchange)  # type: ignore[arg-type]


# Nothing is shown.


@pytest.mark.parametrize(
    "end",
    [
        lambda flow, url: flow.paste(answer_to(url)),
        lambda flow, url: flow.paste(answer_to(url, code="", error="access_denied")),
        lambda flow, url: flow.paste(answer_to(url, code="", error="server_error")),
        lambda flow, url: flow.paste(answer_to(url, state="x")) or flow.cancel(),
        lambda flow, url: flow.paste(CODE) or flow.cancel(),
        lambda flow, url: flow.paste(url) or flow.cancel(),
    ],
)
def test_nothing_secret_is_shown(
    make: Make, screen: Screen, exchange: Exchange, end: Callable[..., None]
) -> None:
    """No state, repr, error, traceback or log line has URL, code, state, verifier or secret."""
    flow = make()
    logs = Logs()
    with logs.installed():
        url = flow.start()
        assert flow._authorization is not None
        verifier = flow._authorization.verifier
        reprs = [repr(vars(flow)), repr(flow), repr(flow._authorization)]
        end(flow, url)
        reprs += told_of(flow)
    reprs += [repr(screen.states), repr(vars(flow)), *logs.texts]

    planted = [CODE, CLIENT_SECRET, state_in(url), verifier.reveal()]
    assert any("AuthorizationCodeFlow('65a1-client'" in text for text in reprs)
    assert not [text for text in reprs for one in planted if one in text]


def told_of(flow: AuthorizationCodeFlow[Any]) -> list[str]:
    """Return what is shown of a login's end."""
    try:
        return [repr(wait(flow))]
    except errors.GHLError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        return [str(error), repr(error), *told.format()]
