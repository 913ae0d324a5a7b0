"""What the panel shows and asks for: rows, search, filters, the keyboard, the question, pages."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.card.harness import TRAITS, in_one_browser
from tests.card.looks import Dress, dress, misfits, name, violations
from tests.card.panels import LOCATIONS, STATES, Panel, columns, many, of_agency
from tests.card.states import ERROR, LONG_NAME, THEMES

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
    panel.box.get_by_label("Platform").select_option("+Instagram")
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
    panel.button("Export CSV").focus()
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
    assert panel.wait_for_sent("detach") == [{"type": "detach", "version": 1, "rows": [0]}]


@in_one_browser
def test_reconnect(page: Page) -> None:
    """The row's number in the version that is shown is what the kernel gets."""
    panel = Panel(page).list(version=3)
    panel.button_of("Reconnect", "Nordljus Studio").click()
    assert panel.wait_for_sent("reconnect") == [{"type": "reconnect", "version": 3, "rows": [1]}]


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


def test_the_focus_follows_what_is_shown(page: Page) -> None:
    """On the card, and back on the list's title, which a reader hears."""
    panel = STATES["attach"](page)
    expect(panel.part("card")).to_be_focused()
    expect(panel.part("panel-title")).to_have_text("Connect an account")
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
    expect(panel.part("error")).to_contain_text("The kernel does not answer.")
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


# Several rows, a copy, and links.


@in_one_browser
def test_several_rows(page: Page) -> None:
    """Ticked rows are reconnected in the order of the list, and detached after one question."""
    panel = STATES["ticked"](page)
    panel.button("Reconnect").click()
    assert panel.wait_for_sent("reconnect")[0]["rows"] == [1, 3]
    panel.show()
    panel.button("Detach").click()
    question = panel.box.get_by_role("alertdialog")
    expect(question.get_by_role("listitem")).to_have_text(
        ["Nordljus Studio (Instagram)", f"{LONG_NAME} (Google Business Profile)"]
    )
    page.keyboard.press("Escape")
    expect(panel.button("Detach")).to_be_focused()
    panel.button("Detach").click()
    question.get_by_role("button", name="Detach").click()
    assert panel.wait_for_sent("detach")[0]["rows"] == [1, 3]


@in_one_browser
def test_one_card_after_the_other(page: Page) -> None:
    """The panel says whose turn is next, and one can be skipped."""
    panel = STATES["login"](page)
    expect(panel.box).to_contain_text("Next: Café Lumière")
    panel.button("Reconnect Instagram").is_visible()
    panel.button("Skip").click()
    panel.wait_for_sent("skip")


@in_one_browser
def test_the_card_talks_to_its_login(page: Page) -> None:
    """Its messages carry its number, and what another login says is not for it."""
    panel = STATES["login"](page)
    panel.wait_for_sent("from_card")
    sent = panel.run("(panel) => panel.model.sent.filter(({ type }) => type === 'from_card')")
    assert (sent[0]["id"], sent[0]["message"]["type"]) == (1, "hello")
    card = panel.part("card")
    panel.tell(type="card", id=1, traits=TRAITS | {"status": "failed", "error": ERROR})
    expect(card).to_contain_text(ERROR)
    panel.tell(type="card", id=2, traits=TRAITS)
    expect(card).to_have_attribute("data-status", "idle")
    panel.show()
    expect(card).to_have_count(0)


HOSTILE = ["=1+1", "+1", "-1", "@A1", "\t=1", " =1", "\uff1d1", 'say "hi", you\n=2']


@in_one_browser  # Playwright hears of no download of a stock Firefox
def test_a_file_has_no_formulas(page: Page) -> None:
    """What outsiders wrote is text for a spreadsheet, whatever it begins with."""
    rows = columns([(name, None, "instagram", None, "connected", None) for name in HOSTILE])
    panel = Panel(page).list(rows)
    with page.expect_download() as saved:
        panel.button("Export CSV").click()
    assert re.fullmatch(r"accounts-\d{4}-\d\d-\d\d\.csv", saved.value.suggested_filename)
    text = Path(saved.value.path()).read_bytes().decode("utf-8-sig")
    head, *body = csv.reader(io.StringIO(text))
    assert head == ["Account", "Handle", "Platform", "Groups", "State", "Expires"]
    names = {row[0] for row in body}
    assert names == {f"'{name}" for name in HOSTILE[:-1]} | {HOSTILE[-1]}


