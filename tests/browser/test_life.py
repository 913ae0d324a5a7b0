"""What happens to a notebook, a page or a kernel in the middle of a login."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.cells import DEMO, demo
from tests.browser.front_end import FrontEnd, in_both_browsers
from tests.browser.notebook import Card, Notebook
from tests.browser.servers.jupyter import JupyterServer

OPEN_AGAIN = "Open the login window again"

KEEP_SECRETS = """\
from pathlib import Path

door = login._pages._endpoint
address = login._login._url.reveal()
state = address.rpartition("=")[2]
token = client.simulator.token
Path("secrets.txt").write_text(" ".join([token, address, state, door.path, door.ticket]));"""


def reopen(notebook: Notebook, between: Callable[[], object] = lambda: None) -> None:
    """Save and close a notebook, and open it again."""
    notebook.save()
    address = notebook.address
    notebook.page.goto("about:blank")
    between()
    notebook.page.goto(address)
    notebook.wait_until_idle()


# The page.


@in_both_browsers
def test_window_of_before_a_reload(open_notebook: Callable[..., Notebook]) -> None:
    """A login window outlives the page that has opened it, and reports to the one after it."""
    notebook = open_notebook(demo(fetch_all_shows_unattached=False))
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    notebook.save()
    notebook.load_again()
    notebook.wait_until_idle()
    notebook.card.expect_status("waiting", "before the page was reloaded")
    window.allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("login.delivered_by in ('message', 'loopback')")


def test_closed_and_reopened(open_notebook: Callable[..., Notebook]) -> None:
    """A login goes on while nobody looks, can be finished by who comes back, and is shown again."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded().page.close()
    reopen(notebook)
    notebook.card.expect_status("waiting", "before the page was reloaded")
    notebook.card.open(OPEN_AGAIN).wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")
    reopen(notebook)
    notebook.card.expect_status("connected", "Café Lumière")


# The kernel.


@pytest.mark.usefixtures("last_on_its_page")
def test_kernel_restarted_while_waiting(open_notebook: Callable[..., Notebook]) -> None:
    """The card of the old kernel says that it is one, and the cell that is run again works."""
    notebook = open_notebook(DEMO)
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    notebook.restart()
    expect(notebook.card.box).to_contain_text("The kernel is gone, or does not answer.")
    expect(notebook.card.box).to_contain_text("run this cell again")
    expect(notebook.card.box.get_by_role("button")).to_have_count(0)
    window.wait_until_closed()
    notebook.run()
    notebook.card.open().wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")


def test_reopened_without_its_kernel(
    open_notebook: Callable[..., Notebook], server: JupyterServer
) -> None:
    """Without its kernel the front end shows no card, as of any widget; run again, it works."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded().page.close()
    reopen(notebook, server.stop_kernels)
    expect(notebook.output(0)).to_have_text("Error displaying widget: model not found")
    notebook.run()
    notebook.card.open().wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")


def test_saved_notebook_has_no_secret(
    open_notebook: Callable[..., Notebook], server: JupyterServer
) -> None:
    """Token, authorization URL, ``state`` and the loopback server's paths are not in the file."""
    notebook = open_notebook(DEMO, KEEP_SECRETS)
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    notebook.page.bring_to_front()
    notebook.cells.nth(1).locator(".cm-content").press("Shift+Enter")
    notebook.output(1)
    window.allow()
    notebook.card.expect_status("connected")
    notebook.save()
    (saved,) = server.root.glob("test_saved_notebook_has_no_secret.ipynb")
    secrets = (server.root / "secrets.txt").read_text("utf-8").split()
    assert len(secrets) == 5
    assert "ghl.ConnectAccount" in saved.read_text("utf-8")
    assert [secret for secret in [*secrets, "state="] if secret in saved.read_text("utf-8")] == []


# All cells once more.


def test_all_cells_run_twice(open_notebook: Callable[..., Notebook]) -> None:
    """The window of the first run's login finishes that one, and not the second run's."""
    notebook = open_notebook(DEMO, "logins = [*globals().get('logins', []), login]")
    notebook.run_all()
    notebook.output(1)
    first = notebook.card.open().wait_until_loaded()
    notebook.run_all()
    expect(notebook.prompt(1)).to_have_text("[4]:")
    notebook.card.expect_status("idle")
    second = notebook.card.open().wait_until_loaded()
    first.choose("Jonas Lindqvist")
    first.allow()
    notebook.card.expect_status("waiting")
    second.allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("[login.account_names[0] for login in logins]") == [
        "Nordljus Studio",
        "Café Lumière",
    ]


# Two of them.


def test_two_views_of_a_notebook(open_notebook: Callable[..., Notebook]) -> None:
    """A login that is begun in one view of a notebook is shown in the other, and ends in both."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.page.locator(".lm-DockPanel .lm-TabBar-tab.lm-mod-current").click(button="right")
    notebook.page.locator(".lm-Menu-itemLabel").get_by_text("New View for Notebook").click()
    expect(notebook.cards).to_have_count(2)
    first, second = Card(notebook.cards.nth(0)), Card(notebook.cards.nth(1))
    window = second.open().wait_until_loaded()
    first.expect_status("waiting", "Finish the login in the window that opened.")
    window.allow()
    first.expect_status("connected", "Café Lumière")
    second.expect_status("connected", "Café Lumière")


def test_two_pages_of_a_notebook(
    front_end: FrontEnd, server: JupyterServer, open_notebook: Callable[..., Notebook]
) -> None:
    """A login that is begun in one browser tab is shown in the other, and ends in both."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.save()
    other = Notebook(front_end.context.new_page())
    other.page.goto(server.address("test_two_pages_of_a_notebook.ipynb", "another"))
    other.wait_until_idle()
    other.card.expect_status("idle")
    window = other.card.open().wait_until_loaded()
    notebook.card.expect_status("waiting", "was started in another tab")
    window.allow()
    other.card.expect_status("connected", "Café Lumière")
    notebook.card.expect_status("connected", "Café Lumière")


# The service.


def test_service_goes_away_and_comes_back(open_notebook: Callable[..., Notebook]) -> None:
    """A result that could not be checked is kept, and checked when the service is there again."""
    notebook = open_notebook(DEMO)
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    notebook.execute("client.simulator.levers.fail('*/accounts/*', 500, times=None)")
    window.allow()
    notebook.card.expect_status("checking", "asks again")
    notebook.execute("client.simulator.stop(); client.simulator.levers.reset()")
    notebook.card.expect_status("checking", "asks again")
    notebook.execute("client.simulator.start()")
    notebook.card.expect_status("connected", "Café Lumière")
