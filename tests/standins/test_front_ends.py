"""VS Code's and Colab's outputs: frames with their rules, around a real card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Page

from ghl_notebook import ConnectAccount
from ghl_notebook.errors import FrontEndError
from ghl_notebook.simulator import Simulator
from tests.standins.bench import PATIENCE, Bench
from tests.standins.shown import Shown, allow
from tests.ways import LOGIN, WAITING, Ways

Show = Callable[..., Shown]
Arrives = Callable[[], str]

LOGIN_PAGE = "login page in the default browser"


@pytest.fixture
def system(browser: Browser) -> Iterator[Page]:
    """A page of the system's browser, which knows nothing of the front end's."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_vscode(
    show: Show,
    bench: Bench,
    browser: Browser,
    system: Page,
    arrives: Arrives,
    ways: Ways,
    theme: str,
) -> None:
    """The card's link leads to the login page in the default browser, where a popup works."""
    shown = show("vscode", theme)
    shown.link("Connect Instagram").click()
    system.goto(bench.opened.get(timeout=PATIENCE))
    there = Shown(system)
    allow(there.open(there.button("Connect Instagram")))
    there.expect_status("connected")
    shown.expect_status("connected")
    assert arrives() == "loopback"
    ways.record("vscode", browser.browser_type.name, LOGIN, LOGIN_PAGE)


def test_vscode_while_a_cell_waits(
    show: Show, bench: Bench, browser: Browser, system: Page, arrives: Arrives, ways: Ways
) -> None:
    """The login page is heard while a cell keeps the kernel from the comm."""
    with bench.busy_kernel(), ThreadPoolExecutor() as cell:
        waiting = cell.submit(arrives)
        show("vscode").link("Connect Instagram").click()
        system.goto(bench.opened.get(timeout=PATIENCE))
        there = Shown(system)
        allow(there.open(there.button("Connect Instagram")))
        assert waiting.result() == "loopback"
    ways.record("vscode", browser.browser_type.name, WAITING, LOGIN_PAGE)


def test_vscode_with_a_cut_opener(
    show: Show, bench: Bench, system: Page, arrives: Arrives, sim: Simulator
) -> None:
    """The login page finds in the accounts list what its popup cannot report."""
    sim.levers.consent_coop = "same-origin"
    shown = show("vscode")
    shown.link("Connect Instagram").click()
    system.goto(bench.opened.get(timeout=PATIENCE))
    there = Shown(system)
    allow(there.open(there.button("Connect Instagram")))
    there.say_yes()
    there.expect_status("connected")
    shown.expect_status("connected")
    assert arrives() == "accounts"


@pytest.mark.parametrize("frame", ["colab", "colab-escape"])
def test_colab(show: Show, browser: Browser, arrives: Arrives, ways: Ways, frame: str) -> None:
    """The popup of a frame of another site reports to it; a loopback page is out of reach there."""
    shown = show(frame)
    allow(shown.open(shown.button("Connect Instagram")))
    shown.expect_status("connected")
    assert arrives() == "message"
    ways.record("colab", browser.browser_type.name, LOGIN, "message")


def test_colab_while_a_cell_waits(
    show: Show,
    bench: Bench,
    browser: Browser,
    login: ConnectAccount,
    arrives: Arrives,
    ways: Ways,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing the page says is heard then: the cell says what to do, and that works."""
    monkeypatch.setattr("ghl_notebook.login.base_card._PATIENCE_SECONDS", 1.0)
    shown = show("colab")
    with bench.busy_kernel(), pytest.raises(FrontEndError, match="press its button there"):
        login.wait(PATIENCE)
    allow(shown.open(shown.button("Connect Instagram")))
    shown.expect_status("connected")
    assert arrives() == "message"
    ways.record(
        "colab", browser.browser_type.name, WAITING, "not possible: the error shows the next step"
    )


@pytest.mark.parametrize("login", [{"separate_page": True}], indirect=True)
def test_a_separate_login_page(show: Show, arrives: Arrives) -> None:
    """The platform's pages report to it, and have no way to the notebook's tab."""
    shown = show("top")
    there = Shown(shown.open(shown.link("Connect Instagram")))
    window = there.open(there.button("Connect Instagram"))
    window.get_by_role("button", name="Allow").wait_for()
    assert window.evaluate("() => [opener !== null, opener.opener]") == [True, None]
    allow(window)
    shown.expect_status("connected")
    assert arrives() == "loopback"
