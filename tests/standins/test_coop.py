"""Login pages with a Cross-Origin-Opener-Policy, as Meta's have, from each kind of frame."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from ghl_notebook.simulator import Simulator
from tests.standins.shown import Shown, account_id, allow
from tests.ways import Ways

Show = Callable[..., Shown]
Arrives = Callable[[], str]

CUTTING = ["same-origin", "same-origin-allow-popups", "noopener-allow-popups"]
BY_MESSAGE = {"message", "loopback"}  # one message event, told by both; the faster one counts
ERROR_PAGE = re.compile("^(chrome-error|about:neterror)")


def _is_cut(browser: Browser, coop: str | None) -> bool:
    """Tell whether a browser cuts the tie between a window with this policy and its opener."""
    enforced = CUTTING[:2] if browser.browser_type.name == "firefox" else CUTTING
    return coop in enforced


@pytest.mark.parametrize("coop", [None, *CUTTING])
@pytest.mark.parametrize("frame", ["top", "framed"])
def test_login_arrives(
    show: Show,
    browser: Browser,
    arrives: Arrives,
    sim: Simulator,
    ways_of_frames: Ways,
    frame: str,
    coop: str | None,
) -> None:
    """The message arrives, or else the accounts list has the login, and the card asks about it."""
    sim.levers.consent_coop = coop
    shown = show(frame)
    allow(shown.open(shown.button("Connect Instagram")))
    if _is_cut(browser, coop):
        shown.say_yes()
    shown.expect_status("connected")
    way = arrives()
    assert way in ({"accounts"} if _is_cut(browser, coop) else BY_MESSAGE)
    ways_of_frames.record(frame, browser.browser_type.name, coop or "no policy", way)


@pytest.mark.parametrize("coop", [None, *CUTTING])
def test_login_arrives_from_a_sandbox(
    show: Show,
    browser: Browser,
    arrives: Arrives,
    sim: Simulator,
    ways_of_frames: Ways,
    coop: str | None,
) -> None:
    """Where the window is the browser's error page, the card offers an address for a new tab."""
    sim.levers.consent_coop = coop
    shown = show("sandboxed")
    window = shown.open(shown.button("Connect Instagram"))
    there = shown
    if _is_cut(browser, coop):
        there = Shown(shown.open_copied_address())
        assert ERROR_PAGE.match(window.url)
        window = there.open(there.button("Open the login window again"))
    allow(window)
    if _is_cut(browser, coop):
        there.say_yes()
    shown.expect_status("connected")
    way = arrives()
    assert way in ({"accounts"} if _is_cut(browser, coop) else BY_MESSAGE)
    said = "accounts list, from a separate tab" if _is_cut(browser, coop) else way
    ways_of_frames.record("sandboxed", browser.browser_type.name, coop or "no policy", said)


def test_login_arrives_from_a_sandbox_elsewhere(
    show: Show, arrives: Arrives, sim: Simulator
) -> None:
    """Where the kernel's own login page is out of reach too, the address is the consent page's."""
    sim.levers.consent_coop = "same-origin"
    shown = show("colab")
    shown.open(shown.button("Connect Instagram"))
    allow(shown.open_copied_address())
    shown.say_yes()
    shown.expect_status("connected")
    assert arrives() == "accounts"


@pytest.mark.parametrize("frame", ["top", "framed"])
def test_account_id_is_pasted(show: Show, arrives: Arrives, sim: Simulator, frame: str) -> None:
    """Where the list shows nothing either, the card asks for the id that the window shows."""
    sim.levers.consent_coop = "same-origin"
    sim.levers.fetch_all_shows_unattached = False
    shown = show(frame)
    window = shown.open(shown.button("Connect Instagram"))
    allow(window)
    shown.paste(account_id(window))
    shown.expect_status("connected")
    assert arrives() == "pasted"


def test_account_id_is_pasted_from_a_sandbox(show: Show, arrives: Arrives, sim: Simulator) -> None:
    """The same by the address for a new tab."""
    sim.levers.consent_coop = "same-origin"
    sim.levers.fetch_all_shows_unattached = False
    shown = show("sandboxed")
    shown.open(shown.button("Connect Instagram"))
    there = Shown(shown.open_copied_address())
    window = there.open(there.button("Open the login window again"))
    allow(window)
    shown.paste(account_id(window))
    shown.expect_status("connected")
    assert arrives() == "pasted"
