"""What comes late, never, or at the same time; and what a login leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ghl_notebook import Client, errors
from ghl_notebook.login import Status
from ghl_notebook.login.page_messages import Recheck
from ghl_notebook.simulator import Simulator
from tests.login.recording import PATIENCE, Held, Recording, going_on, settle

LogIn = Callable[..., Recording]


# The time limit.


def test_nothing_comes_within_the_time_limit(log_in: LogIn) -> None:
    """The login ends by itself."""
    screen = log_in(time_limit=0.05)
    screen.login.begin("click")

    assert screen.end().status is Status.TIMED_OUT
    with pytest.raises(errors.LoginTimeoutError, match="within the time limit"):
        screen.login.finished()


def test_prefetched_address_runs_out(log_in: LogIn) -> None:
    """A window that nobody opened is not waited for without end."""
    screen = log_in(time_limit=0.05)
    screen.login.begin()

    assert screen.end().status is Status.TIMED_OUT


def test_each_run_has_the_whole_time(log_in: LogIn, sim: Simulator) -> None:
    """The limit begins anew with Try again."""
    screen = log_in(time_limit=0.05)
    screen.login.begin("click")
    screen.end()

    assert screen.login.seconds_left() is None
    screen.login.begin("click")
    assert screen.end().status is Status.TIMED_OUT
    assert [s for s in screen.statuses if s is Status.TIMED_OUT] == [Status.TIMED_OUT] * 2


@pytest.mark.slow
def test_the_limit_does_not_cut_a_check_off(
    held: tuple[Client, Held], log_in: LogIn, sim: Simulator
) -> None:
    """A claim that came in time may be confirmed after it."""
    client, transport = held
    client.resolve_user_id()
    screen = log_in(client=client, time_limit=4.0)
    screen.claim(sim.play_user(screen.open().url.reveal()))
    gate = transport.held()
    outcome = screen.login.outcome()
    with pytest.raises(TimeoutError):
        outcome.result((screen.login.seconds_left() or 0.0) + 0.1)
    gate.set_result(None)

    assert outcome.result(PATIENCE).status is Status.CONNECTED


@pytest.mark.slow
def test_rechecked_login_runs_out(held: tuple[Client, Held], log_in: LogIn, sim: Simulator) -> None:
    """A recheck that confirms nothing does not wait without end."""
    client, transport = held
    client.resolve_user_id()
    screen = log_in(client=client, time_limit=4.0)
    result = sim.play_user(screen.open().url.reveal())
    sim.levers.fail_with("scope_missing", "*/accounts/*")
    sim.levers.fail_with("wrong_location", "*/accounts/*")
    screen.claim(result)
    transport.held().set_result(None)
    assert screen.end().status is Status.FAILED
    screen.send(Recheck(str(screen.login.state.run)))
    transport.held(1).set_result(None)

    assert screen.end().status is Status.TIMED_OUT
    assert screen.statuses[-3:] == [Status.CHECKING, Status.WAITING, Status.TIMED_OUT]


# Cancelled, and the answers that come all the same.


@pytest.mark.parametrize("held", ["/start"], indirect=True)
def test_cancel_while_starting(held: tuple[Client, Held], log_in: LogIn) -> None:
    """The address that comes after Cancel is shown to nobody."""
    client, transport = held
    screen = log_in(client=client)
    screen.login.begin("click")
    gate = transport.held()
    screen.login.cancel()
    gate.set_result(None)
    settle()

    assert screen.statuses == [Status.STARTING, Status.CANCELLED]
    assert screen.addresses == []


def test_cancel_while_checking(held: tuple[Client, Held], log_in: LogIn, sim: Simulator) -> None:
    """The confirmation that comes after Cancel changes nothing."""
    client, transport = held
    screen = log_in(client=client)
    screen.claim(sim.play_user(screen.open().url.reveal()))
    gate = transport.held()
    screen.login.cancel()
    gate.set_result(None)
    settle()

    assert screen.states[-1].status is Status.CANCELLED
    assert screen.login.state.payload is None


@pytest.mark.parametrize("held", ["/start"], indirect=True)
def test_an_earlier_runs_address_is_not_shown(held: tuple[Client, Held], log_in: LogIn) -> None:
    """Only the run that is going gets its window."""
    client, transport = held
    screen = log_in(client=client)
    screen.login.begin("first click")
    first = transport.held(0)
    screen.login.cancel()
    screen.login.begin("second click")
    transport.held(1).set_result(None)
    screen.until(Status.WAITING)
    first.set_result(None)
    settle()

    assert [address.request for address in screen.addresses] == ["second click"]


@pytest.mark.parametrize("held", ["/start"], indirect=True)
def test_an_earlier_runs_failure_is_not_shown(
    held: tuple[Client, Held], log_in: LogIn, sim: Simulator
) -> None:
    """A start that fails late does not end the run that has begun since."""
    client, transport = held
    client.resolve_user_id()
    screen = log_in(client=client)
    screen.login.begin("first click")
    first = transport.held(0)
    screen.login.cancel()
    screen.login.begin("second click")
    transport.held(1).set_result(None)
    screen.until(Status.WAITING)
    sim.levers.fail_with("scope_missing", "*/start")
    first.set_result(None)
    settle()

    assert screen.login.state.status is Status.WAITING
    assert screen.closed == []


def test_an_earlier_runs_result_is_not_taken(log_in: LogIn, sim: Simulator) -> None:
    """Reopening makes the first window's message worthless."""
    screen = log_in()
    first = screen.open()
    result = sim.play_user(first.url.reveal())
    screen.open()
    screen.claim(result, run=first.run)

    assert screen.login.state.status is Status.WAITING


