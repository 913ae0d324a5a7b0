"""What the panel shows and asks for: rows, search, filters, the keyboard, the question, pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.card.harness import in_one_browser
from tests.card.looks import Dress, dress, misfits, name, violations
from tests.card.panels import PAGES, STATES, Panel, columns, many, of_agency
from tests.card.states import ERROR, THEMES

AVATAR = "http://avatars.test/picture.png"


# Rows.


@in_one_browser
def test_the_expired_are_first(page: Page) -> None:
    """What has to be done stands at the top, then what ends soonest."""
    panel = Panel(page).list()
    states = panel.grid.locator(".ghl-connect-panel-body .ghl-connect-panel-cell-state")
    expect(states).to_have_text(
        [
            "Expiredsince 27 Mar 2026",
            "Expired",
            "Expires todayuntil 1 Mar 2026",
            "Expires in 1 dayuntil 2 Mar 2026",
            "Expires in 12 daysuntil 13 Mar 2026",
            "Connecteduntil 23 Mar 2026",
            "Connected",
        ]
    )


@in_one_browser
@pytest.mark.parametrize(
    ("heading", "last"),
    [("Account", "東京ラーメン日記"), ("Platform", "👩🏽‍🍳 Küche 🇺🇦")],
)
def test_sorted_by_a_heading(page: Page, heading: str, last: str) -> None:
    """A click sorts, one more turns it round, and the heading says so."""
    panel = Panel(page).list()
    button = panel.grid.get_by_role("button", name=heading, exact=True)
    head = panel.grid.get_by_role("columnheader", name=heading)
    names = panel.part("panel-first")
    button.click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(names.last).to_have_text(last)
    button.click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(names.first).to_have_text(last)


def test_an_avatar_that_cannot_be_had_leaves_initials(page: Page) -> None:
    """The picture is asked for without saying from where, and its failure shows nothing broken."""
    headers: list[dict[str, str]] = []

    def refuse(route: Route) -> None:
        headers.append(route.request.headers)
        route.abort()

    page.route(AVATAR, refuse)
    told = columns()
    told["avatar"][0] = AVATAR
    panel = Panel(page)
    with page.expect_event("requestfailed"):
        panel.list(told)
    expect(panel.grid.locator("img")).to_have_count(0)
    expect(panel.part("avatar").get_by_text("CL", exact=True)).to_be_visible()
    assert "referer" not in headers[0]


@in_one_browser
@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:image/png;base64,AA", "ftp://x/"])
def test_an_avatar_that_is_no_web_address_is_not_asked_for(page: Page, address: str) -> None:
    """Only http and https are pictures."""
    told = columns()
    told["avatar"] = [address] * len(told["name"])
    expect(Panel(page).list(told).grid.locator("img")).to_have_count(0)


def test_ten_thousand_rows(page: Page) -> None:
    """Few of them are nodes, and scrolling to the end shows the last."""
    panel = Panel(page).list(many(10_000))
    grid = panel.grid
    expect(grid).to_have_attribute("aria-rowcount", "10001")
    assert grid.locator("[data-at]").count() < 40
    grid.evaluate("(grid) => grid.scrollTo(0, grid.scrollHeight)")
    last = grid.get_by_role("row").filter(has_text="Account 09999")
    expect(last).to_be_visible()
    expect(last).to_have_attribute("aria-rowindex", "10001")
    assert grid.locator("[data-at]").count() < 40
    panel.box.get_by_label("Search").fill("account.77")
    expect(panel.part("panel-count")).to_have_text("111 of 10000 accounts")
    assert grid.evaluate("(grid) => grid.scrollTop") == 0


# Search and filters.


@in_one_browser
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cafe", ["Café Lumière"]),  # "Café" has an accent
        ("NORDLJUS insta", ["Nordljus Studio"]),
        ("tokyo.ramen", ["東京ラーメン日記"]),
        ("الياسمين", ["مقهى الياسمين"]),
        ("all channels", ["Café Lumière"]),
    ],
)
def test_search(page: Page, text: str, found: list[str]) -> None:
    """Words are looked for in name, handle, platform and groups; case and accents do not matter."""
    panel = Panel(page).list()
    panel.box.get_by_label("Search").fill(text)
    expect(panel.part("panel-first")).to_have_text(found)
    expect(panel.part("panel-count")).to_have_text("1 of 7 accounts")


@in_one_browser
def test_filters(page: Page) -> None:
    """By state and by platform; each state says how many there are of what is left."""
    panel = Panel(page).list()
    chips = panel.part("panel-chip")
    expect(chips).to_have_text(["All 7", "Expired 2", "Expiring 3", "Connected 2"])
    panel.box.get_by_label("Platform").select_option("Instagram")
    expect(chips).to_have_text(["All 3", "Expired 2", "Expiring 1", "Connected 0"])
    chips.nth(2).click()
    expect(chips.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(panel.part("panel-first")).to_have_text(["مقهى الياسمين"])
    panel.box.get_by_label("Search").fill("nobody")
    expect(panel.part("panel-none")).to_have_text("No account matches.")
    panel.button("Show all").click()
    expect(panel.part("panel-first")).to_have_count(7)


@in_one_browser
def test_what_is_searched_and_sorted_stays_after_a_refresh(page: Page) -> None:
    """New rows are shown as the last ones were."""
    panel = Panel(page).list()
    panel.box.get_by_label("Search").fill("insta")
    panel.grid.get_by_role("button", name="Account", exact=True).click()
    before = panel.names
    panel.list(version=2)
    expect(panel.part("panel-first")).to_have_text(before)


@in_one_browser
def test_ticks(page: Page) -> None:
    """One, or all that are shown; the kernel is told the rows."""
    panel = Panel(page).list()
    panel.grid.get_by_label("Select Nordljus Studio").check()
    assert panel.wait_for_sent("select")[-1] == {"type": "select", "version": 1, "rows": [1]}
    panel.part("panel-chip").filter(has_text="Expiring").click()
    panel.grid.get_by_label("Select all that are shown").check()
    assert sorted(panel.wait_for_sent("select", 2)[-1]["rows"]) == [1, 2, 3, 5]
    expect(panel.part("panel-count")).to_have_text("3 of 7 accounts, 4 selected")


# The keyboard.


def test_keyboard(page: Page) -> None:
    """One stop for Tab; arrows, Home, End and the page keys go everywhere, to rows unseen, too."""
    panel = Panel(page).list(many(10_000))
    panel.part("panel-chip").last.focus()
    page.keyboard.press("Tab")
    expect(panel.grid.locator("[data-at='0'] .ghl-connect-panel-cell-who")).to_be_focused()
    page.keyboard.press("Control+End")
    last = panel.grid.locator("[data-at='9999']")
    expect(last.get_by_role("button", name="Detach")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(last.get_by_role("button", name="Reconnect")).to_be_focused()
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    expect(panel.grid.locator("input:focus")).to_have_count(1)
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    expect(panel.grid.get_by_label("Select all that are shown")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(panel.grid.get_by_role("button", name="Account", exact=True)).to_be_focused()
    assert panel.grid.locator("[tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert not panel.grid.locator(":focus").count()


def test_the_focus_stays_while_the_mouse_scrolls(page: Page) -> None:
    """A row with the focus is not taken away, and not lost by a refresh."""
    panel = Panel(page).list(many(1000))
    first = panel.grid.locator("[data-at='0'] .ghl-connect-panel-cell-who")
    first.focus()
    panel.grid.evaluate("(grid) => grid.scrollTo(0, 30000)")
    expect(panel.grid.get_by_text("Account 00540", exact=True)).to_be_attached()
    expect(first).to_be_focused()
    panel.list(many(1000), version=2)
    expect(panel.grid.locator("[data-at='0'] .ghl-connect-panel-cell-who")).to_be_focused()


def test_the_notebook_does_not_hear_what_is_typed(page: Page) -> None:
    """Letters in the table and the search are no shortcuts of the notebook around it."""
    page.evaluate("() => { window.heard = []; document.onkeydown = (e) => heard.push(e.key); }")
    panel = Panel(page).list()
    panel.grid.locator("[data-at='0'] .ghl-connect-panel-cell-who").press("d")
    panel.box.get_by_label("Search").press("d")
    assert page.evaluate("heard") == []


# What is asked for.


def test_detach_asks_first(page: Page) -> None:
    """The question names the account and its posts; the safe button has the focus."""
    panel = Panel(page).list()
    panel.button_of("Detach", "Café Lumière").click()
    question = panel.box.get_by_role("alertdialog")
    expect(question).to_contain_text("Detach Café Lumière (Facebook)?")
    expect(question).to_contain_text("What was published stays on Facebook.")
    expect(question).to_contain_text("It also leaves its groups: Café, all channels.")
    expect(panel.button("Keep it")).to_be_focused()
    page.keyboard.press("Tab")
    expect(question.get_by_role("button", name="Detach")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(panel.button_of("Detach", "Café Lumière")).to_be_focused()
    assert panel.sent("detach") == []
    page.keyboard.press("Enter")
    question.get_by_role("button", name="Detach").click()
    assert panel.wait_for_sent("detach") == [{"type": "detach", "version": 1, "row": 0}]


@in_one_browser
def test_reconnect(page: Page) -> None:
    """The row's number in the version that is shown is what the kernel gets."""
    panel = Panel(page).list(version=3)
    panel.button_of("Reconnect", "Nordljus Studio").click()
    assert panel.wait_for_sent("reconnect") == [{"type": "reconnect", "version": 3, "row": 1}]


