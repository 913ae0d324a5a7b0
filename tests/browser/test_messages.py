"""Messages that reach the notebook's page: the login's own, strangers', and those of two logins."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.cells import DEMO, demo
from tests.browser.notebook import Card, LoginWindow, Notebook

FORGED: dict[str, Any] = {
    "actionType": "close",
    "page": "social_media_posting",
    "platform": "instagram",
    "placement": "undefined",
    "accountId": "0123456789abcdef01234567",
}


def _begin(notebook: Notebook) -> LoginWindow:
    notebook.run()
    return notebook.card.open().wait_until_loaded()


def _window_at(page: Page, address: str) -> LoginWindow:
    """Open a window that is not a card's."""
    with page.expect_popup() as opened:
        page.evaluate("(address) => { window.stranger = window.open(address); }", address)
    opened.value.wait_for_url(address)
    return LoginWindow(opened.value)


def test_message_from_another_origin(open_notebook: Callable[..., Notebook]) -> None:
    """A result from an origin that is not allowed is refused, and the card names the setting."""
    notebook = open_notebook(demo(message_origin="localhost"))
    _begin(notebook).allow()
    notebook.card.expect_status("waiting", "http://localhost:", "GHL_ALLOWED_ORIGINS")
    assert notebook.evaluate("login.status, login.account_id") == ("waiting", None)


def test_message_from_an_origin_that_was_added(open_notebook: Callable[..., Notebook]) -> None:
    """A client that allows the origin takes its result."""
    notebook = open_notebook(
        """\
import ghl_notebook as ghl

simulator = ghl.demo().simulator
simulator.levers.message_origin = "localhost"
origin = simulator.base_url.replace("127.0.0.1", "localhost")
client = ghl.Client(
    simulator.token,
    simulator.location_id,
    base_url=simulator.base_url,
    allowed_origins=(origin,),
)
login = ghl.ConnectAccount(client)
login"""
    )
    _begin(notebook).allow()
    notebook.card.expect_status("connected", "Café Lumière")


def test_forged_by_the_page(open_notebook: Callable[..., Notebook]) -> None:
    """A script of the page itself cannot finish a login, whatever it posts."""
    notebook = open_notebook(DEMO)
    window = _begin(notebook)
    for forged in (
        FORGED | {"platform": "facebook"},
        {key: value for key, value in FORGED.items() if key != "accountId"},
        FORGED,
    ):
        notebook.page.evaluate("(data) => window.postMessage(data, '*')", forged)
    notebook.card.expect_status("waiting", "GHL_ALLOWED_ORIGINS")
    assert notebook.evaluate("login.status, login.account_id") == ("waiting", None)
    window.allow()
    notebook.card.expect_status("connected", "Café Lumière")


def test_forged_at_an_allowed_origin(open_notebook: Callable[..., Notebook]) -> None:
    """A stranger's window at the allowed origin cannot end a login, and claims are checked."""
    notebook = open_notebook(DEMO)
    window = _begin(notebook)
    mark = f"{notebook.evaluate('client.simulator.base_url')}/avatars/mark-instagram.svg"
    stranger = _window_at(notebook.page, mark)
    for forged in (
        FORGED | {"platform": "facebook"},
        {key: value for key, value in FORGED.items() if key != "accountId"},
        FORGED,
    ):
        stranger.post(forged)
    notebook.card.expect_status("waiting", "has no login with the account ID")
    assert notebook.evaluate("login.status, login.account_id") == ("waiting", None)
    window.allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate(f"login.account_id != {FORGED['accountId']!r}")


def test_forged_in_the_login_window(open_notebook: Callable[..., Notebook]) -> None:
    """An id that the service does not know is refused even from the right window and origin."""
    notebook = open_notebook(DEMO)
    window = _begin(notebook)
    window.post(FORGED)
    notebook.card.expect_status("waiting", "has no login with the account ID")
    window.allow()
    notebook.card.expect_status("connected", "Café Lumière")


def test_message_twice(open_notebook: Callable[..., Notebook]) -> None:
    """A result that comes twice connects once."""
    notebook = open_notebook(demo(message="twice"))
    notebook.run()
    notebook.start("""\
seen = []
login.observe(lambda change: seen.append(change.new), "status")""")
    notebook.card.open().wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("seen.count('connected'), login.notice, login.error") == (
        1,
        None,
        None,
    )


def test_three_logins_at_once(open_notebook: Callable[..., Notebook]) -> None:
    """Logins of one page get their own result, also two of the same platform, in any order."""
    notebook = open_notebook(
        DEMO,
        'other = ghl.ConnectAccount(client, "facebook")\nother',
        "third = ghl.ConnectAccount(client)\nthird",
    )
    notebook.run(3)
    first, second, third = (Card(notebook.cards.nth(index)) for index in range(3))
    first_window = first.open().wait_until_loaded()
    second_window = second.open("Connect Facebook").wait_until_loaded()
    third_window = third.open().wait_until_loaded()
    second_window.allow()
    second.expect_status("connected", "Facebook is connected.")
    third_window.choose("Jonas Lindqvist")
    third_window.allow()
    third.expect_status("connected", "Instagram is connected.", "Nordljus Studio")
    first.expect_status("waiting")
    first_window.allow()
    first.expect_status("connected", "Instagram is connected.", "Café Lumière")
    assert notebook.evaluate(
        "[one.payload['platform'] for one in (login, other, third)],"
        " len({one.account_id for one in (login, other, third)})"
    ) == (["instagram", "facebook", "instagram"], 3)
