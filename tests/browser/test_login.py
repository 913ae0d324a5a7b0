"""A login from the click to each of its ends, and the cells that wait for it."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.cells import DEMO
from tests.browser.front_end import in_both_browsers
from tests.browser.notebook import Card, Notebook


def test_success(open_notebook: Callable[..., Notebook]) -> None:
    """Click, choose, allow: the window closes itself, and the next cells have the account."""
    notebook = open_notebook(DEMO)
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    window.choose("Amara Diallo")
    window.untick("Green Corner")
    window.allow()

    notebook.card.expect_status("connected", "Instagram is connected.", "Café Lumière")
    status, account_id, payload = notebook.evaluate("login.status, login.account_id, login.payload")
    assert status == "connected"
    assert payload["accountId"] == account_id
    assert payload["platform"] == "instagram"
    available = notebook.output(notebook.start("ghl.fetch_available_accounts(client, login)"))
    expect(available.locator("tbody tr")).to_have_count(3)
    notebook.execute('ghl.attach(client, login, "17841405123456789")')
    accounts = notebook.output(notebook.start("ghl.fetch_accounts(client)"))
    expect(accounts.locator("tbody tr", has_text="17841405123456789")).to_contain_text(account_id)


@in_both_browsers
def test_deny(open_notebook: Callable[..., Notebook]) -> None:
    """A refusal on the provider's page ends the login, without an error and without a payload."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded().deny()
    notebook.card.expect_status("cancelled", "The login was cancelled.")
    expect(notebook.card.button("Try again")).to_be_visible()
    assert notebook.evaluate("login.status, login.error, login.payload") == ("cancelled", None, {})


@in_both_browsers
def test_cancel(open_notebook: Callable[..., Notebook]) -> None:
    """Cancel in the card closes the login window."""
    notebook = open_notebook(DEMO)
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    notebook.card.button("Cancel").click()
    window.wait_until_closed()
    notebook.card.expect_status("cancelled", "The login was cancelled.")
    assert notebook.evaluate("login.status") == "cancelled"


@in_both_browsers
def test_start_fails(open_notebook: Callable[..., Notebook]) -> None:
    """A refused token is shown with the next step, and the blank window does not stay behind."""
    notebook = open_notebook(
        DEMO.replace(
            "\nlogin =",
            '\nclient.simulator.levers.fail_with("invalid_token", "*/start", times=None)\nlogin =',
        )
    )
    notebook.run()
    notebook.card.open().wait_until_closed()
    notebook.card.expect_status("failed", "Instagram could not be connected.", "GHL_TOKEN")
    expect(notebook.card.button("Try again")).to_be_visible()
    assert "401" in notebook.evaluate("login.error")


def test_run_all(open_notebook: Callable[..., Notebook]) -> None:
    """With all cells queued behind an awaited login, one click later all of them have run."""
    notebook = open_notebook(
        DEMO, "(await login).account_names", "ghl.fetch_available_accounts(client, login)"
    )
    notebook.run_all()
    expect(notebook.prompt(2)).to_have_text("[*]:")
    notebook.card.open().wait_until_loaded().allow()
    expect(notebook.output(1)).to_contain_text("Café Lumière")
    expect(notebook.output(2).locator("tbody tr")).to_have_count(4)
    Card(notebook.cards.first).expect_status("connected")


def test_two_views(open_notebook: Callable[..., Notebook]) -> None:
    """A login that two cells show is one login."""
    notebook = open_notebook(DEMO, "login")
    notebook.run(2)
    first, second = Card(notebook.cards.nth(0)), Card(notebook.cards.nth(1))
    window = second.open().wait_until_loaded()
    first.expect_status("waiting", "Finish the login in the window that opened.")
    second.expect_status("waiting", "Finish the login in the window that opened.")
    window.allow()
    first.expect_status("connected", "Café Lumière")
    second.expect_status("connected", "Café Lumière")


def test_traits_drive_other_widgets(open_notebook: Callable[..., Notebook]) -> None:
    """The card sits in a box, and its traits are linked and observed like any widget's."""
    notebook = open_notebook(
        DEMO.removesuffix("\nlogin"),
        """\
import ipywidgets as widgets

seen = []
label = widgets.Label()
widgets.dlink((login, "status"), (label, "value"))
login.observe(lambda change: seen.append((change.new, login.account_id)), "status")
widgets.HBox([login, label])""",
    )
    notebook.run(2)
    label = notebook.cells.nth(1).locator(".widget-label")
    expect(label).to_have_text("idle")
    notebook.card.open().wait_until_loaded().allow()
    expect(label).to_have_text("connected")
    notebook.card.expect_status("connected")
    assert notebook.evaluate("seen[-1] == ('connected', login.account_id)")
    assert notebook.evaluate("[status for status, _ in seen]") == [
        "starting",
        "waiting",
        "checking",
        "connected",
    ]