def test_ticked_rows_are_copied(browser: Browser, page: Page) -> None:
    """As text with tabs, of the ticked rows only; without a clipboard the button says so."""
    page.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard', { configurable: true, value: {"
        " writeText: async (text) => { window.copied = text; } } })"
    )
    panel = STATES["ticked"](page)
    panel.button("Copy").click()
    expect(panel.button("Copied")).to_be_visible()
    head, first, second, end = page.evaluate("copied").split("\n")
    assert head.split("\t")[0] == "Account"
    assert first.split("\t")[:3] == ["Nordljus Studio", "nordljus.studio", "Instagram"]
    assert second.startswith("🌿 Green Corner")
    assert end == ""


@in_one_browser
@pytest.mark.parametrize(
    ("app", "id_", "count"),
    [
        ("https://app.gohighlevel.com/v2/location/", "T9Z0Hbj5hmBB4uYHAQ3E", 1),
        ("https://app.gohighlevel.com/v2/location/", "../evil?x=", 0),
        (None, "T9Z0Hbj5hmBB4uYHAQ3E", 0),
    ],
)
def test_a_link_to_a_sub_account(page: Page, app: str | None, id_: str, count: int) -> None:
    """It leads to GoHighLevel for a valid id, keeps no hold on this page, and opens no row."""
    panel = Panel(page)
    told = {name: values[:1] for name, values in LOCATIONS.items()} | {"id": [id_]}
    panel.list(told, kind="sub-accounts", app=app)
    links = panel.grid.get_by_role("link", name="Open Lumière Hospitality in GoHighLevel")
    expect(links).to_have_count(count)
    for link in links.all():
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert str(link.get_attribute("href")).startswith(f"{app}{id_}/")


@in_one_browser
def test_an_agency_is_filtered_by_platform_and_group(page: Page) -> None:
    """With a platform, or without it; one that failed is neither, and stands first."""
    panel = of_agency(page)
    names = panel.part("panel-open")
    expect(names.first).to_have_text("Riverside Auto Repair Halifax")
    platform = panel.box.get_by_label("Platform")
    platform.select_option(label="Facebook (1)")
    expect(names).to_have_text(["Lumière Hospitality"])
    platform.select_option(label="No Facebook (2)")
    expect(names).to_have_text([LONG_NAME, "עיר טובה"])
    panel.box.get_by_label("Group").select_option("Gardens")
    expect(names).to_have_text([LONG_NAME])


@in_one_browser
def test_the_day_of_expiring_is_the_kernels(page: Page) -> None:
    """The page has no number of its own."""
    panel = Panel(page).list(expiring_days=12)
    chip = panel.part("panel-chip").filter(has_text="Expiring")
    expect(chip).to_have_attribute("title", "Expires within 12 days")


# Without a kernel.


def test_a_kernel_that_is_gone(page: Page) -> None:
    """The rows stay, nothing can be pressed, and all is back when the kernel answers."""
    page.clock.install()
    panel = Panel(page).list()
    panel.run("(panel) => { panel.model.alive = false; }")
    page.clock.fast_forward(10_000)
    panel.wait_for_sent("ping")
    expect(panel.button("Refresh")).to_be_visible()
    page.clock.fast_forward(6000)
    expect(panel.part("panel-busy")).to_contain_text("The kernel does not answer.")
    expect(panel.part("error")).to_be_hidden()
    for label in ("Refresh", "Connect"):
        expect(panel.button(label)).to_be_hidden()
    expect(panel.grid.get_by_role("button", name="Detach")).to_have_count(0)
    expect(panel.part("panel-first")).to_have_count(7)
    before = len(panel.sent("hello"))
    page.clock.fast_forward(10_000)
    panel.wait_for_sent("hello", before + 1)
    panel.show()
    expect(panel.button("Refresh")).to_be_visible()
    expect(panel.part("panel-busy")).to_be_hidden()


def test_a_saved_page(page: Page) -> None:
    """Without a kernel it shows what was saved, as text, and says how to go on."""
    page.clock.install()
    panel = STATES["saved"](page)
    expect(panel.box.get_by_role("row")).to_have_count(8)
    panel.run("(panel) => { panel.model.alive = false; }")
    page.clock.fast_forward(10_000)
    panel.wait_for_sent("hello", 2)
    page.clock.fast_forward(6000)
    expect(panel.part("panel-busy")).to_contain_text("saved with the notebook")
    assert panel.box.get_by_role("button").count() == 0
    panel.list()
    expect(panel.grid).to_be_visible()
    expect(panel.part("panel-static")).to_be_hidden()
