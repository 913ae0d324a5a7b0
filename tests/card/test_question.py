"""Whose login it is: one that was found in the accounts list, and one of another browser's page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.card.harness import RESULT, AppCard, Card, block_windows, in_one_browser, post
from tests.card.states import LONG_NAME, NAMES, STATES, choices, found

ANOTHER = "of another browser"
MARKUP = "<img src=x onerror=alert(1)>"


def asking(page: Page, *logins: dict[str, object]) -> Card:
    """Return a card whose window is closed, and which asks about logins."""
    card = Card(page)
    card.open().close()
    card.button("Reopen window").wait_for()
    card.set(found=[*logins])
    return card


@in_one_browser
@pytest.mark.parametrize(
    ("button", "answer"),
    [
        (
            "Yes, this is mine",
            {"type": "mine", "run": "run-1", "account_id": "6" * 24, "origin_ids": []},
        ),
        ("No, not mine", {"type": "not_mine", "run": "run-1"}),
    ],
)
def test_one_click_answers(page: Page, button: str, answer: dict[str, object]) -> None:
    """Names and time are there to judge by."""
    card = asking(page, found(*NAMES[:2], account_id="6" * 24))
    expect(card.text).to_have_text("Is this your login?")
    question = card.part("found")
    expect(question).to_contain_text(f"{NAMES[0]}, {NAMES[1]}")
    expect(question).to_contain_text("Appeared at")
    expect(card.part("paste")).to_be_hidden()
    card.button(button).click()
    assert card.wait_for_sent(str(answer["type"])) == [answer]

    card.set(found=[])
    expect(question).to_be_hidden()
    expect(card.text).to_have_text("Still waiting for the result.")


@in_one_browser
def test_one_click_answers_and_attaches(page: Page) -> None:
    """What the login can attach is ticked in the question; ticks survive what else is found."""
    card = asking(page, found("First", account_id="1" * 24))
    card.set(found=[found("First", account_id="1" * 24) | {"choices": choices()}])
    question = card.part("found")
    expect(question.get_by_label("Acme Foods")).to_be_disabled()
    expect(card.button("Yes, attach 1 account")).to_have_accessible_description("First")
    question.get_by_label(LONG_NAME).check()
    card.set(
        found=[
            found("Second", account_id="2" * 24),
            found("First", account_id="1" * 24) | {"choices": choices(error="Busy.")},
        ]
    )
    card.button("Yes, attach 2 accounts").click()
    assert card.wait_for_sent("mine") == [
        {"type": "mine", "run": "run-1", "account_id": "1" * 24, "origin_ids": ["1", "3"]}
    ]


@in_one_browser
def test_each_of_several_has_its_button(page: Page) -> None:
    """A screen reader tells them apart by the names that describe them."""
    card = asking(page, found("First", account_id="1" * 24), found(account_id="2" * 24))
    expect(card.text).to_have_text("Which of these is your login?")
    buttons = card.box.get_by_role("button", name="Yes, this is mine")
    expect(buttons.nth(0)).to_have_accessible_description("First")
    expect(buttons.nth(1)).to_have_accessible_description("2" * 24)
    buttons.nth(1).click()
    assert card.wait_for_sent("mine")[0]["account_id"] == "2" * 24


def test_the_question_is_announced_and_gets_the_focus(page: Page) -> None:
    """Who is at the card with the keyboard goes on from there, and not with an answer."""
    card = Card(page)
    card.open().close()
    page.bring_to_front()
    card.button("Reopen window").focus()
    card.set(found=[found("Café Lumière")])
    question = card.part("found")
    expect(question).to_be_focused()
    expect(card.part("live")).to_contain_text("Is this your login?")
    expect(card.part("live")).to_contain_text("Café Lumière")
    page.keyboard.press("Tab")
    expect(card.button("Yes, this is mine")).to_be_focused()
    card.set(found=[found("Café Lumière"), found("Second", account_id="2" * 24)])
    expect(question).to_be_focused()
    page.keyboard.press("Tab")
    card.set(found=[])
    expect(card.button("Reopen window")).to_be_focused()


@in_one_browser
def test_the_question_calls_nobody_away(page: Page) -> None:
    """Who types in a cell goes on typing."""
    card = Card(page)
    card.open().close()
    page.evaluate("() => document.body.append(document.createElement('textarea'))")
    cell = page.locator("textarea")
    cell.focus()
    card.set(found=[found("Café Lumière")])
    expect(card.part("found")).to_be_visible()
    expect(cell).to_be_focused()


@in_one_browser
def test_what_was_found_is_text(page: Page) -> None:
    """Whoever connected it has chosen the name; a picture is of the web, or is none."""
    card = asking(page, found(MARKUP) | {"picture": "javascript:alert(1)"})
    expect(card.part("found")).to_contain_text(MARKUP)
    assert card.box.locator("img").count() == 0


# Another browser.


@pytest.mark.parametrize("kind", [Card, AppCard])
@in_one_browser
def test_another_browser_is_at_work(page: Page, kind: type[Card]) -> None:
    """The card says so, ends nothing by itself, and takes over when it is told to."""
    card = kind(page)
    card.tell(type="owner", page_id=ANOTHER, is_here=True)
    card.set(status="waiting")
    card.tell(type="time", run="theirs", seconds_left=300)
    expect(card.text).to_have_text("Another browser is using this card.")
    expect(card.part("paste")).to_be_hidden()
    assert card.box.get_by_role("button").all_inner_texts() == ["Take over"]
    with page.expect_popup():
        card.button("Take over").click()
    begin = card.wait_for_sent("begin")[0]
    assert (begin["takes_over"], "prefetched" in begin) == (True, False)


@pytest.mark.parametrize("kind", [Card, AppCard])
@in_one_browser
def test_who_is_taken_over_keeps_the_window(page: Page, kind: type[Card]) -> None:
    """Its user may be in the middle of a password."""
    card = kind(page)
    window = card.open()
    card.tell(type="owner", page_id=ANOTHER, is_here=True)
    card.tell(type="time", run="theirs", seconds_left=300)
    card.authorize("theirs", None, "click of theirs")
    expect(card.text).to_have_text("Another browser is using this card.")
    assert not window.is_closed()


@in_one_browser
def test_what_another_browser_has_connected_is_said_to_be_its(page: Page) -> None:
    """Not even the names are shown as one's own."""
    card = STATES["others-connected"](page)
    expect(card.text).to_have_text("Instagram was connected in another browser.")
    expect(card.part("names")).to_be_hidden()


