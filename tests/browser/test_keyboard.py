"""A login by Tab and Enter alone, in the notebook and in the provider's window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from ghl_notebook.simulator import Simulator
from tests.browser.cells import DEMO
from tests.browser.front_end import in_both_browsers, in_front_ends
from tests.browser.notebook import Notebook

_MOST_TABS = 40
_IS_FOCUSED = "(node) => node === document.activeElement"


def tab_to(target: Locator) -> None:
    """Press Tab until something has the focus."""
    page = target.page
    expect(target).to_be_visible()
    for _ in range(_MOST_TABS):
        if target.evaluate(_IS_FOCUSED):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {target}.")


def run_first_cell(notebook: Notebook) -> None:
    """Run the first cell and go on from there."""
    notebook.run()
    notebook.page.keyboard.press("Escape")  # out of the new cell, where Tab indents
    notebook.page.keyboard.press("ArrowUp")


def earlier_login() -> str:
    """Return the account id of a login that the demo's simulator begins with."""
    sim = Simulator()
    return next(
        login.id
        for login in sim.state.logins.values()
        if (login.platform, login.location_id) == ("instagram", sim.location_id)
    )


def allow(window: Page) -> None:
    """Allow, and wait until the window has closed itself."""
    allow = window.get_by_role("button", name="Allow")
    tab_to(allow)
    with window.expect_event("close"):
        window.keyboard.press("Enter")


@in_both_browsers
def test_login(open_notebook: Callable[..., Notebook]) -> None:
    """From the cell to the card, through the window, and back to the card, which attaches."""
    notebook = open_notebook(DEMO)
    page, card = notebook.page, notebook.card
    run_first_cell(notebook)
    tab_to(card.button("Connect Instagram"))
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    allow(opened.value)
    card.expect_status("connected", "Café Lumière")
    page.bring_to_front()
    expect(card.box).to_be_focused()  # what was pressed last is no longer there
    tab_to(card.box.get_by_role("checkbox", name="Café Lumière"))
    page.keyboard.press("Space")
    tab_to(card.button("Attach 1 account"))
    page.keyboard.press("Enter")
    expect(card.box).to_contain_text("Attached: Café Lumière.")
    tab_to(card.button("Copy"))
    page.keyboard.press("Enter")
    expect(card.button("Copied")).to_be_visible()


# Notebook 7 hears keys in another way than JupyterLab does.
@in_front_ends("lab-chromium", "notebook-chromium")
def test_keys_in_the_card_are_not_the_notebooks(open_notebook: Callable[..., Notebook]) -> None:
    """Elsewhere two d's delete a cell, and a b makes another one."""
    notebook = open_notebook(DEMO)
    page, connect = notebook.page, notebook.card.button("Connect Instagram")
    run_first_cell(notebook)
    tab_to(connect)
    cells = notebook.cells.count()
    for key in ("d", "d", "b"):
        page.keyboard.press(key)
    expect(connect).to_be_focused()
    with page.expect_popup():
        page.keyboard.press("Enter")
    expect(notebook.cells).to_have_count(cells)


@in_both_browsers
def test_paste(open_notebook: Callable[..., Notebook]) -> None:
    """An account id that is entered finishes a login whose window is gone."""
    notebook = open_notebook(DEMO)
    page, card = notebook.page, notebook.card
    account_id = earlier_login()
    run_first_cell(notebook)
    tab_to(card.button("Connect Instagram"))
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    opened.value.close()
    card.expect_status("waiting", "Still waiting for the result.")
    page.bring_to_front()
    tab_to(card.box.get_by_label("Account ID"))
    page.keyboard.type("not an id")
    page.keyboard.press("Enter")
    card.expect_status("waiting", "This is not an account ID.")
    expect(card.box.get_by_label("Account ID")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(account_id)
    tab_to(card.button("Use it"))
    page.keyboard.press("Enter")
    card.expect_status("connected", "Nordljus Studio")
    expect(card.box).to_be_focused()
    assert notebook.evaluate("login.account_id, login.delivered_by") == (account_id, "pasted")
