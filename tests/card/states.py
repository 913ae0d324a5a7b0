"""Every state that a card can show, by the way a user gets there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
ASKED_AGAIN = (
    "GoHighLevel has not confirmed the result yet. The card asks again. (GoHighLevel had a problem "
    "of its own (500).)"
)
NAMES = ["Acme Foods", "Café Ümlaut", "מטבח טוב", "Night Market", "Harbour & Sons", "Six", "Seven"]


LONG_NAME = "🌿 Green Corner Garden Centre & Florist: Weddings, Events, Everyday Flowers"


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


def _waiting_for_long(page: Page) -> Card:
    page.evaluate("window.open = () => ({ closed: false, close() {}, location: { replace() {} } })")
    page.evaluate("() => { const then = performance.now() - 6e4; performance.now = () => then; }")
    card = _begun(page)
    page.evaluate("() => { delete performance.now; }")  # a minute has passed since the click
    _arrived(card)
    card.part("paste").wait_for()
    return card


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


def _blocked_with_a_way_out(page: Page) -> Card:
    card = _blocked(page)
    card.find_server()
    card.box.get_by_role("link", name="Open in your browser").wait_for()
    return card


def _noticed(page: Page) -> Card:
    card = _waiting(page)
    card.set(notice=NOTICE)
    return card


def _asked_again(page: Page) -> Card:
    card = _waiting(page)
    card.set(status="checking", notice=ASKED_AGAIN)
    return card


def found(*names: str, account_id: str = "66a1b2c3d4e5f60718293a4b") -> dict[str, object]:
    """Return a login that is in the accounts list, as the kernel asks about it."""
    return {
        "account_id": account_id,
        "names": [*names],
        "picture": None,
        "found_at": 1_767_622_245,
        "choices": [],
    }


def _asking(page: Page, *logins: dict[str, object]) -> Card:
    card = _reads_closed(page)
    card.set(found=[*logins])
    return card


def _others(page: Page, **traits: object) -> Card:
    card = Card(page, **traits)
    card.tell(type="owner", page_id="of another browser", is_here=True)
    return card


def _separate(page: Page) -> Card:
    page.evaluate("window.open = () => ({ closed: false, close() {}, location: { replace() {} } })")
    card = Card(page, separate_page=True)
    card.button("Connect Instagram").click()
    card.set(status="starting")
    return _arrived(card)


def _kernel_gone(page: Page) -> Card:
    card = _waiting(page)
    card.run("({ model }) => { model.connected = false; model.emit('comm_live_update'); }")
    return card


def _framed(page: Page) -> Card:
    page.evaluate("window.parent = {}")
    card = _reads_closed(page)
    card.find_server()
    card.button("Copy address").wait_for()
    return card


def _framed_without_a_clipboard(page: Page) -> Card:
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    card = _framed(page)
    card.button("Copy address").click()
    card.button("Selected").wait_for()
    return card


def _reachable(page: Page, **traits: object) -> Card:
    card = Card(page, **traits)
    card.find_server()
    card.box.get_by_role("link").wait_for()
    return card


def choices(*, error: str | None = None) -> list[dict[str, object]]:
    """Return what a login can attach, the first of them attached already."""
    return [
        {
            "origin_id": str(n),
            "name": name,
            "username": name.split()[0].lower() if n % 2 else None,
            "avatar": None,
            "is_attached": n == 0,
            "is_ticked": n == 1,
            "error": error if n == 1 else None,
        }
        for n, name in enumerate([*NAMES[:3], LONG_NAME])
    ]


ATTACHED = [{"id": "a", "name": "Acme Foods", "origin_id": "0"}]


ALWAYS: dict[str, Callable[[Page], Card]] = {
    "checking": lambda page: Card(page, status="checking"),
    "connected": lambda page: Card(page, status="connected", account_names=NAMES),
    "connected-choosing": lambda page: Card(page, status="connected", choices=choices()),
    "connected-attaching": lambda page: Card(
        page, status="connected", choices=choices(), is_attaching=True
    ),
    "connected-attached": lambda page: Card(
        page, status="connected", choices=choices(error=ERROR), attached=ATTACHED
    ),
    "connected-empty": lambda page: Card(page, status="connected"),
    "connected-again": lambda page: Card(
        page, status="connected", reconnect=True, account_name=LONG_NAME, choices=choices()
    ),
    "reconnected": lambda page: Card(
        page, status="connected", reconnect=True, account_name=LONG_NAME, account_names=[LONG_NAME]
    ),
}
"""States that look the same everywhere."""

STATES: dict[str, Callable[[Page], Card]] = {
    "idle": lambda page: Card(page),
    "idle-reconnect": lambda page: Card(page, reconnect=True, account_name=LONG_NAME),
    "starting": _starting,
    "waiting": _waiting,
    "waiting-for-long": _waiting_for_long,
    "reads-closed": _reads_closed,
    "blocked": _blocked,
    "blocked-with-a-way-out": _blocked_with_a_way_out,
    "noticed": _noticed,
    "elsewhere": lambda page: Card(page, status="waiting"),
    "asked-again": _asked_again,
    **ALWAYS,
    "cancelled": lambda page: Card(page, status="cancelled"),
    "timed_out": lambda page: Card(page, status="timed_out"),
    "failed": lambda page: Card(page, status="failed", error=ERROR),
    "kernel-gone": _kernel_gone,
    "asking": lambda page: _asking(page, found(LONG_NAME)),
    "asking-to-attach": lambda page: _asking(page, found(*NAMES[:3]) | {"choices": choices()}),
    "asking-which": lambda page: _asking(page, found(*NAMES[:3]), found(account_id="6" * 24)),
    "others": lambda page: _others(page, status="waiting"),
    "others-connected": lambda page: _others(page, status="connected", account_names=NAMES),
    "separate": _separate,
    "separate-idle": lambda page: _reachable(page, separate_page=True),
}
"""States in a notebook's page."""