@in_one_browser
def test_a_refused_click_closes_its_own_window(page: Page) -> None:
    """Both were quick; the kernel has heard the other one first."""
    card = Card(page)
    with page.expect_popup() as opened:
        card.button("Connect Instagram").click()
    request = card.wait_for_sent("begin")[0]["request"]
    with opened.value.expect_event("close"):
        card.tell(type="failed", request=request)
    card.set(status="waiting")
    card.tell(type="owner", page_id=ANOTHER, is_here=True)
    expect(card.text).to_have_text("Another browser is using this card.")


@in_one_browser
def test_a_page_answers_for_itself(page: Page) -> None:
    """The kernel asks whether the page that has begun is still there."""
    card = Card(page)
    page_id = card.sent("hello")[0]["page_id"]
    card.tell(type="owner", page_id=ANOTHER, is_here=False)
    card.tell(type="owner", page_id=page_id, is_here=True)
    assert card.sent("here") == []
    card.tell(type="owner", page_id=page_id, is_here=False)
    assert card.sent("here") == [{"type": "here", "page_id": page_id}]


def _shown_beside(page: Page, other: Page) -> Locator:
    """Return what a card shows on a page while another page's login is going on."""
    first, second = Card(page), Card(other)
    page_id = first.sent("hello")[0]["page_id"]
    second.set(status="waiting")
    second.tell(type="owner", page_id=page_id, is_here=True)
    return second.text


def test_two_tabs_of_a_browser_are_one_users(page: Page) -> None:
    """They find each other; a tab of another browser they do not find."""
    other = page.context.new_page()
    other.goto(page.url)
    expect(_shown_beside(page, other)).to_contain_text("started in another tab")
    other.close()


def test_two_browsers_are_two_users(page: Page, browser: Browser) -> None:
    """Their pages do not know each other."""
    context = browser.new_context()
    other = context.new_page()
    other.goto(page.url)
    expect(_shown_beside(page, other)).to_have_text("Another browser is using this card.")
    context.close()


# A window without a hold on the notebook's tab.


LEAD_AWAY = """(url) => {
    try {
        opener.location = url;
        return true;
    } catch {
        return false;
    }
}"""


@pytest.mark.parametrize("is_separate", [False, True])
def test_a_hostile_login_page_leads_the_notebook_away_only_by_an_opener(
    page: Page, is_separate: bool
) -> None:
    """The ordinary window reports by it. Firefox itself refuses to be led by another origin."""
    card = Card(page, separate_page=is_separate, watches_accounts=True)
    window = card.open()
    if is_separate:
        expect(card.hint).to_have_text("The card looks for the result in the accounts list.")
        assert card.wait_for_sent("window_lost") == [{"type": "window_lost", "run": "run-1"}]
        assert window.url == card.login_page
    else:
        post(window, RESULT)
        card.wait_for_sent("claim")

    hostile, before = f"{card.login_page}?hostile", page.url
    assert window.evaluate("() => opener === null") is is_separate
    is_led = not is_separate and page.context.browser.browser_type.name == "chromium"
    assert window.evaluate(LEAD_AWAY, hostile) is is_led
    if is_led:
        page.wait_for_url(hostile)
    else:
        window.reload()  # time enough for what was begun before
        assert page.url == before


def test_no_link_of_a_separate_login_page_gives_an_opener(page: Page) -> None:
    """From the login page in reach the window reports; the notebook's tab is nobody's opener."""
    card = Card(page, separate_page=True)
    card.find_server()
    link = card.box.get_by_role("link", name="Connect Instagram")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert card.box.get_by_role("button").count() == 0

    blocked = Card(page, separate_page=True)
    block_windows(page)
    blocked.button("Connect Instagram").click()
    blocked.authorize("run-1", None, blocked.wait_for_sent("begin")[0]["request"])
    with page.context.expect_page() as opened:
        blocked.box.get_by_role("link", name="Open the login page").click()
    opened.value.wait_for_url(blocked.login_page)
    assert opened.value.evaluate("() => opener") is None
    opened.value.close()
