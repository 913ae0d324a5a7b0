"""The probe in a real browser: the messages of the login page, and what only a browser does."""

from __future__ import annotations

import queue
import threading
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from ghl_notebook import ConnectAccount
from ghl_notebook.simulator import Simulator
from ghl_notebook.verify import Report, verify_live
from tests.browsers import BROWSERS, Browsers
from tests.login.recording import PATIENCE, settle
from tests.verify.conftest import differing, seen
from tests.verify.test_deviations import options


@pytest.fixture(params=BROWSERS)
def browser(request: pytest.FixtureRequest, browsers: Browsers) -> Browser:
    """Every browser in turn."""
    return browsers.get(request.param)


def probe(
    sim: Simulator, browser: Browser, button: str = "Allow", *, is_asked: bool = False, **how: Any
) -> Report:
    """Probe in a thread, with the browser in this one."""
    addresses: queue.SimpleQueue[str] = queue.SimpleQueue()
    reports: queue.SimpleQueue[Report] = queue.SimpleQueue()

    def show(login: ConnectAccount) -> None:
        login.open_in_browser(lambda address: addresses.put(address) is None)

    def go() -> None:
        reports.put(verify_live(**options(sim), show=show, time_limit=PATIENCE, **how))

    thread = threading.Thread(target=go)
    thread.start()
    context = browser.new_context()
    page = context.new_page()
    page.goto(addresses.get(timeout=PATIENCE))
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Connect Instagram").click()
    popup = opened.value
    popup.get_by_role("button", name=button).click()
    if is_asked:
        page.get_by_role("button", name="Yes, this is mine").click(timeout=60_000)
    if button == "Allow":
        expect(page.locator("body")).to_contain_text("Instagram is connected.", timeout=60_000)
    report = reports.get(timeout=PATIENCE)
    thread.join(PATIENCE)
    context.close()
    settle()
    return report


def test_the_page_tells_what_it_hears(sim: Simulator, browser: Browser) -> None:
    """Origin and payload come from the event, by the loopback server."""
    report = probe(sim, browser)
    assert differing(report) == {}
    assert seen(report, "message_origin") == ("as assumed", sim.origin)
    assert seen(report, "message_once") == ("as assumed", "1")


def test_a_refusal_is_heard(sim: Simulator, browser: Browser) -> None:
    """The message has the string "undefined" instead of an account."""
    sim.levers.keep_open = True
    report = probe(sim, browser, "Deny", variants=("cancel",))
    assert differing(report) == {}
    assert 'accountId: "undefined"' in seen(report, "cancel_message")[1]


def test_a_window_that_cannot_report_is_named(sim: Simulator, browser: Browser) -> None:
    """The provider's policy isolates the pop-up: the login arrives through the accounts list."""
    sim.levers.consent_coop = "same-origin"
    found = differing(probe(sim, browser, is_asked=True))
    assert found == {"message_arrives": "no message; the login was found by: accounts"}
