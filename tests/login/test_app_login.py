"""The card of an app's login as a widget: its traits, its messages, and what they hold."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
import pytest
import traitlets

from ghl_notebook import AppLogin, Secret, errors
from ghl_notebook.login import Status
from tests.browser.servers.program import free_port
from tests.login.apps import (
    CLIENT_SECRET,
    CODE,
    ELSEWHERE,
    Exchange,
    Tokens,
    answer_to,
    make_app,
    settle,
    state_in,
    visit,
)
from tests.login.page import Page, flush
from tests.login.recording import PATIENCE
from tests.planted import Logs

DEFAULTS = {
    "status": "idle",
    "kind": None,
    "location_id": None,
    "company_id": None,
    "who": None,
    "error": None,
    "message": None,
    "listens": False,
    "time_limit": 600.0,
}

Make = Callable[..., AppLogin]


@pytest.fixture
def exchange() -> Exchange:
    """What codes are given to."""
    return Exchange()


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, exchange: Exchange) -> Iterator[Make]:
    """Make cards whose comm has the test at its other end; closed afterwards."""
    monkeypatch.setattr("comm.create_comm", Page)
    made: list[AppLogin] = []

    def make(redirect_uri: str = ELSEWHERE, **options: Any) -> AppLogin:
        made.append(AppLogin(make_app(redirect_uri), exchange, **options))
        return made[-1]

    yield make
    for login in made:
        login.close()
    flush()
    settle()
    Page.opened.clear()


def page_of(login: AppLogin) -> Page:
    """Return the page's end of the comm."""
    page: Page = login.comm
    return page


@pytest.mark.parametrize("name", DEFAULTS)
def test_traits_before_anything_has_happened(make: Make, name: str) -> None:
    """A new card waits for its button."""
    assert getattr(make(), name) == DEFAULTS[name]


@pytest.mark.parametrize("name", DEFAULTS)
def test_traits_are_read_only(make: Make, name: str) -> None:
    """Assigning to one fails at once, and a page changes none."""
    login = make()
    with pytest.raises(traitlets.TraitError, match="read-only"):
        setattr(login, name, DEFAULTS[name])
    page_of(login).send_raw({"method": "update", "state": {name: "forged"}, "buffer_paths": []})
    assert getattr(login, name) == DEFAULTS[name]


def test_every_synced_trait_of_the_card_is_listed_here(make: Make) -> None:
    """The list above leaves none out."""
    theirs = set(ipywidgets.DOMWidget.class_traits())
    own = {n for n in make().traits(sync=True) if n not in theirs and not n.startswith("_")}

    assert own == set(DEFAULTS)


def test_an_unknown_option_is_refused() -> None:
    """A misspelt keyword fails at once."""
    with pytest.raises(errors.ArgumentError, match="AppLogin takes no 'timelimit'"):
        AppLogin(make_app(), Exchange(), timelimit=5)


def test_click_and_paste(make: Make, exchange: Exchange) -> None:
    """The address goes to the click that asked; what is pasted finishes the login."""
    login = make()
    url = Secret(page_of(login).click()["url"])
    assert login.status == "waiting"
    page_of(login).paste_address(answer_to(url))

    assert login.wait(PATIENCE) is login
    assert login.finished() == Tokens()
    assert (login.status, login.kind) == ("connected", "sub-account")
    assert login.location_id == Tokens.location_id
    assert login.company_id == Tokens.company_id
    assert login.who == Tokens.user_id
    assert exchange.codes == [Secret(CODE)]


async def test_awaited(make: Make) -> None:
    """As a cell awaits it."""
    login = make()
    login.paste(answer_to(Secret(page_of(login).click()["url"])))

    assert await login is login


def test_click_and_redirect(make: Make, exchange: Exchange) -> None:
    """An agency, by the redirect to this computer."""
    exchange.result = Tokens("Company", None)
    login = make(f"http://127.0.0.1:{free_port()}/callback")
    url = Secret(page_of(login).click()["url"])
    assert login.listens
    visit(answer_to(url))
    login.wait(PATIENCE)

    assert (login.kind, login.location_id, login.listens) == ("agency", None, False)


def test_a_wrong_address_is_a_message(make: Make) -> None:
    """It goes with the right one."""
    login = make()
    url = Secret(page_of(login).click()["url"])
    login.paste("https://example.com/")
    assert "Copy the whole address" in str(login.message)
    login.paste(Secret(answer_to(url)))
    login.wait(PATIENCE)

    assert login.message is None


def test_cancel_and_try_again(make: Make) -> None:
    """After a cancelled attempt a click begins another one, with another address."""
    login = make()
    first = page_of(login).click()
    page_of(login).say("cancel", run=first["run"])
    flush()
    assert (login.status, "cancelled" in str(login.error)) == ("cancelled", True)
    second = page_of(login).click()

    assert second["url"] != first["url"]
    assert (login.status, login.error) == ("waiting", None)


@pytest.mark.parametrize("kind", ["claim", "paste", "window_lost", "recheck", "nonsense"])
def test_what_another_card_would_say_is_not_heard(make: Make, kind: str) -> None:
    """A message of the other protocol changes nothing."""
    login = make()
    page_of(login).click()
    page_of(login).say(kind, run="run-1", account_id="x", origin="", page_origin="",
                       source="popup", data={})  # fmt: skip
    flush()

    assert login._login.state.status is Status.WAITING


def test_a_click_that_comes_by_both_ways_counts_once(make: Make) -> None:
    """While a cell waits, the comm tells later what the loopback server has told."""
    login = make()
    for _ in range(2):
        page_of(login).say("begin", page_id="page", request="click", id="one")
    page_of(login).hear("authorize")
    flush()

    assert len(page_of(login).heard("authorize")) == 1


def test_nothing_secret_is_shown(make: Make) -> None:
    """URL, state, code and client secret are in the one message that hands out the URL, only."""
    login = make(f"http://127.0.0.1:{free_port()}/callback")
    logs = Logs()
    with logs.installed():
        url = Secret(page_of(login).click()["url"])
        verifier = login._login._authorization and login._login._authorization.verifier
        assert verifier is not None
        page_of(login).paste_address(answer_to(url, state="x"))
        page_of(login).paste_address(answer_to(url))
        login.wait(PATIENCE)
        flush()
    sent = [
        data
        for _, data in page_of(login).sent
        if data and data.get("content", {}).get("type") not in ("authorize", "loopback")
    ]
    traits = {name: getattr(login, name) for name in login.trait_names()}
    state = json.dumps(login.get_state(), default=str)
    shown = [repr(sent), repr(traits), state, repr(login), repr(vars(login)), *logs.texts]

    planted = [CODE, CLIENT_SECRET, state_in(url), verifier.reveal(), "planted-access-token"]
    assert Tokens.location_id in repr(sent)
    assert Tokens.location_id in state
    assert not [text for text in shown for one in planted if one in text]


def test_an_observer_may_use_the_result(make: Make) -> None:
    """When `status` changes, the rest is there."""
    login = make()
    seen: list[Any] = []
    done = threading.Event()

    def note(change: Any) -> None:
        if change["new"] == "connected":
            seen.append((login.kind, login.finished()))
            done.set()

    login.observe(note, "status")
    login.paste(answer_to(Secret(page_of(login).click()["url"])))

    assert done.wait(PATIENCE)
    assert seen == [("sub-account", Tokens())]