@in_one_browser
def test_connect_another(page: Page) -> None:
    """The platforms are offered in place; Escape takes the offer back."""
    panel = Panel(page).list()
    connect = panel.button("Connect")
    connect.click()
    expect(connect).to_have_attribute("aria-expanded", "true")
    expect(panel.button("Facebook")).to_be_focused()
    page.keyboard.press("Escape")
    expect(connect).to_be_focused()
    expect(panel.button("Facebook")).to_be_hidden()
    connect.click()
    panel.button("Threads").click()
    assert panel.wait_for_sent("connect") == [{"type": "connect", "platform": "threads"}]


@in_one_browser
def test_nothing_is_asked_for_while_something_is_done(page: Page) -> None:
    """The buttons rest until the kernel has answered."""
    panel = Panel(page).list(busy="Detaching Café Lumière…")
    expect(panel.button("Refresh")).to_have_attribute("aria-disabled", "true")
    panel.button("Refresh").click(force=True)
    panel.button_of("Reconnect", "Nordljus Studio").click()
    assert panel.sent("refresh") == panel.sent("reconnect") == []
    panel.show()
    panel.button("Refresh").click()
    panel.wait_for_sent("refresh")


@in_one_browser
def test_attach_pages(page: Page) -> None:
    """What is attached already rests; the ticked ones are named by their numbers."""
    panel = STATES["attach"](page)
    expect(panel.part("panel-pages").get_by_label("東京ラーメン日記")).to_be_disabled()
    expect(panel.part("panel-attach")).to_contain_text(ERROR)
    expect(panel.button("Attach 1 account")).to_be_visible()
    panel.part("panel-pages").get_by_label("Café Lumière").check()
    panel.button("Attach 2 accounts").click()
    assert panel.wait_for_sent("attach") == [{"type": "attach", "pages": [0, 3]}]