def test_an_earlier_runs_check_is_not_taken(
    held: tuple[Client, Held], log_in: LogIn, sim: Simulator
) -> None:
    """A confirmation belongs to the run in which it was asked for."""
    client, transport = held
    screen = log_in(client=client)
    screen.claim(sim.play_user(screen.open().url.reveal()))
    gate = transport.held()
    screen.login.cancel()
    screen.open()
    gate.set_result(None)
    settle()

    assert screen.login.state.status is Status.WAITING


def test_an_earlier_runs_accounts_are_not_offered(
    held: tuple[Client, Held], log_in: LogIn, sim: Simulator
) -> None:
    """A late confirmation does not replace what the connected login can attach."""
    client, transport = held
    screen = log_in(client=client)
    screen.claim(sim.play_user(screen.open().url.reveal(), tick=[]))
    gate = transport.held()
    screen.login.cancel()
    screen.claim(sim.play_user(screen.open().url.reveal()))
    transport.held(1).set_result(None)
    screen.until(Status.CONNECTED)
    offered = screen.login.attachment.choices
    assert offered
    gate.set_result(None)
    settle()

    assert screen.login.attachment.choices == offered


def test_nothing_comes_after_connected(log_in: LogIn, sim: Simulator) -> None:
    """Neither a second message, nor a click, nor Cancel undoes a connection."""
    screen = log_in()
    result = sim.play_user(screen.open().url.reveal())
    screen.claim(result)
    state = screen.end()
    screen.claim(result)
    screen.login.begin("click")
    screen.login.cancel()
    settle()

    assert screen.login.state is state


def test_a_message_that_comes_twice_connects_once(log_in: LogIn, sim: Simulator) -> None:
    """The same result may come over two ways."""
    screen = log_in()
    result = sim.play_user(screen.open().url.reveal())
    screen.claim(result)
    screen.claim(result)
    screen.end()
    settle()

    assert screen.statuses.count(Status.CONNECTED) == 1


# Who waits for the end.


def test_everybody_who_waits_learns_of_the_end(log_in: LogIn) -> None:
    """Several cells may wait for one login."""
    screen = log_in()
    screen.open()
    outcomes = [screen.login.outcome() for _ in range(3)]
    screen.login.cancel()

    assert {o.result(PATIENCE).status for o in outcomes} == {Status.CANCELLED}


def test_who_no_longer_waits_disturbs_nobody(log_in: LogIn) -> None:
    """A wait that was interrupted does not keep the others from learning of the end."""
    screen = log_in()
    screen.open()
    given_up, kept = screen.login.outcome(), screen.login.outcome()
    given_up.cancel()
    screen.login.cancel()

    assert kept.result(PATIENCE).status is Status.CANCELLED


def test_the_end_is_shown_before_anybody_learns_of_it(log_in: LogIn) -> None:
    """Who has waited finds the screen up to date."""
    screen = log_in()
    screen.open()
    shown: list[Status] = []
    outcome = screen.login.outcome()
    outcome.add_done_callback(lambda _: shown.extend(screen.statuses))
    screen.login.cancel()
    outcome.result(PATIENCE)

    assert shown[-1] is Status.CANCELLED


# What is left behind.


@pytest.mark.slow
def test_fifty_logins_leave_two_threads(log_in: LogIn, sim: Simulator) -> None:
    """However many logins there were: one thread for the service, one for the screens."""
    sim.levers.rate_limit = 1_000
    before = {thread.ident for thread in threading.enumerate()}
    for number in range(50):
        screen = log_in()
        screen.open()
        if number % 2:
            screen.login.cancel()
        else:
            screen.claim(sim.play_user(screen.addresses[-1].url.reveal()))
        screen.end()

    ours = [t.name for t in threading.enumerate() if t.name.startswith("ghl_notebook")]
    new = {t.name for t in threading.enumerate() if t.ident not in before}
    assert sorted(ours) == ["ghl_notebook", "ghl_notebook-ui"]
    assert new <= set(ours)


def test_ended_logins_leave_nothing_in_the_loop(log_in: LogIn) -> None:
    """No request and no timer goes on for a login that has ended."""
    for _ in range(10):
        screen = log_in()
        screen.open()
        screen.open()
        screen.login.cancel()
        screen.end()
    settle()

    assert going_on() == []


def test_a_login_that_goes_on_is_seen_in_the_loop(log_in: LogIn) -> None:
    """The test above looks where a login would be."""
    screen = log_in()
    screen.open()

    assert sorted(going_on()) == ["_limit", "_watch_accounts"]
