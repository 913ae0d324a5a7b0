"""What the card shows and says, and what it leaves behind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.card.harness import (
    RESULT,
    SCRIPTS,
    STYLES,
    Card,
    block_windows,
    in_one_browser,
    post,
)
from tests.card.states import ATTACHED, NAMES, NOTICE, SCENES, STATES, choices

CONTROLS = {
    "idle": ["Connect Instagram"],
    "idle-reconnect": ["Reconnect Instagram"],
    "starting": ["Opening…", "Cancel"],
    "waiting": ["Show window", "Cancel"],
    "waiting-for-long": ["Show window", "Cancel", "Use it"],
    "reads-closed": ["Reopen window", "Cancel", "Use it"],
    "blocked": ["Open the login page", "Cancel", "Use it"],
    "blocked-with-a-way-out": ["Open the login page", "Open in your browser", "Cancel", "Use it"],
    "noticed": ["Show window", "Cancel"],
    "elsewhere": ["Open the login window again", "Cancel", "Use it"],
    "asked-again": ["Cancel"],
    "checking": ["Cancel"],
    "connected": ["Copy"],
    "connected-choosing": ["Attach 1 account", "Copy"],
    "connected-attaching": ["Attaching…", "Copy"],
    "connected-attached": ["Attach 1 account", "Copy"],
    "connected-empty": ["Copy"],
    "connected-again": ["Attach 1 account", "Copy"],
    "reconnected": ["Copy"],
    "cancelled": ["Try again"],
    "timed_out": ["Try again", "Use it"],
    "failed": ["Try again"],
    "kernel-gone": [],
    "asking": ["Yes, this is mine", "No, not mine", "Cancel"],
    "asking-to-attach": ["Yes, attach 1 account", "No, not mine", "Cancel"],
    "asking-which": [
        *("Yes, this is mine", "Yes, this is mine"),
        "None of these is mine",
        "Cancel",
    ],
    "others": ["Take over"],
    "others-connected": ["Copy"],
    "separate": ["Show window", "Cancel"],
    "separate-idle": ["Connect Instagram"],
    "framed": ["Reopen window", "Copy address", "Cancel", "Use it"],
    "framed-without-a-clipboard": ["Reopen window", "Selected", "Cancel", "Use it"],
    "webview-unreachable": ["Connect Instagram"],
    "webview-idle": ["Connect Instagram"],
    "webview-reconnect": ["Reconnect Instagram"],
    "webview-waiting": ["Open it again", "Cancel", "Use it"],
    "webview-noticed": ["Open it again", "Cancel", "Use it"],
    "webview-checking": ["Cancel"],
    "webview-connected": ["Copy"],
    "webview-connected-choosing": ["Attach 1 account", "Copy"],
    "webview-connected-attaching": ["Attaching…", "Copy"],
    "webview-connected-attached": ["Attach 1 account", "Copy"],
    "webview-connected-empty": ["Copy"],
    "webview-connected-again": ["Attach 1 account", "Copy"],
    "webview-reconnected": ["Copy"],
    "webview-cancelled": ["Try again"],
    "webview-timed_out": ["Try again", "Use it"],
    "webview-failed": ["Try again"],
}
STORES = ("localStorage", "sessionStorage", "indexedDB", "cookie", "caches")


@in_one_browser
@pytest.mark.parametrize("scene", SCENES)
def test_controls_of_each_state(page: Page, scene: str) -> None:
    """Each state offers what can be done in it, in the order of use, and nothing else."""
    found = {
        state: card.box.locator("button:visible, a:visible").all_inner_texts()
        for state, card in SCENES[scene].bring(page)
    }
    assert found == {state: CONTROLS[state] for state in found}


@in_one_browser
def test_failure_shows_its_reason_and_a_second_check(page: Page) -> None:
    """The error is an alert; a result that is kept can be checked again."""
    card = Card(page)
    card.open()
    card.set(status="checking")
    card.set(status="failed", error="GoHighLevel is down. Check again later.", can_recheck=True)
    expect(card.box.get_by_role("alert")).to_have_text("GoHighLevel is down. Check again later.")
    card.button("Check again").click()
    assert card.sent("recheck") == [{"type": "recheck", "run": "run-1"}]


@in_one_browser
def test_notice_shows_while_the_login_goes_on(page: Page) -> None:
    """A hint of the kernel shows until the kernel takes it back, as it does when a login ends."""
    card = STATES["noticed"](page)
    expect(card.box.get_by_role("alert")).to_have_text(NOTICE)
    card.set(status="connected", notice=None)
    expect(card.part("notice")).to_be_hidden()


@in_one_browser
def test_connected_names_five_and_counts_the_rest(page: Page) -> None:
    """A long list of accounts stays short on the card."""
    card = STATES["connected"](page)
    expect(card.text).to_have_text("Instagram is connected.")
    assert card.part("names").locator("li").all_inner_texts() == [*NAMES[:5], "and 2 more"]


@in_one_browser
def test_names_and_errors_are_text(page: Page) -> None:
    """Markup in what the service sends is shown, not built."""
    markup = "<img src=x onerror=alert(1)>"
    card = Card(page, status="connected", account_names=[markup], location_id=markup)
    expect(card.part("names")).to_have_text(markup)
    card.set(status="failed", error=markup)
    expect(card.box.get_by_role("alert")).to_have_text(markup)
    assert card.box.locator("img").count() == 0


@in_one_browser
def test_place_is_named(page: Page) -> None:
    """The card tells for which sub-account and user it connects; the user may be unknown."""
    card = Card(page)
    place = card.part("place")
    expect(place).to_have_text("Sub-account ve9EPM428h8vShlRW1KT User 0IHuJvc2ofPAAA8GzTRi")
    card.set(user_id=None)
    assert place.inner_text() == "Sub-account ve9EPM428h8vShlRW1KT"


@in_one_browser
def test_time_runs_down_without_being_read_out(page: Page) -> None:
    """The time left is shown while a result is awaited, outside of the live region."""
    page.clock.install()
    card = Card(page)
    card.authorize("run-1", "https://www.example.com/")
    block_windows(page)
    card.button("Connect Instagram").click()
    card.set(status="waiting")
    card.tell(type="time", run="run-1", seconds_left=272)
    expect(card.time).to_have_text("Time left 4:32")
    card.run("(card) => { window.before = document.querySelector('[aria-live]').textContent; }")
    page.clock.run_for(3000)
    expect(card.time).to_have_text(re.compile(r"Time left 4:(29|28)"))
    assert page.evaluate("before === document.querySelector('[aria-live]').textContent")
    assert card.box.locator("[aria-live] .ghl-connect-time").count() == 0
    card.set(status="checking")
    expect(card.time).to_be_hidden()


@in_one_browser
def test_each_change_is_announced_once(page: Page) -> None:
    """A screen reader hears one sentence for each change, and none for what does not change."""
    card = Card(page)
    page.evaluate(
        """() => {
            window.heard = [];
            const live = document.querySelector("[aria-live]");
            new MutationObserver(() => heard.push(live.textContent))
                .observe(live, { childList: true });
        }"""
    )
    card.open()
    card.set(status="checking")
    card.set(location_id="other")
    card.set(status="connected", account_names=NAMES[:2])
    expect(card.text).to_have_text("Instagram is connected.")
    assert page.evaluate("heard") == [
        "Asking GoHighLevel for the login page…",
        "Finish the login in the window that opened.",
        "Checking with GoHighLevel what was connected…",
        "Instagram is connected. This login can attach: Acme Foods, Café Ümlaut",
    ]


@in_one_browser
def test_views_of_one_model_go_together(page: Page) -> None:
    """Two views share one window and one run, and show the same."""
    card = Card(page, views=2)
    popup = card.open()
    for index in range(2):
        text = card.view(index).locator(".ghl-connect-text")
        expect(text).to_have_text("Finish the login in the window that opened.")
    post(popup, RESULT)
    assert len(card.wait_for_sent("claim")) == len(card.sent("hello")) == 1
    with popup.expect_event("close"):
        card.view(1).get_by_role("button", name="Cancel").click()
    expect(card.text).to_have_text("The login was cancelled.")


def test_login_by_keyboard_alone(page: Page) -> None:
    """Everything can be done with Tab and Enter, and the focus never falls off the card."""
    card = Card(page)
    page.keyboard.press("Tab")
    expect(card.button("Connect Instagram")).to_be_focused()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    page.bring_to_front()
    expect(card.button("Opening…")).to_be_focused()
    page.keyboard.press("Enter")
    assert len(card.sent("begin")) == 1
    card.set(status="starting")
    card.authorize("run-1", request=card.sent("begin")[0]["request"])
    card.set(status="waiting")
    expect(card.button("Show window")).to_be_focused()
    page.keyboard.press("Tab")
    expect(card.button("Cancel")).to_be_focused()
    with opened.value.expect_event("close"):
        page.keyboard.press("Enter")
    expect(card.button("Try again")).to_be_focused()


def test_focus_stays_in_the_card(page: Page) -> None:
    """When the focused control goes, the focus moves on, and never to Cancel."""
    card = Card(page)
    card.open()
    page.bring_to_front()
    card.button("Show window").focus()
    card.set(status="checking")
    expect(card.box).to_be_focused()
    card.button("Cancel").focus()
    card.set(status="connected")
    expect(card.button("Copy")).to_be_focused()


def test_focus_stays_among_the_choices(page: Page) -> None:
    """Attached from a checkbox, it stays there, and moves on when nothing is left to tick."""
    card = Card(page, status="connected", choices=choices())
    box = card.box.get_by_label(NAMES[2])
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert card.wait_for_sent("attach")
    card.set(is_attaching=True, choices=[one | {"is_ticked": True} for one in choices()])
    expect(box).to_be_focused()
    attached = [one | {"is_attached": True} for one in choices()]
    card.set(is_attaching=False, choices=attached, attached=ATTACHED)
    expect(card.button("Copy")).to_be_focused()


@in_one_browser
def test_why_an_account_was_not_attached_is_announced(page: Page) -> None:
    """The reason stands with its account, as an alert."""
    card = Card(page, status="connected", choices=choices())
    expect(card.box.get_by_role("alert")).to_have_count(0)
    card.set(choices=choices(error="Busy."))
    expect(card.box.get_by_role("alert")).to_have_text("Busy.")


def test_focus_elsewhere_is_left_alone(page: Page) -> None:
    """A change of state does not take the focus from where the user types."""
    card = Card(page)
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("textarea").focus()
    card.set(status="starting")
    card.set(status="failed", error="No.")
    expect(page.locator("textarea")).to_be_focused()


def test_double_click_opens_one_window(page: Page) -> None:
    """The second half of a double click neither opens another window nor cancels."""
    card = Card(page)
    with page.expect_popup():
        card.button("Connect Instagram").dblclick()
    expect(card.text).to_have_text("Asking GoHighLevel for the login page…")
    assert (len(card.sent("begin")), card.sent("cancel")) == (1, [])


def test_next_step_is_copied(page: Page) -> None:
    """The line for the next cell goes to the clipboard."""
    card = Card(page, status="connected")
    page.evaluate("document.body.append(document.createElement('textarea'))")
    card.button("Copy").click()
    expect(card.button("Copied")).to_be_visible()
    page.locator("textarea").focus()
    page.keyboard.press("ControlOrMeta+V")
    expect(page.locator("textarea")).to_have_value("ghl.fetch_available_accounts(client, login)")
    card.set(attached=ATTACHED)
    expect(card.part("code").first).to_have_text("ghl.fetch_accounts(client)")


def test_next_step_is_selected_where_the_clipboard_is_kept_away(page: Page) -> None:
    """Without a clipboard the line is selected, and the card says how to copy it."""
    card = Card(page, status="connected")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    card.button("Copy").click()
    expect(card.part("live")).to_contain_text("Press Control C or Command C to copy.")
    selected = page.evaluate("getSelection().toString()")
    assert selected == "ghl.fetch_available_accounts(client, login)"


def test_removed_view_hears_nothing(page: Page) -> None:
    """A view that is gone is no longer painted, and leaves no listener; the others go on."""
    before = page.evaluate("leftBehind()")
    card = Card(page, views=2)
    one_view = page.evaluate("leftBehind().listeners.length")
    card.run("(card) => { const [, gone] = card.views; gone.remove(); window.gone = gone.el; }")
    card.set(status="checking")
    expect(card.text).to_have_text("Checking with GoHighLevel what was connected…")
    assert page.evaluate("gone.querySelector('.ghl-connect-card').dataset.status") == "idle"
    assert page.evaluate("leftBehind().listeners.length") < one_view
    card.run("(card) => card.life.abort()")
    assert page.evaluate("leftBehind()") == before


def test_nothing_is_left_behind(page: Page) -> None:
    """When the model goes, in the middle of a login, no listener, timer or window stays."""
    before: dict[str, Any] = page.evaluate("leftBehind()")
    card = Card(page)
    popup = card.open()
    during = page.evaluate("leftBehind()")
    assert during["timers"] == before["timers"] + 1
    assert "message" in during["listeners"]
    with popup.expect_event("close"):
        card.run("(card) => card.life.abort()")
    assert page.evaluate("leftBehind()") == before
    assert card.run("(card) => card.model.handlers") == []


@in_one_browser
def test_fifty_cards_leave_nothing_behind(page: Page) -> None:
    """However a login ended, or did not: with its model go all listeners and timers."""
    block_windows(page)
    before = page.evaluate("leftBehind()")
    for number in range(50):
        card = Card(page, views=2)
        if number % 2:
            card.button("Connect Instagram").click()
            card.set(status=("waiting", "connected", "failed")[number % 3])
        card.run(
            "(card) => { card.life.abort(); for (const view of card.views) view.el.remove(); }"
        )
    assert page.evaluate("leftBehind()") == before


@in_one_browser
def test_no_timer_runs_at_rest(page: Page) -> None:
    """Before and after a login nothing is polled."""
    before = page.evaluate("leftBehind().timers")
    card = Card(page)
    assert page.evaluate("leftBehind().timers") == before
    card.open()
    assert page.evaluate("leftBehind().timers") == before + 1
    card.set(status="connected")
    assert page.evaluate("leftBehind().timers") == before


@pytest.mark.parametrize("card", SCRIPTS)
def test_module_is_plain_and_self_contained(card: str) -> None:
    """The module imports nothing, writes no markup, keeps nothing, and names no other computer."""
    source, style = SCRIPTS[card], STYLES[card]
    code = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    for word in ("import", "innerHTML", "insertAdjacent", "eval(", "console.", *STORES):
        assert word not in code
    addresses = set(re.findall(r"\w+://[^/`]*", code))
    namespace = "http://www.w3.org"  # of a platform's mark
    assert addresses == {"http://127.0.0.1:${port}", namespace}
    assert "url(" not in style
    assert "@import" not in style
    classes = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)))
    assert {name for name in classes if not name.startswith("ghl-connect-")} == set()


@in_one_browser
def test_names_stand_for_ids(page: Page) -> None:
    """The ids are in the tooltips."""
    card = Card(page, location_name="Brightside Dental Halifax", user_name="Robin Osei")
    place = card.box.get_by_text("Brightside Dental Halifax").first
    expect(place).to_have_attribute("title", "ve9EPM428h8vShlRW1KT")
    expect(card.box.get_by_text("Robin Osei")).to_have_attribute("title", "0IHuJvc2ofPAAA8GzTRi")
