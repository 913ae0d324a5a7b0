"""A login from the click to its end, against the simulated service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ghl_notebook import Client, errors
from ghl_notebook.login import Status
from ghl_notebook.login.page_messages import Begin
from ghl_notebook.login.social import ConnectFlow
from ghl_notebook.models import PLATFORMS
from ghl_notebook.simulator import MessageEvent, Simulator
from tests.login.recording import Held, Recording

LogIn = Callable[..., Recording]
CONNECTABLE = sorted(set(PLATFORMS) - {"twitter"})


@pytest.mark.parametrize("platform", CONNECTABLE)
def test_every_platform_connects(log_in: LogIn, sim: Simulator, platform: str) -> None:
    """From the click to an id that the service has confirmed."""
    screen = log_in(platform)
    screen.connect(sim)

    assert screen.statuses == [
        Status.STARTING,
        Status.WAITING,
        Status.CHECKING,
        Status.CONNECTED,
    ]
    assert sim.state.logins[screen.login.finished()].platform == platform


def test_connected_names_what_may_be_attached(log_in: LogIn, sim: Simulator) -> None:
    """The names come from the service, not from the message."""
    state = log_in().connect(sim, tick=["Café Lumière", "東京ラーメン日記"])

    assert state.account_names == ("Café Lumière", "東京ラーメン日記")


def test_nothing_ticked_is_a_connection_too(log_in: LogIn, sim: Simulator) -> None:
    """A user may log in and allow no page."""
    state = log_in().connect(sim, tick=[])

    assert state.status is Status.CONNECTED
    assert state.account_names == ()


@pytest.mark.parametrize("as_json", [True, False])
def test_the_message_may_be_text(log_in: LogIn, sim: Simulator, as_json: bool) -> None:
    """A payload that comes as a JSON string connects as well."""
    sim.levers.message_as_json = as_json

    assert log_in().connect(sim).status is Status.CONNECTED


def test_reconnected_accounts_are_in_the_payload(log_in: LogIn, sim: Simulator) -> None:
    """The list of the message is kept."""
    sim.levers.reconnect_accounts = ["first-account", "second-account"]
    state = log_in(reconnect=True).connect(sim)

    assert state.payload is not None
    assert state.payload.reconnect_accounts == ("first-account", "second-account")


def test_start_is_asked_with_what_was_given(log_in: LogIn, sim: Simulator) -> None:
    """The options of a login become the parameters of start."""
    log_in(page="integration", reconnect=True, login_type="instagram").open()

    (start,) = [r for r in sim.requests if r.path.endswith("/start")]
    assert start.query == {
        "locationId": sim.location_id,
        "userId": sim.user_id,
        "page": "integration",
        "reconnect": "true",
        "loginType": "instagram",
    }


def test_the_address_is_for_the_window_of_the_click(log_in: LogIn) -> None:
    """The page is told which click, which run, and how long it may take."""
    screen = log_in(time_limit=100.0)
    address = screen.open()

    assert (address.request, address.run) == ("click", screen.login.state.run)
    assert 0 < address.seconds_left <= 100


def test_everything_is_shown_in_one_thread(log_in: LogIn, sim: Simulator) -> None:
    """A screen need not be thread-safe."""
    screen = log_in()
    screen.connect(sim)

    assert screen.threads == {"ghl_notebook-ui"}


# Before the click.


def test_prefetching_gets_the_address_before_the_click(log_in: LogIn) -> None:
    """The page gets it for no click, and the login stays idle."""
    screen = log_in()
    screen.login.begin()

    assert screen.address().request is None
    assert screen.login.state.status is Status.IDLE


def test_prefetched_login_connects(log_in: LogIn, sim: Simulator) -> None:
    """The click opens the address that is there already."""
    screen = log_in()
    screen.login.begin()
    address = screen.address()
    screen.send(Begin("page", "click", prefetched=True, run=address.run))
    screen.claim(sim.play_user(address.url.reveal()))

    assert screen.end().status is Status.CONNECTED


def test_prefetched_address_is_shown_again(log_in: LogIn) -> None:
    """A page that was loaded again gets the same address."""
    screen = log_in()
    screen.login.begin()
    first = screen.address()
    screen.login.resend_url()

    assert screen.address(1).url == first.url


def test_an_opened_address_is_not_shown_again(log_in: LogIn, sim: Simulator) -> None:
    """A second page does not get what the first one has opened."""
    screen = log_in()
    screen.open()
    screen.login.resend_url()
    screen.claim(sim.play_user(screen.address().url.reveal()))
    screen.end()

    assert len(screen.addresses) == 1


def test_failed_prefetching_closes_no_window(log_in: LogIn, sim: Simulator) -> None:
    """There is none yet."""
    sim.levers.fail_with("scope_missing", "*/start")
    screen = log_in()
    screen.login.begin()

    assert screen.end().status is Status.FAILED
    assert screen.closed == []


# The user says no.


@pytest.mark.parametrize("how", ["undefined", "absent"])
def test_denying_cancels(log_in: LogIn, sim: Simulator, how: str) -> None:
    """Close without an id from the own window ends the login."""
    sim.levers.deny_message = how  # type: ignore[assignment]
    screen = log_in()
    screen.connect(sim, allow=False)

    with pytest.raises(errors.LoginCancelledError, match="Instagram was cancelled"):
        screen.login.finished()


def test_cancel_while_waiting(log_in: LogIn) -> None:
    """The user gives up while the window is open."""
    screen = log_in()
    screen.open()
    screen.login.cancel(screen.login.state.run)

    assert screen.end().status is Status.CANCELLED


def test_a_cancelled_login_begins_again(log_in: LogIn, sim: Simulator) -> None:
    """The button says Try again."""
    screen = log_in()
    screen.open()
    screen.login.cancel()
    screen.end()

    assert screen.connect(sim).status is Status.CONNECTED


# Claims that are not this sub-account's.


def forged(account_id: str, sim: Simulator, platform: str = "instagram") -> MessageEvent:
    """Return a message as the finish page posts it, of an account id that it never had."""
    data = {
        "actionType": "close",
        "page": "social_media_posting",
        "platform": platform,
        "accountId": account_id,
    }
    return MessageEvent(sim.origin, data)


def foreign_id(sim: Simulator) -> str:
    """Return the id of a login of the other sub-account."""
    return next(i for i, one in sim.state.logins.items() if one.location_id != sim.location_id)


def other_platforms_id(sim: Simulator) -> str:
    """Return the id of a login of this sub-account for another platform."""
    return next(
        i
        for i, one in sim.state.logins.items()
        if one.location_id == sim.location_id and one.platform == "facebook"
    )


@pytest.mark.parametrize(
    "pick", [lambda _: "f" * 24, foreign_id, other_platforms_id], ids=["forged", "foreign", "other"]
)
def test_a_false_claim_does_not_connect(
    log_in: LogIn, sim: Simulator, pick: Callable[[Simulator], str]
) -> None:
    """An id that the service does not know here leaves the login waiting, with a notice."""
    screen = log_in()
    screen.open()
    screen.claim(forged(pick(sim), sim))

    assert "has no login" in screen.until_notice()
    assert screen.until(Status.WAITING).payload is None


@pytest.mark.parametrize("fault", ["wrong_location", "not_found", "unknown_property"])
def test_every_no_of_the_service_means_a_false_claim(
    log_in: LogIn, sim: Simulator, fault: str
) -> None:
    """How the live service says that it does not know an id was never seen."""
    screen = log_in()
    address = screen.open()
    sim.levers.fail_with(fault, "*/accounts/*")  # type: ignore[arg-type]
    screen.claim(sim.play_user(address.url.reveal()))

    assert "has no login" in screen.until_notice()


def test_the_real_result_wins_after_a_false_one(log_in: LogIn, sim: Simulator) -> None:
    """A forged message does not keep the user out."""
    screen = log_in()
    address = screen.open()
    screen.claim(forged("f" * 24, sim))
    screen.until_notice()
    screen.claim(sim.play_user(address.url.reveal()))

    assert screen.end().status is Status.CONNECTED


def test_the_real_result_wins_while_a_false_one_is_checked(
    sim: Simulator, held: tuple[Client, Held], log_in: LogIn
) -> None:
    """What comes during a check is looked at when the check has failed."""
    client, transport = held
    screen = log_in(client=client)
    address = screen.open()
    screen.claim(forged("f" * 24, sim))
    gate = transport.held()
    real = sim.play_user(address.url.reveal())
    screen.claim(real)
    gate.set_result(None)
    transport.held(1).set_result(None)

    assert screen.end().status is Status.CONNECTED
    assert screen.login.finished() == real.data["accountId"]


def test_another_origin_is_not_taken(log_in: LogIn, sim: Simulator) -> None:
    """The real payload from another origin leaves the login waiting."""
    sim.levers.message_origin = "localhost"
    screen = log_in()
    screen.claim(sim.play_user(screen.open().url.reveal()))

    assert "GHL_ALLOWED_ORIGINS" in screen.until_notice()
    assert "localhost" in screen.until_notice()


# Two logins.


def test_two_logins_connect_at_the_same_time(log_in: LogIn, sim: Simulator) -> None:
    """Each takes the result of its own window."""
    first, second = log_in(), log_in()
    addresses = [first.open(), second.open()]
    assert addresses[0].url != addresses[1].url
    results = [sim.play_user(address.url.reveal()) for address in addresses]
    for screen, result in zip((first, second), results, strict=True):
        screen.claim(result)

    assert [screen.end().status for screen in (first, second)] == [Status.CONNECTED] * 2
    assert [s.login.finished() for s in (first, second)] == [r.data["accountId"] for r in results]


def test_the_logins_of_a_process_know_of_each_other(log_in: LogIn) -> None:
    """A result from an unknown window is ambiguous while two wait, and not when one is left."""
    # Another seed than elsewhere: an id that has finished a login finishes no second one.
    with (
        Simulator(seed=2) as sim,
        Client(
            sim.token, sim.location_id, base_url=sim.base_url, allowed_origins=(sim.origin,)
        ) as client,
    ):
        first, second = log_in(client=client), log_in(client=client)
        address = first.open()
        second.open()
        result = sim.play_user(address.url.reveal())
        first.claim(result, source="other")
        assert "two logins were waiting for Instagram" in first.until_notice()
        second.login.cancel()
        first.claim(result, source="other")

        assert first.end().status is Status.CONNECTED


def test_an_unknown_window_cannot_replay_a_result(log_in: LogIn, sim: Simulator) -> None:
    """An id that has finished a login does not finish the next one."""
    first, second = log_in(), log_in()
    result = sim.play_user(first.open().url.reveal())
    first.claim(result)
    first.end()
    second.open()
    second.claim(result, source="other")

    assert "names an earlier login" in second.until_notice()


# Without a front end.


def test_a_clients_own_browser_finishes_the_login(
    log_in: LogIn, client: Client, sim: Simulator
) -> None:
    """No page is needed when the client can open addresses by itself."""
    client.browser = lambda url: sim.play_user(url.reveal())
    screen = log_in()
    screen.login.begin("browser")

    assert screen.end().status is Status.CONNECTED
    assert screen.addresses == []


# What is refused at once.


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_time_limit_makes_no_sense(client: Client, limit: float) -> None:
    """A limit is a positive number of seconds."""
    with pytest.raises(errors.ArgumentError, match="time_limit"):
        ConnectFlow(client, "instagram", view=Recording(), time_limit=limit)


def test_no_result_before_the_end(log_in: LogIn) -> None:
    """Asking too early says what to do."""
    with pytest.raises(errors.LoginNotFinishedError, match="Press the button"):
        log_in().login.finished()