FRAMED: dict[str, Callable[[Page], Card]] = {
    "framed": _framed,
    "framed-without-a-clipboard": _framed_without_a_clipboard,
}
"""States where the notebook's page is a frame of another one."""

WEBVIEW: dict[str, Callable[[Page], Card]] = {
    "webview-unreachable": lambda page: Card(page),
    "webview-idle": _reachable,
    "webview-reconnect": lambda page: _reachable(page, reconnect=True, account_name=LONG_NAME),
    "webview-waiting": lambda page: _reachable(page, status="waiting", watches_accounts=True),
    "webview-noticed": lambda page: _reachable(page, status="waiting", notice=NOTICE),
    **{f"webview-{name}": bring for name, bring in ALWAYS.items()},
    "webview-cancelled": lambda page: _reachable(page, status="cancelled"),
    "webview-timed_out": lambda page: _reachable(page, status="timed_out"),
    "webview-failed": lambda page: _reachable(page, status="failed", error=ERROR),
}
"""States in VS Code's frame for outputs."""


NOTEBOOK_THEMES = ["light", "dark", "jupyterlab-light", "jupyterlab-dark"]
VSCODE_THEMES = ["vscode-light", "vscode-dark"]
THEMES = [*NOTEBOOK_THEMES, *VSCODE_THEMES]


@dataclass(frozen=True, slots=True)
class Scene:
    """States that can be on one page together.

    Attributes
    ----------
    states : dict
        By name, what brings a card into it.
    themes : list of str
        What it is seen in.
    prepare : str
        Run on the page beforehand.
    """

    states: Mapping[str, Callable[[Page], Card]]
    themes: Sequence[str]
    prepare: str = ""

    def bring(self, page: Page) -> Iterator[tuple[str, Card]]:
        """Bring a card into each state; give the state's name, and the card."""
        page.evaluate(self.prepare)
        for name, bring in self.states.items():
            yield name, bring(page)


SCENES = {
    "page": Scene(STATES, NOTEBOOK_THEMES),
    "framed": Scene(FRAMED, NOTEBOOK_THEMES),
    "webview": Scene(
        WEBVIEW, VSCODE_THEMES, "document.body.dataset.vscodeThemeKind = 'vscode-light'"
    ),
}
