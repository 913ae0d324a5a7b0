"""One card in two browsers: what a page has begun, a page of somebody else does not end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ghl_notebook import AppLogin, ConnectAccount
from ghl_notebook.login import Channel
from ghl_notebook.models import MessagePayload
from tests.login.apps import Exchange, make_app
from tests.login.page import Page, flush
from tests.login.recording import settle

Card = Callable[..., ConnectAccount]


@pytest.fixture
def page(card: Card) -> Page:
    """The comm of a login that a page called "page" has begun."""
    page: Page = card().comm
    page.click()
    return page


def begin(page: Page, page_id: str, **fields: object) -> None:
    """Press the button in a page."""
    page.say("begin", page_id=page_id, request=f"click of {page_id}", **fields)


def owners(page: Page) -> list[tuple[str | None, bool]]:
    """Return what the pages were told: the page that is at work, and whether it is there."""
    flush()
    return [(one["page_id"], one["is_here"]) for one in page.heard("owner")]


def test_a_second_page_does_not_begin_meanwhile(page: Page) -> None:
    """It closes the window that it has opened, and the first login goes on."""
    begin(page, "another")

    assert page.hear("failed") == {"type": "failed", "request": "click of another"}
    settle()
    assert len(page.heard("authorize")) == 1


def test_the_first_page_may_begin_again(page: Page) -> None:
    """Its own login is its own to end."""
    assert page.click()["run"] != page.heard("authorize")[0]["run"]


def test_a_second_page_may_take_over(page: Page) -> None:
    """Its user has been told what that ends."""
    begin(page, "another", takes_over=True)

    assert page.hear("authorize", 1)["request"] == "click of another"
    assert owners(page)[-1] == ("another", True)


def test_what_is_almost_done_is_not_taken_over(card: Card) -> None:
    """The first user's result is being checked; the second window closes."""
    login = card()
    page: Page = login.comm
    run = page.click()["run"]
    with login._login._lock:  # the check cannot end meanwhile
        login._login._machine._check(MessagePayload(account_id="6" * 24), Channel.MESSAGE)
        begin(page, "another", takes_over=True)
    assert page.hear("failed")["request"] == "click of another"
    assert login._login.state.run == run


def test_a_page_that_was_loaded_again_goes_on(page: Page) -> None:
    """Nobody answers for the one before it, so it may be the same user's."""
    page.say("hello", page_id="loaded again")
    assert owners(page)[-1] == ("page", False)
    begin(page, "loaded again")

    assert page.hear("authorize", 1)["request"] == "click of loaded again"


def test_a_page_that_is_still_there_says_so(page: Page) -> None:
    """Then the second one knows that it is somebody else's."""
    page.say("hello", page_id="another")
    page.say("here", page_id="page")
    assert owners(page)[-1] == ("page", True)
    begin(page, "another")

    assert page.hear("failed")["request"] == "click of another"


def test_no_page_answers_for_another(page: Page) -> None:
    """The second one is not at work by saying that it is there."""
    page.say("hello", page_id="another")
    page.say("here", page_id="another")

    assert owners(page)[-1] == ("page", False)


def test_the_login_page_is_of_whoever_shows_the_card(card: Card) -> None:
    """VS Code's frame and the system's browser are one user's, though they know nothing of it."""
    page: Page = card().comm
    begin(page, "")
    page.hear("authorize")

    assert owners(page) == [(None, False)]


def test_after_the_end_all_pages_know_whose_it_was(page: Page) -> None:
    """Who looks at it later is not shown it as their own, and may begin one."""
    page.say("cancel")
    page.hear_status("cancelled")
    page.say("hello", page_id="another")
    page.say("here", page_id="page")

    assert owners(page)[-1] == ("page", True)
    begin(page, "another")
    assert page.hear("authorize", 1)["request"] == "click of another"


def test_an_app_login_is_not_taken_over_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both cards have their pages in common."""
    monkeypatch.setattr("comm.create_comm", Page)
    login = AppLogin(make_app(), Exchange())
    page: Page = login.comm
    page.click()
    begin(page, "another")

    assert page.hear("failed")["request"] == "click of another"
    login.close()
    flush()
    Page.opened.clear()
