"""The card of an app's login: its window, its field for an address, and the page at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ghl_notebook.login.app.authorization_code import AuthorizationCodeFlow
from tests.browser.servers.program import free_port
from tests.browsers import wait_until_closed
from tests.card.app_states import ERROR, STATES, URL
from tests.card.harness import PICTURES, SCRIPTS, AppCard, Server, in_one_browser
from tests.login.apps import CODE, Exchange, answer_to, make_app, settle, state_in

ADDRESS = "https://example.com/oauth/callback?code=c0de&state=signed"


# The window.


def test_the_authorization_url_is_asked_for_by_a_click(page: Page) -> None:
    """Before it the page knows no address, and none stands in the document afterwards."""
    card = AppCard(page)
    assert card.sent("begin") == []
    window = card.open()

    assert window.url == card.login_page
    assert card.login_page not in page.content()
    expect(card.text).to_have_text("Log in and choose in the window that opened.")
    assert card.sent("begin")[0]["page_id"] == card.sent("hello")[0]["page_id"]


def test_the_window_opens_in_the_click(page: Page) -> None:
    """It says what it waits for until the kernel has answered."""
    card = AppCard(page)
    with page.expect_popup() as opened:
        card.button("Log in").click()

    expect(opened.value.locator("body")).to_have_text("Opening GoHighLevel…")
    expect(card.box).to_have_attribute("data-status", "waiting")


@in_one_browser
def test_an_address_for_another_click_is_not_opened(page: Page) -> None:
    """Nor one that was not asked for, nor one that is no web address."""
    card = AppCard(page)
    card.authorize("run-1")
    card.authorize("run-1", request="another")
    with page.expect_popup() as opened:
        card.button("Log in").click()
    card.authorize("run-1", request="another")
    card.authorize("run-1", "javascript:alert(1)", card.wait_for_sent("begin")[0]["request"])

    expect(card.part("error")).to_contain_text("not a web address")
    wait_until_closed(opened.value)


@in_one_browser
def test_the_window_closes_with_the_login(page: Page) -> None:
    """Nobody is left with a window that has done its work."""
    for status in ("checking", "connected", "cancelled", "failed", "timed_out"):
        card = AppCard(page)
        window = card.open()
        card.set(status=status)
        wait_until_closed(window)


def test_a_blocked_window_becomes_a_link(page: Page) -> None:
    """The link leads there, and tells nobody where it comes from."""
    card = STATES["blocked"](page)
    link = card.box.get_by_role("link", name="Open the login page")

    expect(link).to_have_attribute("href", URL)
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    card.set(status="connected", kind="sub-account")
    assert URL not in page.content()


@in_one_browser
def test_reopen(page: Page) -> None:
    """A window that was closed is opened again at the same address, and the run goes on."""
    card = AppCard(page)
    card.open(listens=True).close()
    with page.expect_popup() as opened:
        card.button("Reopen window").click()
    opened.value.wait_for_url("**/popup.html")

    assert len(card.sent("begin")) == 1


@in_one_browser
def test_try_again(page: Page) -> None:
    """After a failure a click asks anew."""
    card = AppCard(page)
    card.open()
    card.set(status="failed", error=ERROR)
    expect(card.part("error")).to_have_text(ERROR)
    card.set(error=None)
    with page.expect_popup() as opened:
        card.begin("Try again", "run-2", f"{card.login_page}?again")
    opened.value.wait_for_url("**/popup.html?again")


def test_cancel(page: Page) -> None:
    """It is told to the kernel with the run, and shown at once."""
    card = AppCard(page)
    window = card.open()
    with window.expect_event("close"):
        card.button("Cancel").click()

    assert card.sent("cancel") == [{"type": "cancel", "run": "run-1"}]
    expect(card.text).to_have_text("The login was cancelled.")
    expect(card.button("Try again")).to_be_focused()


# The field.


@in_one_browser
def test_the_field_is_there_where_no_answer_arrives_by_itself(page: Page) -> None:
    """What is pasted goes to the kernel once, and does not stay in the field."""
    card = AppCard(page)
    card.open()
    field = card.box.get_by_role("textbox", name="Address of the last page")
    field.fill(ADDRESS)
    field.press("Enter")

    # Beside the message: a kernel that logs everything logs the message.
    assert card.wait_for_sent("redirected") == [{"type": "redirected", "beside": [ADDRESS]}]
    expect(field).to_have_value("")
    expect(card.button("Paste the address instead")).to_be_hidden()


def test_the_field_is_behind_a_button_where_the_answer_arrives(page: Page) -> None:
    """The button says whether the field is shown, and leads into it."""
    card = AppCard(page)
    card.open(listens=True)
    field, more = card.box.get_by_role("textbox"), card.button("Paste the address instead")
    expect(field).to_be_hidden()
    expect(more).to_have_attribute("aria-expanded", "false")
    expect(card.hint).to_have_text("The answer arrives here on its own.")
    page.bring_to_front()
    more.press("Enter")

    expect(field).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "true")


@in_one_browser
def test_the_field_comes_when_the_window_reads_closed(page: Page) -> None:
    """It may have been closed at its end, before the kernel was asked."""
    card = AppCard(page)
    card.open(listens=True).close()

    expect(card.box.get_by_role("textbox")).to_be_visible()


@in_one_browser
def test_a_kernel_elsewhere_hears_no_redirect(page: Page) -> None:
    """Where the notebook comes from another computer, its port is not the browser's."""
    page.goto(page.url.replace("127.0.0.1", "hub.localhost"))
    card = AppCard(page)
    card.open(listens=True)

    expect(card.box.get_by_role("textbox")).to_be_visible()
    expect(card.hint).to_contain_text("copy the complete address")


