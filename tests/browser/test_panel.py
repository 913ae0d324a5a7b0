"""The panel in a notebook: look, connect, attach, reconnect, detach; an agency's rows open."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.cells import PANEL
from tests.browser.front_end import in_both_browsers, in_front_ends
from tests.browser.notebook import PICTURES, Notebook

AGENCY = """\
import ghl_notebook as ghl

panel = ghl.AccountsPanel(ghl.demo_agency(locations=3, accounts=3))
panel"""


def find_panel(notebook: Notebook) -> Locator:
    """Return the panel, once it shows its rows."""
    panel = notebook.page.locator(".ghl-connect-panel")
    expect(panel.get_by_role("grid")).to_be_visible()
    return panel


@in_both_browsers
def test_the_story_of_a_sub_account(open_notebook: Callable[..., Notebook]) -> None:
    """See what is connected, connect and attach more, renew what is expired, detach one."""
    notebook = open_notebook(PANEL)
    notebook.run()
    panel = find_panel(notebook)
    expect(panel.get_by_role("row")).to_have_count(8)
    expired = panel.get_by_role("row").filter(has_text="Nordljus Studio")
    expect(expired).to_contain_text("Expired")
    expect(expired.locator("img")).to_have_js_property("complete", True)
    panel.screenshot(path=PICTURES / "panel.png")

    panel.get_by_role("button", name="Connect", exact=True).click()
    panel.get_by_role("button", name="Instagram", exact=True).click()
    expect(notebook.card.box).to_be_focused()
    window = notebook.card.open().wait_until_loaded()
    window.untick("مقهى الياسمين")
    window.allow()
    pages = panel.locator(".ghl-connect-chooser-list")
    expect(pages.get_by_role("checkbox")).to_have_count(3)
    pages.get_by_label("Café Lumière").check()
    pages.get_by_label("東京ラーメン日記").check()
    panel.get_by_role("button", name="Attach 2 accounts").click()
    expect(panel).to_contain_text("Attached: Café Lumière, 東京ラーメン日記.")
    expect(notebook.cards).to_have_count(0)
    expect(panel.get_by_role("row")).to_have_count(10)

    panel.get_by_role("button", name="Reconnect Nordljus Studio").click()
    window = notebook.card.open("Reconnect Instagram").wait_until_loaded()
    window.choose("Jonas Lindqvist")
    window.allow()
    expect(panel).to_contain_text("Nordljus Studio is reconnected.")
    expect(expired).to_contain_text("Connected")

    panel.get_by_role("button", name="Detach Nordljus Studio").click()
    question = panel.get_by_role("alertdialog")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    question.get_by_role("button", name="Detach").click()
    expect(panel).to_contain_text("Nordljus Studio is detached.")
    expect(panel.get_by_role("row")).to_have_count(9)
    assert sorted(notebook.evaluate("panel.frame['name'].to_list()")) == [
        *(["Café Lumière"] * 4),
        *("مقهى الياسمين", "東京ラーメン日記", "東京ラーメン日記"),
        "🌿 Green Corner Garden Centre & Florist: Weddings, Events, Everyday Flowers",
    ]


# Notebook 7 hears keys in another way than JupyterLab does.
@in_front_ends("lab-chromium", "lab-firefox", "notebook-chromium")
def test_a_row_of_an_agency_opens(open_notebook: Callable[..., Notebook]) -> None:
    """By Enter, and back; the keyboard is where the user is, and Jupyter does not hear it."""
    notebook = open_notebook(AGENCY)
    notebook.run()
    page, panel = notebook.page, find_panel(notebook)
    expect(panel.get_by_role("row").filter(has_text="Add the scope")).to_have_count(1)
    panel.get_by_label("Search").press_sequentially("lumiere")
    expect(panel.get_by_role("row")).to_have_count(2)
    panel.get_by_role("button", name="Lumière Hospitality").focus()
    page.keyboard.press("d")
    page.keyboard.press("d")  # of a cell: cut it
    page.keyboard.press("Enter")
    title = panel.locator(".ghl-connect-panel-title")
    expect(title).to_have_text("Lumière Hospitality")
    expect(title).to_be_focused()
    expect(panel.get_by_role("row").filter(has_text="Nordljus Studio")).to_contain_text("Expired")
    panel.get_by_role("button", name="All sub-accounts").click()
    expect(title).to_have_text("Sub-accounts")
    expect(title).to_be_focused()
    expect(panel.get_by_label("Search")).to_have_value("lumiere")
    expect(panel.get_by_role("row")).to_have_count(2)
    assert notebook.evaluate("panel.frame['accounts'].notna().sum().item()") == 4
