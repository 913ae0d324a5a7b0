"""A login without a notebook: scripts and IPython, with a desktop and in a bare terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.front_end import in_front_ends
from tests.browser.notebook import Card
from tests.browser.shell import run, write_browser
from tests.browsers import BROWSERS

in_chromium = in_front_ends("none-chromium")
in_both_browsers = in_front_ends(*(f"none-{name}" for name in BROWSERS))

SCRIPT = """\
import ghl_notebook as ghl

client = ghl.demo()
login = ghl.connect(client, "instagram", time_limit=60)
print(login.status, login.delivered_by)
ghl.attach(client, login, "17841405123456789")
print(ghl.fetch_accounts(client)["name"].to_list())
"""

PROGRAMS = {"script": ("-c", SCRIPT), "ipython": ("-m", "IPython", "-c", SCRIPT)}
"""What runs the script, by its arguments."""


def log_in(page: Page, address: str) -> None:
    """Log in at an address as its user does."""
    page.goto(address)
    card = Card(page.locator(".ghl-connect-card"))
    card.open().wait_until_loaded().allow()
    card.expect_status("connected", "Instagram is connected.", "Café Lumière")
    expect(page.locator("body")).to_contain_text("You can close this page")


@in_both_browsers
@pytest.mark.parametrize("program", PROGRAMS)
def test_with_a_desktop(page: Page, tmp_path: Path, program: str) -> None:
    """The system's browser opens with the login; afterwards the script goes on."""
    browser = tmp_path / "browser"
    with run(*PROGRAMS[program], folder=tmp_path, BROWSER=write_browser(browser)) as shell:
        shell.address()
        opened = browser.with_name("browser.txt").read_text("utf-8")
        assert opened.startswith("file://")
        log_in(page, opened)
        output = shell.output()
    assert output.startswith("connected loopback\n")
    assert "'Café Lumière'" in output


@in_chromium
@pytest.mark.parametrize("program", PROGRAMS)
def test_in_a_terminal(page: Page, tmp_path: Path, program: str) -> None:
    """Without a desktop the address is printed, for a browser that the user has elsewhere."""
    with run(*PROGRAMS[program], folder=tmp_path, in_terminal=True) as shell:
        address = shell.address()
        assert "Open http://" in shell.said
        log_in(page, address)
        output = shell.output()
    assert output.startswith("connected loopback\n")
    assert "'Café Lumière'" in output


@in_both_browsers
def test_address_works_once(page: Page, tmp_path: Path) -> None:
    """A reload of the page is no second use; a second use ends the login, and everybody is told."""
    browser = write_browser(tmp_path / "browser")
    with run("-c", SCRIPT, folder=tmp_path, BROWSER=browser) as shell:
        address = shell.address()
        page.goto(address)
        card = Card(page.locator(".ghl-connect-card"))
        card.expect_status("idle")
        page.reload()
        card.expect_status("idle")
        second = page.context.new_page()
        second.goto(address)
        expect(second.locator("h1")).to_have_text("This address was opened before")
        expect(card.box).to_contain_text("The kernel is gone, or does not answer.")
        assert "was opened a second time" in shell.complaint()
