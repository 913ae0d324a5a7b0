"""A card in a front end, and the windows of its login, as their user sees them."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

PICTURES = Path(__file__).parents[2] / "test-results" / "standins"


class Shown:
    """A page with a card in it, so many frames deep."""

    def __init__(self, page: Page, depth: int = 0) -> None:
        self.page = page
        output: Page | FrameLocator = page
        for _ in range(depth):
            output = output.frame_locator("iframe")
        self.box: Locator = output.locator(".ghl-connect-card")

    def button(self, name: str) -> Locator:
        """A button by what it says."""
        return self.box.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """A link by what it says."""
        return self.box.get_by_role("link", name=name, exact=True)

    def open(self, way: Locator) -> Page:
        """Click a button or a link that opens a window, and return it."""
        with self.page.context.expect_page() as opened:
            way.click()
        return opened.value

    def open_copied_address(self) -> Page:
        """Copy the address that the card offers, and open it in a tab of its own."""
        self.page.bring_to_front()
        self.button("Copy address").click()
        copied = self.box.get_by_role("button", name=re.compile("^(Copied|Selected)$"))
        expect(copied).to_be_visible()
        if copied.inner_text() == "Selected":
            self.page.keyboard.press("ControlOrMeta+C")
        tab = self.page.context.new_page()
        tab.set_content("<textarea></textarea>")
        field = tab.locator("textarea")
        field.press("ControlOrMeta+V")
        expect(field).not_to_have_value("")
        tab.goto(field.input_value())
        return tab

    def paste(self, account_id: str) -> None:
        """Enter an account id, back on the page."""
        self.page.bring_to_front()
        # By script: Playwright's keys do not get into Firefox's frames of other sites.
        field = self.box.get_by_label("Account ID")
        expect(field).to_be_editable()
        field.evaluate("(input, text) => { input.value = text; }", account_id)
        self.button("Use it").click()

    def say_yes(self) -> None:
        """Say that the login which was found in the accounts list is one's own."""
        self.page.bring_to_front()
        self.button("Yes, this is mine").click()

    def expect_status(self, status: str, *texts: str) -> None:
        """Wait until the card shows a status, with these texts."""
        expect(self.box).to_have_attribute("data-status", status)
        for text in texts:
            expect(self.box).to_contain_text(text)


def allow(window: Page) -> None:
    """Press the button of the consent page."""
    window.get_by_role("button", name="Allow").click()


def account_id(window: Page) -> str:
    """Read the account id on the finish page, which shows it when it could not report."""
    return window.locator("#account").inner_text()
