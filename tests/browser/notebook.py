"""An open notebook as its user sees it: cells, outputs, cards."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.servers.files import KERNEL
from tests.browsers import wait_until_closed

PICTURES = Path(__file__).parents[2] / "test-results" / "browser"

_DONE = re.compile(r"\[\d+\]")
_FIRST_ANSWER = 40_000  # milliseconds

_PRINT = """async (code) => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const request = kernel.requestExecute({ code, store_history: false });
    let text = "";
    request.onIOPub = ({ content }) => { text += content.text ?? content.evalue ?? ""; };
    await request.done;
    return text;
}"""


class Notebook:
    """A notebook in a front end, with its kernel idle and no cell run.

    Attributes
    ----------
    page : Page
        The page that shows it.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def cells(self) -> Locator:
        """All cells."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    @property
    def cards(self) -> Locator:
        """All cards, from top to bottom."""
        return self.page.locator(".ghl-connect-card")

    @property
    def card(self) -> Card:
        """The only card."""
        return Card(self.cards)

    def wait_until_open(self, kernel: str, show_again: Callable[[], object]) -> None:
        """Wait until the notebook is shown and its new kernel has answered."""
        try:
            self.wait_until_idle(kernel, _FIRST_ANSWER)
        except AssertionError:
            # JupyterLab asks a new kernel only once what it does, and on a busy machine the kernel
            # may miss the question. Whoever sees "unknown" for long loads the page again; under
            # its first address, because JupyterLab would show what earlier tests have opened too.
            show_again()
            self.wait_until_idle(kernel)

    @property
    def address(self) -> str:
        """Where JupyterLab shows this notebook only.

        It saves now and then what is open. A page that is simply reloaded may open the notebook of
        an earlier test as well, at any time.
        """
        return f"{self.page.url.partition('?')[0]}?reset"

    def load_again(self) -> None:
        """Load the page again."""
        self.page.goto(self.address)

    def wait_until_idle(self, kernel: str = KERNEL, timeout: float | None = None) -> None:
        """Wait until the kernel is connected and does nothing."""
        # Before there is a kernel, the indicator says "idle" as well.
        expect(self.page.locator(".jp-KernelName")).to_have_text(kernel, timeout=timeout)
        indicator = self.page.locator(".jp-Notebook-ExecutionIndicator")
        expect(indicator).to_have_attribute("data-status", "idle", timeout=timeout)

    def run(self, count: int = 1) -> None:
        """Run the first cells one after the other, each when the last one is done."""
        self.page.bring_to_front()
        for index in range(count):
            self.cells.nth(index).locator(".cm-content").press("Shift+Enter")
            self.output(index)

    def run_all(self) -> None:
        """Run all cells by the menu, and wait for none of them."""
        self.choose("Run", "Run All Cells")

    def choose(self, menu: str, *items: str) -> None:
        """Choose something in a menu, or in a menu within it."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        for item in items:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def interrupt(self) -> None:
        """Press the stop button."""
        self.page.bring_to_front()
        self.page.get_by_role("button", name="Interrupt the kernel").click()

    def restart(self) -> None:
        """Restart the kernel by the menu, and wait until it is there again."""
        self.page.bring_to_front()
        self.choose("Kernel", "Restart Kernel…")
        with self.page.expect_response(lambda answer: "/restart" in answer.url):
            self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        self.wait_until_idle()

    def start(self, code: str) -> int:
        """Type code into the empty last cell, run it, and return the cell's number."""
        self.page.bring_to_front()  # a login window may have the keyboard
        index = self.cells.count() - 1
        editor = self.cells.nth(index).locator(".cm-content")
        editor.fill(code)
        editor.press("Shift+Enter")
        return index

    def output(self, index: int) -> Locator:
        """Wait until a cell is done, and return its output."""
        expect(self.prompt(index)).to_have_text(_DONE)
        return self.cells.nth(index).locator(".jp-OutputArea-output")

    def prompt(self, index: int) -> Locator:
        """The prompt of a cell: ``[ ]:``, ``[*]:`` or a number."""
        return self.cells.nth(index).locator(".jp-InputPrompt")

    def execute(self, code: str) -> str:
        """Run code in a new cell and return the text of its output."""
        return "".join(self.output(self.start(code)).all_text_contents())

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the kernel, which no cell shows."""
        text = self.page.evaluate(_PRINT, f"print(repr(({expression})))")
        try:
            return ast.literal_eval(text)
        except (SyntaxError, ValueError):
            raise AssertionError(f"{expression} gave: {text}") from None

    def save(self) -> None:
        """Save by the keyboard, and wait until the server has it."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url
        ):
            self.page.keyboard.press("Control+s")


class Card:
    """One view of a login."""

    def __init__(self, box: Locator) -> None:
        self.box = box

    def button(self, name: str) -> Locator:
        """A button by what it says."""
        return self.box.get_by_role("button", name=name, exact=True)

    def open(self, button: str = "Connect Instagram") -> LoginWindow:
        """Press a button that opens the login window, and return it."""
        with self.box.page.expect_popup() as opened:
            self.button(button).click()
        return LoginWindow(opened.value)

    def expect_status(self, status: str, *texts: str) -> None:
        """Wait until the card shows a status, with these texts."""
        expect(self.box).to_have_attribute("data-status", status)
        for text in texts:
            expect(self.box).to_contain_text(text)


class LoginWindow:
    """The window of the simulated provider, as the person in front of it sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def wait_until_loaded(self) -> LoginWindow:
        """Wait until the person can choose."""
        expect(self.page.get_by_role("button", name="Allow")).to_be_visible()
        return self

    def choose(self, person: str) -> None:
        """Choose who logs in."""
        self.page.get_by_text(person, exact=True).click()

    def untick(self, page: str) -> None:
        """Keep one page of the person back."""
        self.page.get_by_role("checkbox", name=page).uncheck()

    def allow(self) -> None:
        """Allow, and wait until the window has closed itself."""
        self._press("Allow")

    def deny(self) -> None:
        """Deny, and wait until the window has closed itself."""
        self._press("Deny")

    def post(self, data: object) -> None:
        """Post to the page that opened this one, as any script here can."""
        self.page.evaluate("(data) => opener.postMessage(data, '*')", data)

    def wait_until_closed(self) -> None:
        """Wait until somebody has closed it."""
        wait_until_closed(self.page)

    def _press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.wait_until_closed()


def take_pictures(page: Page, name: str) -> None:
    """Keep a picture of each card of a page."""
    cards = page.locator(".ghl-connect-card")
    for index in range(cards.count()):
        suffix = f"-{index + 1}" if index else ""
        cards.nth(index).screenshot(path=PICTURES / f"{name}{suffix}.png")
