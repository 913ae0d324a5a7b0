"""The pages in real browsers: Allow in a pop-up, and the message to its opener."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ghl_notebook.simulator import Simulator
from tests.browsers import BROWSERS, Browsers

LISTEN = """() => {
  window.heard = [];
  window.addEventListener("message", (e) => window.heard.push([e.origin, e.data]));
}"""
HEARD = "(count) => window.heard.length >= count && window.heard"


@pytest.fixture(params=BROWSERS)
def browser(request: pytest.FixtureRequest, browsers: Browsers) -> Browser:
    """Every real browser in turn."""
    return browsers.get(request.param)


@pytest.fixture
def opener(browser: Browser) -> Iterator[Page]:
    """A page of another origin that listens to messages."""
    with Simulator() as elsewhere:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{elsewhere.base_url}/avatars/0.svg")
        page.evaluate(LISTEN)
        yield page
        context.close()


def _open(opener: Page, url: str) -> Page:
    with opener.expect_popup() as popup:
        opener.evaluate(
            "(url) => { window.popup = window.open(url, '', 'width=520,height=720'); }", url
        )
    return popup.value


def _heard(opener: Page, count: int = 1) -> list[list[Any]]:
    heard: list[list[Any]] = opener.wait_for_function(HEARD, arg=count).json_value()
    return heard


def test_allow_posts_the_message_and_closes(opener, caller, sim):
    """The opener receives the captured payload from the simulator's origin, once."""
    sim.levers.keep_open = True
    popup = _open(opener, caller.url())
    popup.get_by_role("button", name="Allow").click()
    expect(popup.get_by_text("You can close this window")).to_be_visible()
    ((origin, data),) = _heard(opener)
    assert origin == sim.origin
    assert data["accountId"] in sim.state.logins
    assert data["actionType"] == "close"


def test_the_window_closes_itself(opener, caller, sim):
    """After the message the popup is gone without anyone closing it."""
    sim.levers.close_ms = 0
    popup = _open(opener, caller.url())
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Deny").click(no_wait_after=True)
    assert _heard(opener)[0][1]["accountId"] == "undefined"


def test_the_keyboard_is_enough(opener, caller, sim):
    """The person, the tick boxes and the button are reached and changed without a mouse."""
    popup = _open(opener, caller.url())
    popup.get_by_role("radio", name="Amara Diallo").focus()
    popup.keyboard.press("ArrowDown")
    expect(popup.get_by_role("checkbox", name="Nordljus Studio")).to_be_visible()
    popup.keyboard.press("Enter")
    login = sim.state.logins[_heard(opener)[0][1]["accountId"]]
    assert [page.name for page in login.pages] == ["Nordljus Studio"]


def test_a_late_message_and_a_second_one(opener, caller, sim):
    """The levers delay the message and repeat it, as a string from another origin."""
    levers = sim.levers
    levers.late_ms, levers.message, levers.message_as_json = 50, "twice", True
    levers.message_origin = "localhost"
    popup = _open(opener, caller.url())
    popup.get_by_role("button", name="Allow").click()
    (first, second) = _heard(opener, 2)
    assert first == second
    assert first[0] == sim.origin.replace("127.0.0.1", "localhost")
    assert json.loads(first[1])["platform"] == "instagram"


def test_a_cut_opener_is_told_to_the_person(opener, caller, sim):
    """With a Cross-Origin-Opener-Policy the page says that it could not report, and stays."""
    sim.levers.consent_coop = "same-origin"
    popup = _open(opener, caller.url())
    popup.get_by_role("button", name="Allow").click()
    expect(popup.get_by_role("alert")).to_contain_text("could not report back")
    assert popup.locator("#account").inner_text() in sim.state.logins
    assert opener.evaluate("() => window.popup.closed") is True
    assert opener.evaluate("() => window.heard") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [480, 600])
def test_the_page_fits_a_popup(browser, caller, scheme, width):
    """Nothing sticks out sideways, and both buttons are in sight before scrolling."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 640})
    page = context.new_page()
    page.goto(caller.url())
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    for name in ("Allow", "Deny"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport()
    context.close()
