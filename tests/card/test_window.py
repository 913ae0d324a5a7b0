"""The login window: opened in the click, sent to the login page, watched, and closed."""

import re
from contextlib import suppress

from playwright.sync_api import Error, Page, expect

from tests.browsers import wait_until_closed
from tests.card.harness import RESULT, Card, block_windows, in_one_browser, post, post_here


def _click_connect(card: Card) -> Page:
    with card.page.expect_popup() as opened:
        card.button("Connect Instagram").click()
    return opened.value


def _request(card: Card) -> str:
    request: str = card.wait_for_sent("begin")[-1]["request"]
    return request


@in_one_browser
def test_hello_names_the_page(page: Page) -> None:
    """A new model tells the kernel that a page is there, under a name of its own."""
    first, second = Card(page), Card(page)
    assert len(first.sent("hello")) == len(second.sent("hello")) == 1
    assert first.sent("hello")[0]["page_id"] != second.sent("hello")[0]["page_id"]


def test_click_opens_a_blank_window_and_asks(page: Page) -> None:
    """Without an address the click opens a window that says what it waits for."""
    card = Card(page)
    popup = _click_connect(card)
    expect(popup.locator("body")).to_have_text("Asking GoHighLevel for the login page…")
    begin = card.sent("begin")[0]
    assert begin["page_id"] == card.sent("hello")[0]["page_id"]
    assert "prefetched" not in begin
    expect(card.text).to_contain_text("Asking GoHighLevel for the login page…")


def test_address_goes_into_the_window(page: Page) -> None:
    """The answer to the click is opened in the window of the click, which keeps its opener."""
    card = Card(page)
    popup = card.open()
    assert popup.url == card.login_page
    assert popup.evaluate("opener !== null")
    expect(card.text).to_contain_text("Finish the login in the window that opened.")


def test_prefetched_address_opens_in_the_click(page: Page) -> None:
    """An address that is there before the click is what the window opens with."""
    card = Card(page)
    card.authorize("run-1")
    popup = _click_connect(card)
    popup.wait_for_url(card.login_page)
    begin = card.sent("begin")[0]
    assert (begin["prefetched"], begin["run"]) == (True, "run-1")
    expect(card.text).to_contain_text("Finish the login in the window that opened.")


def test_prefetched_address_that_comes_while_the_window_opens(page: Page) -> None:
    """Firefox hears the kernel while it opens a window; the window still gets the address."""
    card = Card(page)
    card.run(
        """(card, message) => {
            const { open } = window;
            window.open = (...given) => {
                const popup = open.apply(window, given);
                card.model.emit("msg:custom", message);
                return popup;
            };
        }""",
        {
            "type": "authorize",
            "request": None,
            "run": "run-1",
            "url": card.login_page,
            "seconds_left": 300,
        },
    )
    popup = _click_connect(card)
    popup.wait_for_url(card.login_page)
    begin = card.sent("begin")[0]
    assert (begin["prefetched"], begin["run"]) == (True, "run-1")


def test_prefetched_login_works_while_the_kernel_is_busy(page: Page) -> None:
    """A result is passed on although the kernel has not yet noticed the click."""
    card = Card(page)
    card.authorize("run-1")
    popup = _click_connect(card)
    popup.wait_for_url(card.login_page)
    post(popup, RESULT)
    assert card.wait_for_sent("claim")[0]["run"] == "run-1"


@in_one_browser
def test_answer_with_another_address_replaces_a_stale_one(page: Page) -> None:
    """A kernel that no longer trusts the prefetched address sends the window to a new one."""
    card = Card(page)
    card.authorize("run-1")
    popup = _click_connect(card)
    popup.wait_for_url(card.login_page)
    card.tell(type="time", run="run-2", seconds_left=300)
    card.authorize("run-2", card.login_page + "?again", _request(card))
    popup.wait_for_url("**/popup.html?again")
    card.set(status="waiting")
    post(popup, RESULT)
    assert card.wait_for_sent("claim")[0]["run"] == "run-2"


@in_one_browser
def test_path_on_the_own_server_is_an_address(page: Page) -> None:
    """Behind a hub's proxy the login page is a path on the notebook's own server."""
    popup = Card(page).open(url="/popup.html")
    assert popup.url.startswith("http://127.0.0.1:")


@in_one_browser
def test_no_web_address_is_not_opened(page: Page) -> None:
    """Anything but http and https closes the window and is reported."""
    for url in ("javascript:alert(1)", "data:text/html,x", "http://", "blob:null/1"):
        card = Card(page)
        popup = _click_connect(card)
        card.authorize("run-1", url, _request(card))
        expect(card.box.get_by_role("alert")).to_contain_text("not a web address")
        expect(card.button("Try again"), url).to_be_visible()
        wait_until_closed(popup)


def test_answer_to_another_tab_ends_a_lost_race(page: Page) -> None:
    """Of two tabs that click at once the kernel answers one; the other closes its window."""
    card = Card(page)
    popup = _click_connect(card)
    card.set(status="starting")
    with popup.expect_event("close"):
        card.authorize("run-1", request="of-another-tab")
    card.set(status="waiting")
    expect(card.text).to_contain_text("started in another tab")
    card.button("Cancel").click()
    assert card.sent("cancel")[0]["run"] == "run-1"


