"""What the card shows when its kernel no longer answers, without any event of the notebook."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.card.harness import Card, in_one_browser
from tests.card.states import URL, _begun

pytestmark = in_one_browser

GONE = "The kernel is gone, or does not answer."
_HURRY = """() => {
    const now = performance.now.bind(performance), start = now();
    performance.now = () => start + (now() - start) * 8;
}"""


def _waiting(page: Page) -> Card:
    page.evaluate(
        "window.open = () => window.opened = "
        "{ closed: false, close() { this.closed = true; }, location: { replace() {} } }"
    )
    card = _begun(page)
    card.authorize("run-1", URL, card.wait_for_sent("begin")[0]["request"])
    card.set(status="waiting")
    return card


def _die(card: Card, *, alive: bool = False) -> None:
    card.run("(card, alive) => { card.model.alive = alive; }", alive)


def test_a_kernel_that_vanishes_ends_the_login(page: Page) -> None:
    """The window is closed, no button is left, and the text says what to do."""
    card = _waiting(page)
    _die(card)
    page.evaluate(_HURRY)

    expect(card.text).to_have_text(GONE)
    expect(card.part("error")).to_contain_text("run this cell again")
    expect(card.box.get_by_role("button")).to_have_count(0)
    expect(card.time).to_be_hidden()
    assert page.evaluate("window.opened.closed")


def test_the_text_goes_when_the_kernel_is_back(page: Page) -> None:
    """The page keeps asking, and the first answer ends the alarm."""
    card = _waiting(page)
    _die(card)
    page.evaluate(_HURRY)
    expect(card.text).to_have_text(GONE)

    _die(card, alive=True)

    expect(card.text).not_to_have_text(GONE)
    expect(card.part("error")).to_be_hidden()


def test_a_restored_card_without_a_kernel_has_no_live_button(page: Page) -> None:
    """Its saved state is idle, and nobody has answered its hello."""
    page.evaluate(_HURRY)
    card = Card(page)
    _die(card)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(card.text).to_have_text(GONE)
    expect(card.box.get_by_role("button")).to_have_count(0)


def test_a_kernel_that_is_busy_is_not_gone(page: Page) -> None:
    """It sends invitations from another thread, which count as answers."""
    card = _waiting(page)
    _die(card)
    page.evaluate(
        """() => { window.beat = setInterval(() => cards.at(-1).model.emit(
            "msg:custom", { type: "time", run: "run-1", seconds_left: 300 }), 200); }"""
    )
    page.evaluate(_HURRY)
    page.wait_for_function(
        "(start => performance.now() - start > 40_000)", arg=page.evaluate("performance.now()")
    )

    expect(card.text).to_have_text("Finish the login in the window that opened.")
    page.evaluate("clearInterval(window.beat)")
