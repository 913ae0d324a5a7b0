"""What happens to the login window that no login can rely on."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.cells import DEMO, demo
from tests.browser.front_end import in_both_browsers, in_front_ends
from tests.browser.notebook import LoginWindow, Notebook


@in_both_browsers
def test_closed_without_an_answer(open_notebook: Callable[..., Notebook]) -> None:
    """When the user closes the window the card keeps waiting, and a second window works."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded().page.close()
    notebook.card.expect_status("waiting", "Still waiting for the result.")
    assert notebook.evaluate("login.status") == "waiting"
    notebook.card.open("Reopen window").wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")


@in_both_browsers
def test_severed_opener(open_notebook: Callable[..., Notebook]) -> None:
    """A provider's page that cuts its tie to the notebook is not taken for a closed window."""
    notebook = open_notebook(demo(consent_coop="same-origin"))
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    notebook.card.expect_status("waiting", "If you still see it, finish the login there.")
    expect(notebook.card.button("Reopen window")).to_be_visible()
    assert not window.page.is_closed()
    assert notebook.evaluate("login.status, login.error") == ("waiting", None)


@in_both_browsers
def test_blocked(open_notebook: Callable[..., Notebook]) -> None:
    """Where the browser opens no window, a link does it, and its window still reports back."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.page.evaluate("() => { window.kept = window.open; window.open = () => null; }")
    notebook.card.button("Connect Instagram").click()
    notebook.card.expect_status("waiting", "Your browser may have blocked the pop-up.")
    with notebook.page.context.expect_page() as opened:
        notebook.card.box.get_by_role("link", name="Open the login page").click()
    notebook.page.evaluate("() => { window.open = window.kept; delete window.kept; }")
    LoginWindow(opened.value).wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")


@in_both_browsers
def test_late_message(open_notebook: Callable[..., Notebook]) -> None:
    """The result counts however late it comes, also when its window closes in the same instant."""
    notebook = open_notebook(demo(late_ms=2000, close_ms=0))
    notebook.run()
    notebook.card.open().wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("login.status") == "connected"


# Notebook 7 finds the notebook by its address, JupyterLab by its workspace.
@in_front_ends("lab-chromium", "lab-firefox", "notebook-chromium")
def test_page_reloaded_while_waiting(open_notebook: Callable[..., Notebook]) -> None:
    """After a reload the card of the living kernel opens the login again."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded().page.close()
    notebook.save()
    notebook.load_again()
    notebook.wait_until_idle()
    notebook.card.expect_status("waiting", "before the page was reloaded")
    notebook.card.open("Open the login window again").wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("login.status") == "connected"