@in_one_browser
def test_no_field_when_nothing_waits(page: Page) -> None:
    """An address could answer nothing."""
    for status in ("idle", "checking", "connected", "cancelled", "failed"):
        field = AppCard(page, status=status).box.get_by_role("textbox")
        expect(field, status).to_be_hidden()


def test_keys_typed_into_the_field_are_not_the_notebooks(page: Page) -> None:
    """A notebook has shortcuts for single letters."""
    page.evaluate(
        "() => { window.keys = 0; document.addEventListener('keydown', () => window.keys++); }"
    )
    card = STATES["to-be-pasted"](page)
    card.box.get_by_role("textbox").press_sequentially("dd")

    assert page.evaluate("window.keys") == 0


@in_one_browser
def test_a_notice_is_an_alert(page: Page) -> None:
    """Who cannot see it hears that the address was another login's."""
    card = STATES["to-be-pasted"](page)
    card.set(message="That address belongs to another login.")

    expect(card.box.get_by_role("alert")).to_have_text("That address belongs to another login.")


@in_one_browser
def test_changes_are_read_out(page: Page) -> None:
    """The live region has each new sentence."""
    card = STATES["to-be-pasted"](page)
    live = card.box.locator("[aria-live=polite]")
    expect(live).to_contain_text("Log in and choose in the window that opened.")
    card.set(status="connected", kind="agency")

    expect(live).to_have_text("You are logged in to an agency.")


def test_all_by_keyboard(page: Page) -> None:
    """From the button to the pasted address without a mouse."""
    card = AppCard(page)
    page.keyboard.press("Tab")
    expect(card.button("Log in")).to_be_focused()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    request = card.wait_for_sent("begin")[0]["request"]
    card.set(status="waiting")
    card.authorize("run-1", None, request)
    opened.value.wait_for_url("**/popup.html")
    page.bring_to_front()
    for name in ("Show window", "Cancel"):
        expect(card.button(name)).to_be_visible()
    card.button("Cancel").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("x")
    page.keyboard.press("Enter")

    assert card.wait_for_sent("redirected")[0]["beside"] == ["x"]


# The kernel.


@in_one_browser
def test_a_busy_kernel_hears_the_click_by_the_loopback_server(page: Page, server: Server) -> None:
    """While a cell waits, comms are not read."""
    card = AppCard(page)
    card.find_server("app-path")
    doors = server.doors["/app-path/"]
    assert doors.get(timeout=30)["type"] == "hello"
    with page.expect_popup():
        card.button("Log in").click()
    card.find_server("app-path")

    assert doors.get(timeout=30)["type"] == "begin"


@in_one_browser
def test_a_kernel_that_is_gone_is_said(page: Page) -> None:
    """Instead of a button that does nothing."""
    card = STATES["kernel-gone"](page)

    expect(card.box).to_have_attribute("data-status", "gone")
    expect(card.part("error")).to_contain_text("run this cell again")


def test_nothing_is_left_behind(page: Page) -> None:
    """A card that is removed leaves no listener and no timer."""
    before = page.evaluate("leftBehind()")
    card = AppCard(page)
    card.open()
    card.run("(card) => { card.life.abort(); }")

    assert page.evaluate("leftBehind()") == before
    assert card.run("(card) => card.model.handlers.length") == 0


@in_one_browser
def test_an_older_attempts_window_is_closed_for_another_tabs_run(page: Page) -> None:
    """The kernel attends to one attempt at a time."""
    card = AppCard(page)
    window = card.open()
    with window.expect_event("close"):
        card.tell(type="time", run="run-2", seconds_left=600)
    expect(card.text).to_contain_text("started in another tab")


# The page that the login ends at.


@pytest.fixture
def flow() -> Iterator[AuthorizationCodeFlow[object]]:
    """A login that ends on this computer."""
    flow: AuthorizationCodeFlow[object] = AuthorizationCodeFlow(
        make_app(f"http://localhost:{free_port()}/end"), Exchange()
    )
    yield flow
    flow.cancel()
    settle()


@pytest.mark.parametrize("changes", [{}, {"code": "", "error": "access_denied"}, {"state": "x"}])
def test_the_page_at_the_end(
    browser: Browser, page: Page, flow: AuthorizationCodeFlow[object], changes: dict[str, str]
) -> None:
    """It says what to do, and its address bar and history hold neither code nor state."""
    page.clear_console_messages()
    url = flow.start()
    answer = page.goto(answer_to(url, **changes))
    assert answer is not None

    expect(page.get_by_role("heading")).to_be_visible()
    expect(page.locator("p")).to_contain_text("You can close this window" if changes else "Go back")
    assert page.evaluate("location.href") == flow.app.redirect_uri
    assert page.url == flow.app.redirect_uri
    assert CODE not in page.content()
    assert state_in(url) not in page.content()
    # Its policy lets its own script and style through.
    said = [message.text for message in page.console_messages()]
    assert [text for text in said if "policy" in text.lower()] == []
    if browser.browser_type.name == "chromium":  # elsewhere Playwright brings a style of its own
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            name = f"chromium-end-{answer.status}-{scheme}-{len(changes)}"
            page.screenshot(path=PICTURES / f"{name}.png")


def test_the_script_holds_the_common_parts_once() -> None:
    """Each function of them is there, and none is there twice."""
    script = SCRIPTS["app"]
    names = re.findall(r"^(?:async )?function (\w+)", script, flags=re.MULTILINE)

    assert {"openWindow", "renderCard", "webAddress"} <= set(names)
    assert len(names) == len(set(names))
