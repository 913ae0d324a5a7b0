"""The page that hosts cards, and the kernel's side of a card as a test plays it."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page

from ghl_notebook.login.static_files import card_script, card_style, card_style_file
from ghl_notebook.widgets import read_script, read_style
from tests.browsers import BROWSERS

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
STATIC = ROOT / "ghl_notebook" / "login" / "static"
PANEL = ROOT / "ghl_notebook" / "panel" / "static"
SCRIPTS = {
    "app": card_script("app"),
    "connect": card_script("connect"),
    "panel": read_script(PANEL / "panel.js"),
}
STYLES = {
    "app": card_style("app"),
    "connect": card_style("connect"),
    "panel": read_style(
        card_style_file(), *(PANEL / f"{part}.css" for part in ("grid", "embedded", "panel"))
    ),
}
PICTURES = ROOT / "test-results" / "card"
NODE_MODULES = HERE / "node_modules"

TRAITS: dict[str, Any] = {
    "platform": "instagram",
    "platform_name": "Instagram",
    "status": "idle",
    "location_id": "ve9EPM428h8vShlRW1KT",
    "user_id": "0IHuJvc2ofPAAA8GzTRi",
    "location_name": None,
    "user_name": None,
    "error": None,
    "notice": None,
    "account_names": [],
    "choices": [],
    "is_attaching": False,
    "attached": [],
    "can_recheck": False,
    "reconnect": False,
    "account_name": None,
    "watches_accounts": False,
    "found": [],
    "separate_page": False,
    "time_limit": 300,
}

APP_TRAITS: dict[str, Any] = {
    "status": "idle",
    "kind": None,
    "location_id": None,
    "company_id": None,
    "who": None,
    "error": None,
    "message": None,
    "listens": False,
    "time_limit": 600,
}

in_one_browser = pytest.mark.parametrize("browser", BROWSERS[:1], indirect=True)
"""For what no browser does in a way of its own: how a message is judged, what a state is called."""

ANSWER = "answer"

INVITATION = {
    "type": "loopback", "path": "path", "ticket": "ticket", "challenge": "challenge",
    "answer": ANSWER,
}  # fmt: skip
"""What a kernel says now and then, but for its port and its time."""

RESULT: dict[str, Any] = {
    "actionType": "close",
    "page": "social_media_posting",
    "platform": "instagram",
    "placement": "undefined",
    "accountId": "66a1b2c3d4e5f60718293a4b",
    "refresh": "undefined",
    "source": "undefined",
}
"""What the service posts, in the words of the one message that was ever captured."""


class Server(ThreadingHTTPServer):
    """The page on a free port of this machine, and doors for what it posts."""

    daemon_threads = True  # browsers keep connections

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.doors: defaultdict[str, SimpleQueue[dict[str, Any]]] = defaultdict(SimpleQueue)
        self.proof = ANSWER


class _Handler(SimpleHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].lstrip("/")
        if name == "severed.html":
            name = "popup.html"
        return str(HERE / Path(name).name)

    def do_GET(self) -> None:
        """Give a card's script or style as a front end gets it, or a file of the tests."""
        card, _, kind = self.path.partition("?")[0].lstrip("/").partition(".")
        found = {"js": SCRIPTS, "css": STYLES}.get(kind, {}).get(card)
        if found is None:
            return super().do_GET()
        text = found.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"text/{'javascript' if kind == 'js' else 'css'}")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        return None

    def do_HEAD(self) -> None:
        """Answer a challenge, as a loopback server does."""
        assert self.path.endswith("/prove/challenge")
        self.send_response(200)
        self.send_header("Kernel-Proof", self.server.proof)
        self.end_headers()

    def do_POST(self) -> None:
        """Keep what is posted."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.doors[self.path].put(json.loads(content))
        self.send_response(204)
        self.end_headers()

    def end_headers(self) -> None:
        if self.path.startswith("/severed.html"):
            # What Meta's login pages send: it cuts the tie between a window and its opener.
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serve() -> Iterator[Server]:
    """Serve until the end of the block."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def install_node_modules() -> Path:
    """Bring what package.json names, unless it is there."""
    if not (NODE_MODULES / "axe-core").exists():
        npm = shutil.which("npm")
        assert npm, "npm is missing"
        subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    return NODE_MODULES