@in_one_browser
def test_ticks_of_pages_stay_when_the_panel_is_told_something_else(page: Page) -> None:
    """Only new pages are built anew."""
    panel = STATES["attach"](page)
    panel.part("panel-pages").get_by_label("Café Lumière").check()
    panel.show(stage="attach", platform="Instagram", pages=PAGES, notice="Something.")
    expect(panel.part("panel-notice")).to_have_text("Something.")
    expect(panel.part("panel-pages").get_by_label("Café Lumière")).to_be_checked()


def test_the_focus_follows_what_is_shown(page: Page) -> None:
    """From the list to the pages and back, the title has the focus, which a reader hears."""
    panel = Panel(page).list()
    panel.button_of("Reconnect", "Nordljus Studio").click()
    panel.show(stage="attach", platform="Instagram", pages=PAGES)
    expect(panel.part("panel-title")).to_be_focused()
    expect(panel.part("panel-title")).to_have_text("Attach accounts of Instagram")
    panel.button("Back to the accounts").click()
    panel.wait_for_sent("back")
    panel.show(notice="Attached: Café Lumière.")
    expect(panel.part("panel-title")).to_be_focused()
    expect(panel.box.locator("[aria-live=polite]")).to_have_text("Attached: Café Lumière.")


@in_one_browser
def test_a_sub_account_is_opened(page: Page) -> None:
    """By a click anywhere in its row, or by Enter."""
    panel = of_agency(page)
    panel.grid.get_by_text("Lumière Hospitality").click()
    assert panel.wait_for_sent("open")[-1]["row"] == 0
    panel.show(kind="sub-accounts")
    panel.grid.get_by_role("button", name="עיר טובה").press("Enter")
    assert panel.wait_for_sent("open", 2)[-1]["row"] == 2


