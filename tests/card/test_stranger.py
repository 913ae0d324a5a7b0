"""A stranger has taken the kernel's port over: what a page still says there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ghl_notebook.background import run_in_background
from tests.card.harness import ANSWER, INVITATION, TRAITS, AppCard, Card, Server, block_windows
from tests.login.endpoints import Opened
from tests.stranger import stranger_at

COOKIE = {"name": "username-8888", "value": "cookie-of-jupyter"}
HOUR = 3600

SPY = """() => {
    const { fetch } = window;
    window.called = [];
    window.fetch = (address, request) => {
        called.push(address);
        return fetch(address, request);
    };
}"""


@pytest.fixture(autouse=True)
def _spied(page: Page) -> None:
    """Note what the page asks, from the moment on that it is asked for."""
    block_windows(page)
    page.evaluate(SPY)


@pytest.fixture
def opened() -> Iterator[Opened]:
    """A loopback server."""
    opened = Opened()
    yield opened
    opened.close()


def called(page: Page) -> list[str]:
    """Return the addresses that the page has asked for since it was looked at last."""
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve))")  # what waits goes on
    addresses: list[str] = page.evaluate("() => called.splice(0)")
    return addresses


def known(page: Page, server: Server, kind: type[Card] = Card) -> Card:
    """Return a card that has found the server, and has said all to it."""
    card = kind(page)
    card.find_server("known")
    assert server.doors["/known/"].get(timeout=30)["type"] == "hello"
    card.wait_for_sent("hello")
    called(page)
    return card


def press(card: Card) -> None:
    """Press all there is to be pressed, once."""
    card.box.evaluate(
        "(box) => box.querySelectorAll('button[type=button]').forEach((one) => one.click())"
    )


ENDS: dict[str, Callable[[Card], object]] = {
    "connected": lambda card: card.set(status="connected"),
    "cancelled": lambda card: card.set(status="cancelled"),
    "failed": lambda card: card.set(status="failed", error="Something."),
    "timed_out": lambda card: card.set(status="timed_out"),
    "comm closed": lambda card: card.run("({ life }) => life.abort()"),
    "comm dead": lambda card: card.run("({ model }) => { model.connected = false; }"),
    "kernel restarted": lambda card: card.run("({ model }) => model.emit('comm_live_update')"),
    "no view left": lambda card: card.run("({ views }) => views.forEach((v) => v.remove())"),
    "page hidden": lambda card: card.page.evaluate("dispatchEvent(new Event('pagehide'))"),
}


@pytest.mark.parametrize("kind", [Card, AppCard])
def test_nothing_is_said_after_an_end(page: Page, server: Server, kind: type[Card]) -> None:
    """Whatever ends the login, or the kernel: the page does not know the server any more."""
    for end, happen in ENDS.items():
        card = known(page, server, kind)
        happen(card)
        if end != "no view left":
            press(card)
        assert (end, called(page)) == (end, [])
        card.run("({ life }) => life.abort()")
        page.evaluate("() => document.querySelector('main').replaceChildren()")


def test_nothing_is_said_without_an_invitation(page: Page, server: Server) -> None:
    """The kernel may be gone and nobody know it yet: what is said waits for a sign of life."""
    card = known(page, server)
    card.button("Connect Instagram").click()
    card.wait_for_sent("begin")
    assert called(page) == []

    card.find_server("known")
    assert server.doors["/known/"].get(timeout=30)["type"] == "begin"


@pytest.mark.parametrize("age", [10, HOUR])
def test_an_invitation_of_long_ago_is_none(page: Page, server: Server, age: float) -> None:
    """A computer that has slept hands over what the kernel said before."""
    card = known(page, server)
    card.button("Connect Instagram").click()
    card.find_server("known", sent=time.time() - age)
    assert called(page) == []


def test_whoever_knows_no_answer_is_told_nothing(page: Page, server: Server) -> None:
    """A server that is not the kernel's sees one question, and not even the path of the login."""
    card = Card(page)
    called(page)
    server.proof = "a guess"
    card.button("Connect Instagram").click()
    card.find_server("secret-path")
    page.wait_for_function("() => called.length > 0")
    expect(card.text).to_have_text("Asking GoHighLevel for the login page…")
    for _ in range(3):
        card.find_server("secret-path")

    asked = called(page)
    assert asked
    assert {address.rpartition("/prove/")[2] for address in asked} == {"challenge"}
    assert server.doors["/secret-path/"].empty()
    server.proof = ANSWER


def test_a_kernel_on_this_computer_gets_no_cookie(
    browser: Browser, server: Server, opened: Opened
) -> None:
    """Cookies are for a computer, not for one port of it: the page says what it has to without."""
    context = browser.new_context()
    context.add_cookies(
        [COOKIE | {"url": f"http://{host}/"} for host in ("127.0.0.1", "localhost")]
    )
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/harness.html")
    page.wait_for_function("() => window.mount !== undefined")
    card = Card(page)
    challenge, answer = run_in_background(_challenge, opened)
    with page.expect_request(lambda asked: "/prove/" in asked.url) as asked:
        card.tell(
            **INVITATION
            | {"port": opened.port, "path": opened.endpoint.path, "sent": time.time()}
            | {"challenge": challenge, "answer": answer}
        )
    assert opened.arrived.get(timeout=30)["type"] == "hello"
    assert "cookie" not in asked.value.all_headers()
    context.close()


async def _challenge(opened: Opened) -> tuple[str, str]:
    return opened.endpoint.challenge()


# The login page.


def test_the_login_page_is_silent_without_its_kernel(browser: Browser) -> None:
    """It neither connects again by itself, as an EventSource would, nor says what is pressed."""
    opened = Opened()
    opened.initial_messages = [{"type": "traits", "traits": TRAITS}]
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{opened.port}{opened.path}")
    button = page.get_by_role("button", name="Connect Instagram")
    expect(button).to_be_visible()
    assert opened.arrived.get(timeout=30)["type"] == "hello"
    opened.close()
    with stranger_at(opened.port) as asked:
        block_windows(page)
        button.click()
        gone = page.locator("[data-status=gone]")
        expect(gone).to_be_visible(timeout=60_000)
        context.close()
    assert asked == []
