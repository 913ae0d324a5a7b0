"""The accounts list as a way: what counts as a login that has appeared, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ghl_notebook import Client
from ghl_notebook.background import run_in_background
from ghl_notebook.login import Channel, Status
from ghl_notebook.login.page_messages import Mine
from ghl_notebook.login.social import Appearance
from ghl_notebook.login.social.accounts_watch import AccountsWatch
from ghl_notebook.models import find_platform
from ghl_notebook.simulator import Simulator
from tests.login.recording import Recording

LogIn = Callable[..., Recording]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._WATCH_SECONDS", 0.01)


@pytest.fixture(autouse=True)
def _unlimited(sim: Simulator) -> None:
    """Looking a hundred times a second is not what the service allows."""
    sim.levers.rate_limit = 1_000_000


@pytest.fixture
def look(client: Client) -> Callable[[], list[Appearance]]:
    """Look at the list as a login for Instagram does."""
    watch = AccountsWatch(client.core, find_platform("instagram"), reconnect=False)
    return lambda: run_in_background(watch.look)


def log_in_elsewhere(client: Client, sim: Simulator, platform: str = "instagram") -> str:
    """Log in by a window that posts to nobody, and return the account id."""
    return str(sim.play_user(client.oauth.start(platform).reveal()).data["accountId"])


# A window that cannot report.


def test_a_login_without_a_message_arrives(log_in: LogIn, sim: Simulator) -> None:
    """Its login appears in the list, the user says that it is theirs, the service confirms it."""
    screen = log_in()
    address = screen.open()
    screen.lose_sight()
    account_id = sim.play_user(address.url.reveal()).data["accountId"]
    (found,) = screen.until_found()
    screen.send(Mine(address.run, found.account_id))
    state = screen.end()

    assert found.names
    assert found.picture

    assert (state.status, state.delivered_by) == (Status.CONNECTED, Channel.ACCOUNTS)
    assert screen.login.finished() == account_id
    assert state.account_names


def test_a_message_is_first_where_it_comes(log_in: LogIn, sim: Simulator) -> None:
    """What it says is more than what the list says."""
    screen = log_in()
    state = screen.connect(sim)

    assert state.delivered_by is Channel.MESSAGE
    assert state.payload is not None
    assert state.payload.action_type == "close"


def test_the_card_knows_that_the_list_is_watched(log_in: LogIn) -> None:
    """So that it can say so."""
    screen = log_in()
    screen.open()
    with screen._news:
        assert screen._news.wait_for(lambda: screen.states[-1].watches_accounts, 60)


def test_a_list_that_cannot_be_read_is_not_watched(log_in: LogIn, sim: Simulator) -> None:
    """The other ways are open, and the card promises nothing."""
    sim.levers.fail_with("scope_missing", "*/accounts", times=None)
    screen = log_in()
    event = sim.play_user(screen.open().url.reveal())
    assert not screen.states[-1].watches_accounts
    screen.claim(event)

    assert screen.end().delivered_by is Channel.MESSAGE


def test_a_list_that_fails_for_a_while_is_watched_on(log_in: LogIn, sim: Simulator) -> None:
    """An outage in the middle costs nothing but time."""
    screen = log_in(assume_mine=True)
    address = screen.open()
    screen.lose_sight()
    with screen._news:
        assert screen._news.wait_for(lambda: screen.states[-1].watches_accounts, 60)
    sim.levers.fail("*/accounts", 503, times=7)
    sim.play_user(address.url.reveal())

    assert screen.end().delivered_by is Channel.ACCOUNTS


def test_a_login_of_another_platform_does_not_count(
    log_in: LogIn, client: Client, sim: Simulator
) -> None:
    """Somebody else connects Facebook meanwhile."""
    screen = log_in(assume_mine=True)
    address = screen.open()
    screen.lose_sight()
    log_in_elsewhere(client, sim, "facebook")
    account_id = sim.play_user(address.url.reveal()).data["accountId"]
    screen.end()

    assert screen.login.finished() == account_id


# What is looked for.


def test_the_first_look_is_what_later_ones_are_held_against(
    look: Callable[[], list[Appearance]], client: Client, sim: Simulator
) -> None:
    """What was there before is no news."""
    log_in_elsewhere(client, sim)

    assert [look(), look(), look()] == [[], [], []]


def test_a_login_counts_when_it_is_seen_twice(
    look: Callable[[], list[Appearance]], client: Client, sim: Simulator
) -> None:
    """Between two looks the message of a window that can report arrives."""
    look()
    account_id = log_in_elsewhere(client, sim)

    looks = [look(), look()]
    assert [[(one.account_id, one.renewed) for one in found] for found in looks] == [
        [],
        [(account_id, ())],
    ]


def test_a_login_that_nothing_is_attached_from_may_not_be_listed(
    look: Callable[[], list[Appearance]], client: Client, sim: Simulator
) -> None:
    """Whether the live service lists it is not known."""
    sim.levers.fetch_all_shows_unattached = False
    look()
    log_in_elsewhere(client, sim)

    assert [look(), look()] == [[], []]


@pytest.mark.parametrize("reconnect", [True, False])
def test_a_login_that_renews_names_what_it_has_renewed(
    client: Client, sim: Simulator, reconnect: bool
) -> None:
    """The rows that were there, under the new login."""
    first = log_in_elsewhere(client, sim)
    page = client.oauth.available_accounts("instagram", first)[0]
    client.oauth.attach("instagram", first, page)
    (row,) = (a for a in client.accounts.list().accounts if a.oauth_id == first)
    watch = AccountsWatch(client.core, find_platform("instagram"), reconnect)
    run_in_background(watch.look)
    start = client.oauth.start("instagram", reconnect=True).reveal()
    second = str(sim.play_user(start, choose="Amara Diallo").data["accountId"])
    looks = [run_in_background(watch.look) for _ in range(2)]

    (found,) = (one for one in looks[1] if one.account_id == second)
    assert row.id in found.renewed


@pytest.mark.parametrize(("reconnect", "found"), [(True, 1), (False, 0)])
def test_a_later_end_counts_for_a_reconnect_only(
    client: Client, sim: Simulator, reconnect: bool, found: int
) -> None:
    """A service may keep the login's id, or renew connections by itself."""
    first = log_in_elsewhere(client, sim)
    page = client.oauth.available_accounts("instagram", first)[0]
    client.oauth.attach("instagram", first, page)
    watch = AccountsWatch(client.core, find_platform("instagram"), reconnect)
    run_in_background(watch.look)
    (account,) = (a for a in sim.state.accounts.values() if a.oauth_id == first)
    account.expire += timedelta(days=30)
    looks = [run_in_background(watch.look) for _ in range(2)]

    assert len(looks[1]) == found


def test_a_little_later_end_is_no_reconnect(client: Client, sim: Simulator) -> None:
    """Access tokens that live an hour are renewed every hour."""
    first = log_in_elsewhere(client, sim)
    page = client.oauth.available_accounts("instagram", first)[0]
    client.oauth.attach("instagram", first, page)
    watch = AccountsWatch(client.core, find_platform("instagram"), reconnect=True)
    run_in_background(watch.look)
    (account,) = (a for a in sim.state.accounts.values() if a.oauth_id == first)
    account.expire += timedelta(hours=1)

    assert [run_in_background(watch.look) for _ in range(2)] == [[], []]