class Card:
    """One model on the page, its views, and the kernel that a test plays."""

    module = "connect"
    name = "card"
    traits = TRAITS

    def __init__(self, page: Page, *, views: int = 1, **traits: object) -> None:
        self.page = page
        self.port = urlsplit(page.url).port
        self._index = page.evaluate(
            "async ([module, traits, views]) => cards.push(await mount(module, traits, views)) - 1",
            [self.module, self.traits | traits, views],
        )
        self._views = page.locator(f".ghl-connect-{self.name}")
        self._first = self._views.count() - views

    @property
    def login_page(self) -> str:
        """A page on another origin than the card's, as the provider's is."""
        return f"http://localhost:{self.port}/popup.html"

    @property
    def box(self) -> Locator:
        """The first view."""
        return self.view(0)

    def view(self, index: int) -> Locator:
        """One of the views."""
        return self._views.nth(self._first + index)

    def part(self, name: str) -> Locator:
        """A part of the first view by its class."""
        return self.box.locator(f".ghl-connect-{name}")

    @property
    def text(self) -> Locator:
        """The sentence that says the state."""
        return self.part("text")

    @property
    def hint(self) -> Locator:
        """What is said below it."""
        return self.part("hint")

    @property
    def time(self) -> Locator:
        """The time that is left."""
        return self.part("time")

    def button(self, name: str) -> Locator:
        """A button of the first view by what it says."""
        return self.box.get_by_role("button", name=name, exact=True)

    def run(self, script: str, argument: object = None) -> Any:
        """Evaluate a function of `card` (what `mount` returned) and one argument."""
        return self.page.evaluate(
            f"([index, argument]) => ({script})(cards[index], argument)", [self._index, argument]
        )

    def set(self, **traits: object) -> None:
        """Change traits, as the kernel does."""
        self.run("(card, traits) => card.model.set(traits)", traits)

    def tell(self, **message: object) -> None:
        """Send the page a message, as the kernel does."""
        self.run("(card, message) => card.model.emit('msg:custom', message)", message)

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of one type that the kernel has got, oldest first, without ids."""
        messages = self.run("(card) => card.model.sent")
        return [
            {key: value for key, value in message.items() if key != "id"}
            for message in messages
            if message["type"] == kind
        ]

    def wait_for_sent(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the kernel has got so many messages of one type."""
        self.page.wait_for_function(
            "([index, kind, count]) => "
            "cards[index].model.sent.filter(({ type }) => type === kind).length >= count",
            arg=[self._index, kind, count],
        )
        return self.sent(kind)

    def authorize(self, run: str, url: str | None = None, request: str | None = None) -> None:
        """Answer with the login page's address; without `request` as one fetched before."""
        address = url or self.login_page
        self.tell(type="authorize", request=request, run=run, url=address, seconds_left=300)

    def find_server(self, path: str = "path", **changes: object) -> None:
        """Invite the page to speak to the loopback server, which is the page's own server here."""
        self.tell(**(INVITATION | {"port": self.port, "path": path, "sent": time.time()} | changes))

    def open(self, run: str = "run-1", url: str | None = None) -> Page:
        """Click through to an open login page, and give that window."""
        before = len(self.sent("begin"))
        with self.page.expect_popup() as opened:
            self.button("Connect Instagram").click()
        request = self.wait_for_sent("begin", before + 1)[-1]["request"]
        self.set(status="starting")
        self.authorize(run, url, request)
        self.set(status="waiting")
        opened.value.wait_for_url("**/*.html")
        return opened.value


class AppCard(Card):
    """A card of an app's login."""

    module = "app"
    traits = APP_TRAITS

    def open(self, run: str = "run-1", url: str | None = None, **traits: object) -> Page:
        """Click through to an open authorization page, and give that window."""
        with self.page.expect_popup() as opened:
            self.begin("Log in", run, url, **traits)
        opened.value.wait_for_url("**/*.html")
        return opened.value

    def begin(
        self, button: str = "Log in", run: str = "run-1", url: str | None = None, **traits: object
    ) -> None:
        """Click, and have the kernel answer."""
        before = len(self.sent("begin"))
        self.button(button).click()
        request = self.wait_for_sent("begin", before + 1)[-1]["request"]
        self.set(status="waiting", **traits)
        self.tell(type="time", run=run, seconds_left=300)  # the kernel says it before the address
        self.authorize(run, url, request)


def post(window: Page, data: object) -> None:
    """Post to the opener of a window, as the login's last page does."""
    window.evaluate("(data) => opener.postMessage(data, '*')", data)


def post_here(page: Page, data: object) -> None:
    """Post to the page from a frame in it: a window that no card has opened."""
    page.evaluate(
        """(data) => {
            const frame = document.body.appendChild(document.createElement("iframe"));
            frame.contentWindow.eval(`parent.postMessage(${JSON.stringify(data)}, "*")`);
        }""",
        data,
    )


def block_windows(page: Page) -> None:
    """Have `window.open` give nothing, as a popup blocker and VS Code do."""
    page.evaluate("() => { window.open = () => null; }")