@in_one_browser
def test_start_that_failed_closes_its_window(page: Page) -> None:
    """No blank window stays behind when there is no login page, and the reason is shown."""
    card = Card(page)
    popup = _click_connect(card)
    with popup.expect_event("close"):
        card.tell(type="failed", request=_request(card))
    card.set(status="failed", error="The token lacks a scope. Add it and try again.")
    expect(card.box.get_by_role("alert")).to_have_text(
        "The token lacks a scope. Add it and try again."
    )
    expect(card.button("Try again")).to_be_visible()


def test_blocked_window_becomes_a_link(page: Page) -> None:
    """Where the browser gives no window, a real link opens the page and keeps the opener."""
    card = Card(page)
    block_windows(page)
    card.button("Connect Instagram").click()
    card.set(status="starting")
    card.authorize("run-1", request=_request(card))
    card.set(status="waiting")
    expect(card.text).to_contain_text("Your browser may have blocked the pop-up.")
    link = card.box.get_by_role("link", name="Open the login page")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", card.login_page)
    with page.expect_popup() as opened:
        link.click()
    expect(card.text).to_contain_text("Finish the login in the window that opened.")
    opened.value.wait_for_url(card.login_page)
    post(opened.value, RESULT)
    assert card.wait_for_sent("claim")[0]["source"] == "other"


def test_closed_window_is_a_hint_and_no_end(page: Page) -> None:
    """When the window reads closed the card offers to reopen it, and goes on waiting."""
    card = Card(page)
    card.open().close()
    expect(card.hint).to_contain_text("The pop-up looks closed.")
    assert card.sent("cancel") == []
    with page.expect_popup() as opened:
        card.button("Reopen window").click()
    opened.value.wait_for_url(card.login_page)
    expect(card.text).to_contain_text("Finish the login in the window that opened.")
    assert len(card.sent("begin")) == 1
    post(opened.value, RESULT)
    assert card.wait_for_sent("claim")[0]["source"] == "popup"


def test_severed_window_is_a_hint_and_no_end(page: Page) -> None:
    """A page that cuts its opener off reads closed while it is open; a result still counts."""
    card = Card(page)
    popup = card.open(url=f"http://localhost:{card.port}/severed.html")
    expect(card.hint).to_contain_text("The pop-up looks closed.")
    assert popup.evaluate("opener === null")
    post_here(page, RESULT)
    assert card.wait_for_sent("claim")[0]["source"] == "other"


def test_show_window_keeps_the_window(page: Page) -> None:
    """While the window is open the button brings it to the front instead of opening another."""
    card = Card(page)
    popup = card.open()
    card.button("Show window").click()
    assert popup.evaluate("opener !== null")
    assert len(card.sent("begin")) == 1


@in_one_browser
def test_end_closes_the_window_and_forgets_the_address(page: Page) -> None:
    """However a login ends, its window closes; the next click asks for a new address."""
    card = Card(page)
    popup = card.open()
    for end in ("cancelled", "timed_out", "failed", "connected"):
        card.set(status=end)
        wait_until_closed(popup)
        if end != "connected":
            with page.expect_popup() as opened:
                card.button("Try again").click()
            popup = opened.value
            assert (end, popup.url) == (end, "about:blank")
            assert "prefetched" not in card.sent("begin")[-1]
            card.set(status="starting")
            card.authorize(f"after-{end}", request=_request(card))
            card.set(status="waiting")
            popup.wait_for_url(card.login_page)


def test_cancel_shows_at_once(page: Page) -> None:
    """Cancel closes the window and tells the kernel, however busy that is."""
    card = Card(page)
    popup = card.open()
    with popup.expect_event("close"):
        card.button("Cancel").click()
    expect(card.text).to_contain_text("The login was cancelled.")
    assert card.sent("cancel") == [{"type": "cancel", "run": "run-1"}]


@in_one_browser
def test_cancel_before_the_run_has_a_name(page: Page) -> None:
    """A login can be cancelled while the login page is asked for; a late answer opens nothing."""
    card = Card(page)
    popup = _click_connect(card)
    request = _request(card)
    with popup.expect_event("close"):
        card.button("Cancel").click()
    card.set(status="starting")
    expect(card.text).to_contain_text("The login was cancelled.")
    card.set(status="cancelled")
    card.authorize("run-1", request=request)
    expect(card.button("Try again")).to_be_visible()
    expect(card.box.get_by_role("link")).to_be_hidden()
    assert card.sent("cancel") == [{"type": "cancel", "run": None}]


@in_one_browser
def test_cancel_of_a_later_run_before_it_has_a_name(page: Page) -> None:
    """The kernel is not told to cancel the run before, which has ended already."""
    card = Card(page)
    card.open("run-1")
    card.set(status="timed_out")
    with page.expect_popup():
        card.button("Try again").click()
    card.set(status="starting")
    card.tell(type="time", run="run-2", seconds_left=300)
    card.button("Cancel").click()
    assert card.sent("cancel") == [{"type": "cancel", "run": None}]