@in_one_browser
def test_a_sub_account_that_could_not_be_asked_says_why(page: Page) -> None:
    """Its counts are dashes, and the next step is there; a filter finds it."""
    panel = of_agency(page)
    panel.part("panel-chip").filter(has_text="Failed").click()
    (row,) = panel.grid.locator("[data-at]").all()
    expect(row).to_contain_text("Riverside Auto Repair Halifax")
    expect(row).to_contain_text(ERROR)
    expect(row.get_by_role("gridcell").nth(2)).to_have_text(re.compile(r"^\u2013"))


# The kernel.


@in_one_browser
def test_a_kernel_that_does_not_answer(page: Page) -> None:
    """The panel says so after some seconds, and what to do; an answer takes it back."""
    page.clock.install()
    panel = Panel(page, views=1)
    panel.button("Refresh").click()
    page.clock.fast_forward(6000)
    expect(panel.part("error")).to_contain_text("The kernel has not answered.")
    panel.list()
    expect(panel.part("error")).to_be_hidden()


def test_two_views_show_the_same(page: Page) -> None:
    """What is ticked in one is known in the other, and nothing is left behind by either."""
    before = page.evaluate("leftBehind()")
    panel = Panel(page, views=2).list()
    panel.grid.get_by_label("Select Nordljus Studio").check()
    panel.wait_for_sent("select")
    panel.list(version=2)
    assert panel.view(1).get_by_role("grid").count() == 1
    panel.run("(card) => { card.views.forEach((view) => view.remove()); card.life.abort(); }")
    assert panel.run("(card) => card.model.handlers.length") == 0
    assert page.evaluate("leftBehind()") == before


# Looks.


def test_accessible(page: Page, node_modules: Path) -> None:
    """Axe finds nothing to say about what there is to see, colors included."""
    for state in ("failed", "noticed", "choosing", "asked", "attach", "agency"):
        panel = STATES[state](page)
        name(panel.box, state)
        if state == "asked":  # what is behind the question is inert, and axe cannot look through it
            panel.part("panel-main").evaluate("(main) => { main.style.visibility = 'hidden'; }")
    assert violations(page, node_modules, [Dress(theme, 760) for theme in THEMES]) == {}


def test_fits_its_column(browser: Browser, page: Page) -> None:
    """In no state does anything stick out or overlap, as wide as it is and as narrow."""
    page.set_viewport_size({"width": 960, "height": 900})
    for state, bring in STATES.items():
        name(bring(page).box, state)
    light, dark = "jupyterlab-light", "jupyterlab-dark"
    dresses = [Dress(light, 900), Dress(dark, 900), Dress(light, 560), Dress(dark, 220)]
    assert misfits(page, dresses, f"{browser.browser_type.name}-panel") == {}


def test_page_from_right_to_left(page: Page) -> None:
    """On a page that is written from right to left the panel reads as everywhere."""
    box = Panel(page).list().box
    dress(page, Dress("light", 560, "rtl"))
    assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0
    directions = box.locator(".ghl-connect-panel-first").evaluate_all(
        "(nodes) => nodes.map((node) => node.matches(':dir(rtl)'))"
    )
    assert directions.count(True) == 2
    assert box.evaluate("(box) => box.matches(':dir(ltr)')")
