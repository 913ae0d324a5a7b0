"""Every state that the card of an app's login can show, by the way a user gets there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.card.harness import AppCard, block_windows

URL = "https://www.example.com/oauth/chooselocation?state=signed"
NOTICE = (
    "Port 8765, where the login ends, is used by another program, so its answer does not arrive by "
    "itself. Paste the address that the login's window ends at."
)
ERROR = (
    "GoHighLevel did not authorize the app: invalid_scope. Check the app's client id, redirect URI "
    "and scopes against its settings in the marketplace."
)
IDS = {
    "location_id": "ve9EPM428h8vShlRW1KT",
    "company_id": "5DP4iH6HLkQsiKESj6rh",
    "who": "0IHuJvc2ofPAAA8GzTRi",
}


def _window(page: Page, *, closes: bool = False) -> None:
    then = "popup.closed = true" if closes else ""
    page.evaluate(
        "window.open = () => { const popup = { closed: false, close() {}, focus() {}, "
        f"location: {{ replace() {{ {then} }} }} }}; return popup; }}"
    )


def _waiting(page: Page, **traits: object) -> AppCard:
    _window(page)
    card = AppCard(page)
    card.begin(url=URL, **traits)
    return card


def _opening(page: Page) -> AppCard:
    _window(page)
    card = AppCard(page)
    card.button("Log in").click()
    card.set(status="waiting")
    return card


def _reads_closed(page: Page) -> AppCard:
    _window(page, closes=True)
    card = AppCard(page)
    card.begin(url=URL, listens=True)
    card.button("Reopen window").wait_for()
    return card


def _blocked(page: Page) -> AppCard:
    block_windows(page)
    card = AppCard(page)
    card.begin(url=URL)
    return card


def _field_asked_for(page: Page) -> AppCard:
    card = _waiting(page, listens=True)
    card.button("Paste the address instead").click()
    return card


def _others(page: Page, **traits: object) -> AppCard:
    card = AppCard(page, **traits)
    card.tell(type="owner", page_id="of another browser", is_here=True)
    return card


def _kernel_gone(page: Page) -> AppCard:
    card = _waiting(page)
    card.run("({ model }) => { model.connected = false; model.emit('comm_live_update'); }")
    return card


STATES: dict[str, Callable[[Page], AppCard]] = {
    "idle": lambda page: AppCard(page),
    "opening": _opening,
    "arrives": lambda page: _waiting(page, listens=True),
    "field-asked-for": _field_asked_for,
    "to-be-pasted": _waiting,
    "noticed": lambda page: _waiting(page, message=NOTICE),
    "reads-closed": _reads_closed,
    "blocked": _blocked,
    "elsewhere": lambda page: AppCard(page, status="waiting"),
    "checking": lambda page: AppCard(page, status="checking"),
    "sub-account": lambda page: AppCard(page, status="connected", kind="sub-account", **IDS),
    "agency": lambda page: AppCard(
        page, status="connected", kind="agency", company_id=IDS["company_id"]
    ),
    "cancelled": lambda page: AppCard(page, status="cancelled", error="The login was cancelled."),
    "timed-out": lambda page: AppCard(page, status="timed_out"),
    "failed": lambda page: AppCard(page, status="failed", error=ERROR),
    "kernel-gone": _kernel_gone,
    "others": lambda page: _others(page, status="waiting"),
    "others-connected": lambda page: _others(page, status="connected", kind="agency"),
}
