"""An app's login in JupyterLab, from the click to its tokens, by each way that its answer has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser.front_end import FrontEnd
from tests.browser.notebook import LoginWindow, Notebook
from tests.browser.servers.jupyter import JupyterServer
from tests.browser.servers.program import free_port

ELSEWHERE = "https://app.example/oauth/callback"
CELL = """\
import ghl_notebook as ghl
from tests.browser.exchange import Exchange

simulator = ghl.demo().simulator
next(iter(simulator.state.apps.values())).redirect_uris.append({redirect_uri!r})
app = ghl.App(
    simulator.client_id,
    ghl.Secret(simulator.client_secret),
    {redirect_uri!r},
    ("socialplanner/account.readonly", "users.readonly"),
    simulator.authorize_url,
)
exchange = Exchange(app, simulator.base_url)
"""
LOG_IN = """\
import os, tempfile
os.environ["GHL_CREDENTIALS_DIR"] = tempfile.mkdtemp()
os.environ["GHL_BASE_URL"] = simulator.base_url
client = ghl.log_in(app, time_limit=60)
client.credential.kind, ghl.Client().users()[0].id == client.users()[0].id, ghl.log_out()"""
CARD = """\
login = ghl.AppLogin(app, exchange)
login"""


@pytest.fixture
def here() -> str:
    """A redirect URI on this computer."""
    return f"http://127.0.0.1:{free_port()}/callback"


@pytest.fixture
def seen(front_end: FrontEnd) -> Iterator[list[str]]:
    """Every address that the browser asks for; that of the app elsewhere answers."""
    addresses: list[str] = []

    def note(request: Request) -> None:
        addresses.append(request.url)

    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body="<!doctype html><title>Oops</title>")

    front_end.context.on("request", note)
    front_end.context.route(f"{ELSEWHERE}**", answer)
    yield addresses
    front_end.context.remove_listener("request", note)


def choose(window: LoginWindow, place: str) -> LoginWindow:
    """Choose a sub-account or the agency on the marketplace's page."""
    window.wait_until_loaded().page.get_by_label(re.compile(place)).first.check()
    return window


def planted(seen: list[str], server: JupyterServer) -> set[str]:
    """Return what must be found nowhere: states, codes, verifiers, and the app's secret."""
    found = set((server.root / "planted.txt").read_text().split())
    for address in seen:
        query = parse_qs(urlsplit(address).query)
        found |= {*query.get("state", ()), *query.get("code", ())}
    assert len(found) >= 4
    return found


def assert_saved_clean(notebook: Notebook, seen: list[str], server: JupyterServer) -> None:
    """Say that neither the page nor the saved notebook holds a secret."""
    notebook.save()
    name = urlsplit(notebook.page.url).path.rpartition("/")[2]
    text = (server.root / name).read_text() + notebook.page.content()
    assert "AppLogin" in text
    assert [secret for secret in planted(seen, server) if secret in text] == []


def test_loopback_redirect(
    open_notebook: Callable[..., Notebook], server: JupyterServer, seen: list[str], here: str
) -> None:
    """Click, choose, allow: the window closes itself, and the kernel has the tokens."""
    notebook = open_notebook(CELL.format(redirect_uri=here) + CARD)
    notebook.run()
    window = notebook.card.open("Log in").wait_until_loaded()
    notebook.card.expect_status("waiting", "The answer arrives here on its own.")
    window.allow()

    notebook.card.expect_status("connected", "You are logged in to a sub-account.")
    expect(notebook.card.box).to_contain_text(
        f"Sub-account {notebook.evaluate('simulator.location_id')}"
    )
    assert notebook.evaluate("login.kind, login.error, login.message, login.listens") == (
        "sub-account", None, None, False,
    )  # fmt: skip
    assert notebook.evaluate("login.location_id == simulator.location_id")
    assert notebook.evaluate("str(login.finished().access_token)") == "********"
    assert any(address.startswith(f"{here}?") for address in seen)
    assert_saved_clean(notebook, seen, server)


def test_pasted_address(
    open_notebook: Callable[..., Notebook], server: JupyterServer, seen: list[str]
) -> None:
    """Where the app's redirect leads elsewhere, its address is copied and pasted."""
    notebook = open_notebook(CELL.format(redirect_uri=ELSEWHERE) + CARD)
    notebook.run()
    window = choose(notebook.card.open("Log in"), "Agency")
    window.page.get_by_role("button", name="Allow").click()
    window.page.wait_for_url(f"{ELSEWHERE}**")
    notebook.card.expect_status("waiting", "copy the complete address")
    notebook.page.bring_to_front()
    field = notebook.card.box.get_by_role("textbox")
    field.fill(f"{ELSEWHERE}?code=another&state=another")
    field.press("Enter")
    expect(notebook.card.box.get_by_role("alert")).to_contain_text("belongs to another login")
    field.fill(f"  {window.page.url}\n")
    notebook.card.button("Use it").click()

    notebook.card.expect_status("connected", "You are logged in to an agency.")
    window.wait_until_closed()
    assert notebook.evaluate("login.kind, login.location_id, login.error, login.message") == (
        "agency", None, None, None,
    )  # fmt: skip
    assert_saved_clean(notebook, seen, server)


def test_while_a_cell_waits(
    open_notebook: Callable[..., Notebook], server: JupyterServer, seen: list[str], here: str
) -> None:
    """In one call: the blocked kernel hears click and redirect; a client finds the login later."""
    notebook = open_notebook(CELL.format(redirect_uri=here), LOG_IN)
    notebook.run_all()
    expect(notebook.prompt(1)).to_have_text("[*]:")
    notebook.card.open("Log in").wait_until_loaded().allow()
    expect(notebook.output(1).last).to_contain_text("('login', True, ['location ")
    notebook.card.expect_status("connected", "You are logged in to a sub-account.")


def test_deny(
    open_notebook: Callable[..., Notebook], server: JupyterServer, seen: list[str], here: str
) -> None:
    """A refusal ends the login, and it can be tried again at the same port."""
    notebook = open_notebook(CELL.format(redirect_uri=here) + CARD)
    notebook.run()
    notebook.card.open("Log in").wait_until_loaded().deny()
    notebook.card.expect_status("cancelled", "The login was cancelled.")
    notebook.card.open("Try again").wait_until_loaded().allow()
    notebook.card.expect_status("connected")
