"""The names of the sub-account and its users on the card, in place of ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ghl_notebook import Client, ConnectAccount
from ghl_notebook.login.social import names
from ghl_notebook.simulator import Simulator
from tests.login.page import Page, flush

Card = Callable[..., ConnectAccount]


def show(login: ConnectAccount) -> Page:
    """Display a card."""
    page: Page = login.comm
    page.say("hello", page_id="page")
    return page


def named(traits: dict[str, object]) -> bool:
    """Tell whether the card shows the sub-account's name."""
    return traits.get("location_name") is not None


def test_two_cards_of_a_client_show_names(card: Card, client: Client, sim: Simulator) -> None:
    """Of cards that are displayed at once, each shows the names, which are looked up once."""
    sim.levers.latency = 0.05
    pages = [show(card()), show(card("facebook"))]
    for page in pages:
        page.hear_traits(named)
    assert client.location().name == pages[1].hear_traits(named)["location_name"]
    asked = [request for request in sim.requests if request.path.startswith("/locations/")]
    assert len(asked) == 2


def test_a_card_that_is_closed_costs_no_other_its_names(card: Card, sim: Simulator) -> None:
    """Neither one that waits for the same names, nor one that is displayed later."""
    sim.levers.latency = 0.05
    first, second = card(), card("facebook")
    page = show(first)
    other = show(second)
    first.close()
    other.hear_traits(named)
    assert not any(map(named, page.updates))


def test_a_look_up_that_was_stopped_is_repeated(card: Card, sim: Simulator) -> None:
    """The next card of the client does not go without."""
    sim.levers.latency = 0.05
    first = card()
    show(first)
    first.close()
    show(card()).hear_traits(named)


def test_a_card_may_be_closed_in_the_middle_of_it(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The garbage collector closes cards, in any thread and at any line."""
    first, second = card(), card("facebook")
    show(first)
    start = names.start_in_background

    def collecting(*args: Any) -> Any:
        first.close()
        return start(*args)

    monkeypatch.setattr(names, "start_in_background", collecting)
    first._names.stop()
    show(second).hear_traits(named)


def test_a_later_card_of_a_client_shows_the_names(card: Card, sim: Simulator) -> None:
    """They were looked up for an earlier card, and are shown without a click."""
    show(card()).hear_traits(named)
    later = card("facebook")
    show(later)
    flush()
    assert later.location_name is not None
