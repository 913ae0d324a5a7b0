"""The last step of a login: accounts are attached in the card."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ghl_notebook import Client, ConnectAccount, errors
from ghl_notebook.simulator import Simulator
from tests.login.page import Page, connect, flush
from tests.login.recording import PATIENCE

Card = Callable[..., ConnectAccount]


def _offered(login: ConnectAccount) -> dict[str, str]:
    return {one["name"]: one["origin_id"] for one in login.choices if not one["is_attached"]}


def _attach(login: ConnectAccount, *origin_ids: str) -> None:
    page: Page = login.comm
    page.say("attach", origin_ids=[*origin_ids])
    page.hear_traits(lambda traits: traits.get("is_attaching") is False and "choices" in traits)


def test_a_login_offers_what_it_shares(card: Card, sim: Simulator, client: Client) -> None:
    """Nothing is attached yet, and what was attached before the login is marked."""
    login = card()
    connect(login, sim)

    assert login.status == "connected"
    assert login.attached == []
    connected = {a.origin_id for a in client.accounts.list().accounts}
    assert login.choices
    for one in login.choices:
        assert one["is_attached"] is (one["origin_id"] in connected)


def test_accounts_are_attached_in_the_card(card: Card, sim: Simulator, client: Client) -> None:
    """The ticked accounts are in the sub-account, and in the trait."""
    login = card()
    connect(login, sim)
    name, origin_id = next(iter(_offered(login).items()))

    _attach(login, origin_id)
    login.wait_attached(PATIENCE)

    (attached,) = login.attached
    assert (attached["name"], attached["origin_id"]) == (name, origin_id)
    assert origin_id in {a.origin_id for a in client.accounts.list().accounts}
    assert next(c for c in login.choices if c["origin_id"] == origin_id)["is_attached"]


def test_an_error_belongs_to_its_account_and_can_be_repeated(card: Card, sim: Simulator) -> None:
    """The account stays ticked with the reason; the next try attaches it."""
    login = card()
    connect(login, sim)
    origin_id = next(iter(_offered(login).values()))
    sim.levers.fail_with("scope_missing", "*/accounts/*", method="POST")
    page: Page = login.comm
    page.say("attach", origin_ids=[origin_id])
    page.hear_traits(lambda traits: any(c["error"] for c in traits.get("choices", ())))

    failed = next(c for c in login.choices if c["origin_id"] == origin_id)
    assert failed["is_ticked"]
    assert "socialplanner/oauth.write" in failed["error"]
    assert login.attached == []

    page.say("attach", origin_ids=[origin_id])
    login.wait_attached(PATIENCE)
    assert [one["origin_id"] for one in login.attached] == [origin_id]


def test_nothing_is_asked_after_a_reconnection(card: Card, sim: Simulator) -> None:
    """Its accounts are attached: waiting for them returns at once."""
    login = card(reconnect=True)
    connect(login, sim)

    assert login.choices == []
    assert login.wait_attached(PATIENCE) is login


def test_what_the_login_does_not_offer_is_not_attached(card: Card, sim: Simulator) -> None:
    """A page cannot attach an account that is not among the choices."""
    login = card()
    connect(login, sim)
    page: Page = login.comm
    page.say("attach", origin_ids=["17841400000000000", 5])
    page.say("attach", origin_ids=["17841400000000000"])
    flush()

    assert not login.is_attaching
    assert login.attached == []


def test_waiting_for_the_attachment_has_a_time_limit(card: Card, sim: Simulator) -> None:
    """The error says what to press."""
    login = card()
    connect(login, sim)
    with pytest.raises(errors.LoginTimeoutError, match="press Attach"):
        login.wait_attached(0.5)


def test_a_blocked_cell_hears_of_the_attachment(card: Card, sim: Simulator) -> None:
    """While it waits, the page is invited to the loopback server, also after the login."""
    login = card()
    connect(login, sim)
    page: Page = login.comm
    before = len(page.heard("loopback"))
    with ThreadPoolExecutor(1) as cell:
        waiting = cell.submit(login.wait_attached, PATIENCE)
        page.hear("loopback", before)
        page.say("attach", origin_ids=[next(iter(_offered(login).values()))])
        assert waiting.result(PATIENCE) is login
    assert len(login.attached) == 1


def test_a_card_that_is_closed_attaches_nothing_more(card: Card, sim: Simulator) -> None:
    """Who waits for the attachment learns it."""
    login = card()
    connect(login, sim)
    page: Page = login.comm
    before = len(page.heard("loopback"))
    with ThreadPoolExecutor(1) as cell:
        waiting = cell.submit(login.wait_attached, PATIENCE)
        page.hear("loopback", before)
        login.close()
        with pytest.raises(errors.LoginCancelledError, match="closed"):
            waiting.result(PATIENCE)
    with pytest.raises(errors.LoginCancelledError, match="closed"):
        login.wait_attached(PATIENCE)


async def test_the_attachment_can_be_awaited(card: Card, sim: Simulator) -> None:
    """A cell that awaits gets the login as soon as something is attached."""
    login = card()
    await asyncio.to_thread(connect, login, sim)
    page: Page = login.comm
    page.say("attach", origin_ids=[next(iter(_offered(login).values()))])
    assert (await login.when_attached()).attached


def test_a_simulated_user_does_not_try_again(card: Card, sim: Simulator, client: Client) -> None:
    """Who waits learns why nothing is attached."""
    client.browser = lambda url: sim.play_user(url.reveal())
    sim.levers.fail_with("scope_missing", "*/accounts/*", method="POST", times=None)
    with pytest.raises(errors.ScopeError):
        card().wait_attached(PATIENCE)


def test_a_simulated_user_attaches_too(card: Card, sim: Simulator, client: Client) -> None:
    """In a demo without a person, everything that the login shares is attached."""
    client.browser = lambda url: sim.play_user(url.reveal())
    login = card()
    login.wait_attached(PATIENCE)

    assert len(login.attached) >= 1
    assert all(one["is_attached"] for one in login.choices)
