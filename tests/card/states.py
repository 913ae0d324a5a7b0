"""Every state that a card can show, by the way a user gets there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.card.harness import Card, block_windows

URL = "https://www.example.com/oauth?state=signed"
ERROR = (
    "GoHighLevel refused the token (401: The token is not authorized for this scope.). "
    "Add the scope socialplanner/oauth.readonly to the token and try again. Trace id 7f3c."
)
NOTICE = (
    "A result came from https://backend.example.com, which is not an allowed origin. If that is "
    "your service's address, add it to GHL_ALLOWED_ORIGINS."
)
NAMES = ["Acme Foods", "Café Ümlaut", "מטבח טוב", "Night Market", "Harbour & Sons", "Six", "Seven"]


def _begun(page: Page) -> Card:
    card = Card(page)
    card.button("Connect Instagram").click()
    card.set(status="starting")
    return card


def _arrived(card: Card) -> Card:
    card.authorize("run-1", URL, card.wait_for_sent("begin")[0]["request"])
    card.set(status="waiting")
    return card


def _starting(page: Page) -> Card:
    page.evaluate("window.open = () => ({ closed: false, close() {}, location: {} })")
    return _begun(page)


def _waiting(page: Page) -> Card:
    page.evaluate("window.open = () => ({ closed: false, close() {}, location: { replace() {} } })")
    return _arrived(_begun(page))


def _reads_closed(page: Page) -> Card:
    page.evaluate(
        "window.open = () => { const popup = { closed: false, close() {}, "
        "location: { replace() { popup.closed = true; } } }; return popup; }"
    )
    card = _arrived(_begun(page))
    card.button("Reopen window").wait_for()
    return card


def _blocked(page: Page) -> Card:
    block_windows(page)
    return _arrived(_begun(page))


def _noticed(page: Page) -> Card:
    card = _waiting(page)
    card.set(notice=NOTICE)
    return card


STATES: dict[str, Callable[[Page], Card]] = {
    "idle": lambda page: Card(page),
    "starting": _starting,
    "waiting": _waiting,
    "reads-closed": _reads_closed,
    "blocked": _blocked,
    "noticed": _noticed,
    "elsewhere": lambda page: Card(page, status="waiting"),
    "checking": lambda page: Card(page, status="checking"),
    "connected": lambda page: Card(page, status="connected", account_names=NAMES),
    "connected-empty": lambda page: Card(page, status="connected"),
    "cancelled": lambda page: Card(page, status="cancelled"),
    "timed_out": lambda page: Card(page, status="timed_out"),
    "failed": lambda page: Card(page, status="failed", error=ERROR),
}

THEMES = ["light", "dark", "jupyterlab-light", "jupyterlab-dark"]


def show(page: Page, theme: str, width: int) -> None:
    """Dress the page as a notebook's theme, with a column of so many pixels for the card."""
    page.evaluate(
        "([theme, width]) => { document.documentElement.dataset.theme = theme; "
        "document.querySelector('main').style.width = `${width}px`; }",
        [theme, width],
    )