@in_one_browser
def test_reloaded_page_offers_to_open_again(page: Page) -> None:
    """A page that holds no address of the run that is going can begin again, or cancel."""
    card = Card(page, status="waiting")
    card.tell(type="time", run="run-1", seconds_left=100)
    expect(card.text).to_contain_text("started in another tab, or before the page was reloaded")
    expect(card.time).to_have_text(re.compile(r"Time left 1:\d\d"))
    card.button("Open the login window again").click()
    assert card.wait_for_sent("begin")
    card.button("Cancel").click()
    assert card.sent("cancel")[0]["run"] is None  # the run that the click begins


@in_one_browser
def test_reloaded_page_still_hears_its_window(page: Page) -> None:
    """The window that was opened before a reload can still finish the login."""
    card = Card(page, status="waiting")
    card.tell(type="time", run="run-1", seconds_left=100)
    post_here(page, RESULT)
    claim = card.wait_for_sent("claim")[0]
    assert (claim["run"], claim["source"]) == ("run-1", "other")


@in_one_browser
def test_run_of_another_page_takes_over(page: Page) -> None:
    """When another page begins anew, this one drops its window of the run before."""
    card = Card(page)
    popup = card.open("run-1")
    with popup.expect_event("close"):
        card.tell(type="time", run="run-2", seconds_left=300)
    expect(card.button("Open the login window again")).to_be_visible()


def test_click_without_a_kernel_says_so(page: Page) -> None:
    """A card that came back without its kernel tells what to do, and leaves no window open."""
    card = Card(page)
    card.run("(card) => { card.model.connected = false; }")
    popup = _click_connect(card)
    wait_until_closed(popup)
    expect(card.box.get_by_role("alert")).to_have_text(
        "If a cell is running, wait for it. If the kernel was stopped, restarted, or "
        "changed, run this cell again."
    )


@in_one_browser
def test_silent_kernel_is_named(page: Page) -> None:
    """When the kernel does not answer, the card says so instead of turning for ever."""
    page.clock.install()
    card = Card(page)
    block_windows(page)
    card.button("Connect Instagram").click()
    expect(card.hint).not_to_contain_text("The kernel has not answered yet.")
    page.clock.run_for(6000)
    expect(card.hint).to_contain_text("The kernel has not answered yet.")


# Whose message it is.


def test_window_of_an_earlier_run_is_not_heard(page: Page) -> None:
    """Not every window can be closed; what one posts later does not end the next run."""
    card = Card(page)
    earlier = card.open("run-1", url="/popup.html")
    earlier.evaluate("() => { window.close = () => {}; }")
    card.set(status="failed")
    with page.expect_popup() as opened:
        card.button("Try again").click()
    card.set(status="starting")
    card.authorize("run-2", request=card.wait_for_sent("begin", 2)[-1]["request"])
    card.set(status="waiting")
    opened.value.wait_for_url(card.login_page)
    post(earlier, RESULT | {"accountId": "earlier"})
    post(opened.value, RESULT)
    (claim,) = card.wait_for_sent("claim")
    assert (claim["run"], claim["data"]) == ("run-2", RESULT)


def test_two_cards_do_not_mix(page: Page) -> None:
    """Each card takes its own window's message, and not that of another card."""
    first, second = Card(page), Card(page)
    first_popup, second_popup = first.open("run-a"), second.open("run-b")
    post(second_popup, RESULT | {"accountId": "second"})
    second.wait_for_sent("claim")
    post(first_popup, RESULT | {"accountId": "first"})
    first.wait_for_sent("claim")
    assert [claim["data"]["accountId"] for claim in first.sent("claim")] == ["first"]
    assert [claim["data"]["accountId"] for claim in second.sent("claim")] == ["second"]


def test_card_without_a_window_leaves_those_of_others_alone(page: Page) -> None:
    """A card that waits without a window of its own takes no message of another card's window."""
    other, ours = Card(page, status="waiting"), Card(page)
    other.tell(type="time", run="run-0", seconds_left=100)
    popup = ours.open()
    post(popup, RESULT)
    ours.wait_for_sent("claim")
    assert other.sent("claim") == []


def test_late_message_from_another_window_counts(page: Page) -> None:
    """The service may close the window and post from a new one: that message is passed on."""
    card = Card(page)
    card.open().close()
    expect(card.hint).to_contain_text("The pop-up looks closed.")
    post_here(page, RESULT)
    assert card.wait_for_sent("claim")[0]["source"] == "other"


def test_message_sent_while_closing_counts(page: Page) -> None:
    """A window that posts and closes itself in the same breath is heard."""
    card = Card(page)
    popup = card.open()
    with suppress(Error):  # the window may be gone before Playwright hears that this was done
        popup.evaluate("(data) => { opener.postMessage(data, '*'); window.close(); }", RESULT)
    assert card.wait_for_sent("claim")[0]["data"] == RESULT
    expect(card.text).to_contain_text("The result has reached the notebook.")
