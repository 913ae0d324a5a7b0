"""The second way to the kernel, for while a cell keeps it from hearing comms."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.card.harness import RESULT, Card, Server, block_windows, in_one_browser, post


def _sent(card: Card) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = card.run("(card) => card.model.sent")
    return sent


def test_everything_is_said_by_both_ways_under_one_id(page: Page, server: Server) -> None:
    """What the page says over the comm it says to the server when the kernel invites it to."""
    card = Card(page)
    block_windows(page)
    card.find_server("both-ways")
    posted = server.doors["/both-ways/"]
    hello = posted.get(timeout=10)
    card.button("Connect Instagram").click()
    card.find_server("both-ways")
    begin = posted.get(timeout=10)
    assert [hello["type"], begin["type"]] == ["hello", "begin"]
    assert _sent(card)[1:] == [begin]
    assert len({message["id"] for message in (*_sent(card), hello)}) == 3


@in_one_browser
def test_click_before_the_server_was_known_is_said_there_too(page: Page, server: Server) -> None:
    """Nobody reads the comm while a cell waits, and the user may be quicker than the server."""
    card = Card(page)
    block_windows(page)
    card.button("Connect Instagram").click()
    card.find_server("late")
    posted = server.doors["/late/"]
    heard = {message["type"]: message for message in (posted.get(timeout=10) for _ in range(2))}
    assert heard["begin"] == _sent(card)[1]


@in_one_browser
def test_result_before_the_server_was_known_is_said_there_too(page: Page, server: Server) -> None:
    """In the order in which it was said: the window's message, and only then that it has closed."""
    card = Card(page)
    window = card.open()
    post(window, RESULT)
    card.wait_for_sent("claim")
    window.close()
    card.wait_for_sent("window_lost")
    card.find_server("late-result")
    posted = server.doors["/late-result/"]
    heard = [posted.get(timeout=10) for _ in range(4)]
    assert [message["type"] for message in heard] == ["hello", "begin", "claim", "window_lost"]
    assert heard[1:] == _sent(card)[1:]


@in_one_browser
def test_what_another_kernel_was_told_is_not_said_to_the_next(page: Page, server: Server) -> None:
    """A click before a restart must not begin a login in the new kernel."""
    card = Card(page)
    block_windows(page)
    card.find_server("before")
    assert server.doors["/before/"].get(timeout=10)["type"] == "hello"
    card.button("Connect Instagram").click()
    card.find_server("after")
    assert server.doors["/after/"].get(timeout=10)["type"] == "hello"
    card.button("Cancel").click()
    card.find_server("after")
    assert server.doors["/after/"].get(timeout=10)["type"] == "cancel"


@in_one_browser
def test_server_that_is_named_again_is_not_answered_again(page: Page, server: Server) -> None:
    """The kernel answers a hello with its server: that must not go round in circles."""
    card = Card(page)
    block_windows(page)
    for _ in range(3):
        card.find_server("again")
    card.button("Connect Instagram").click()
    card.find_server("again")
    posted = [server.doors["/again/"].get(timeout=10)["type"] for _ in range(2)]
    assert posted == ["hello", "begin"]
    assert len(card.sent("hello")) == 1


def test_server_out_of_reach_is_no_error(page: Page) -> None:
    """Where nothing listens, the comm carries everything alone."""
    card = Card(page)
    block_windows(page)
    page.evaluate(
        """() => {
            const { fetch } = window;
            window.refused = 0;
            window.fetch = (...request) => fetch(...request).catch((error) => {
                refused += 1;
                throw error;
            });
        }"""
    )
    card.find_server("nobody", port=1)
    page.wait_for_function("() => refused === 1")
    card.button("Connect Instagram").click()
    expect(card.text).to_have_text("Asking GoHighLevel for the login page…")
    assert len(card.sent("begin")) == 1


@in_one_browser
def test_server_behind_a_hub_goes_through_its_proxy(page: Page, server: Server) -> None:
    """From another computer the notebook's own server passes it on, under its prefix."""
    # A name that browsers take for this machine, and the card for another.
    page.goto(f"http://hub.localhost:{server.server_port}/harness.html")
    card = Card(page)
    card.find_server("proxied", port=9)
    assert server.doors["/user/someone/proxy/9/proxied/"].get(timeout=10)["type"] == "hello"
