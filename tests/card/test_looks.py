"""How the card fits: narrow columns, zoom, and scripts of all directions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.card.harness import PICTURES, Card
from tests.card.states import SCENES, VIEWS, bring, show

# What of the first lies over the second, among parts that are not within each other.
_OVERLAPS = """(box) => {
    const parts = [...box.querySelectorAll("p, li, button, a, input, code, label > span, "
        + ".ghl-connect-mark, .ghl-connect-title, .ghl-connect-place > span, .ghl-connect-time")]
        .filter((node) => node.checkVisibility() && !node.matches(".ghl-connect-live"));
    const found = [];
    for (const [i, a] of parts.entries()) {
        for (const b of parts.slice(i + 1)) {
            if (a.contains(b) || b.contains(a)) continue;
            const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
            const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
            const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
            if (width > 1 && height > 1) found.push([a.textContent, b.textContent]);
        }
    }
    return found;
}"""

# Where the first and the second text are in a part, from its left.
_PLACES = """(part, texts) => {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    const places = texts.map(() => null);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        texts.forEach((text, i) => {
            const start = node.data.indexOf(text);
            if (start < 0) return;
            const range = document.createRange();
            range.setStart(node, start);
            range.setEnd(node, start + text.length);
            places[i] = range.getBoundingClientRect().left;
        });
    }
    return places;
}"""


@pytest.mark.parametrize("width", [560, 220, 200])
@pytest.mark.parametrize(("scene", "theme"), VIEWS)
def test_fits_its_column(browser: Browser, page: Page, scene: str, theme: str, width: int) -> None:
    """In no state does anything stick out or overlap; pictures are kept to be looked at."""
    show(page, theme, width)
    for state in SCENES[scene].states:
        box = bring(page, scene, state).box
        assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0, state
        assert box.evaluate("(box) => box.offsetWidth") <= width
        assert box.evaluate(_OVERLAPS) == [], state
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = browser.browser_type.name
    page.locator("main").screenshot(path=PICTURES / f"{name}-{scene}-{theme}-{width}.png")


@pytest.mark.parametrize("scene", SCENES)
def test_zoomed(browser: Browser, page: Page, scene: str) -> None:
    """At 200 %, in a window of 640 pixels, nothing has to be scrolled sideways."""
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.zoom = '2'")
    for state in SCENES[scene].states:
        box = bring(page, scene, state).box
        assert box.evaluate(_OVERLAPS) == [], state
        aside = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(aside) <= 0, state
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = browser.browser_type.name
    page.locator("main").screenshot(path=PICTURES / f"{name}-{scene}-zoomed.png")


# Names and messages of all scripts.

HEBREW = "מטבח טוב (תל אביב)"
ARABIC = "☕ مقهى الياسمين 24"
FAMILY = "👩🏽‍🍳 Küche 🇺🇦"


def test_names_of_all_scripts(page: Page) -> None:
    """Each name is shown whole, on a line of its own, and in its own direction."""
    names = [HEBREW, ARABIC, FAMILY, "Plain"]
    card = Card(page, status="connected", account_names=names)
    assert card.part("names").locator("li").all_inner_texts() == names
    directions = (
        card.part("names")
        .locator("bdi")
        .evaluate_all("(nodes) => nodes.map((node) => node.matches(':dir(rtl)') ? 'rtl' : 'ltr')")
    )
    assert directions == ["rtl", "rtl", "ltr", "ltr"]


@pytest.mark.parametrize("name", [HEBREW, ARABIC, FAMILY])
def test_what_follows_a_name_stands_behind_it(page: Page, name: str) -> None:
    """A sub-account's name from right to left does not turn the words around it."""
    card = Card(page, location_id=name, reconnect=True, account_name=name)
    before, user = card.part("place").evaluate(_PLACES, ["Sub-account", "User"])
    assert before < user
    renew, rest = card.text.evaluate(_PLACES, ["Renew", "log in as before"])
    assert renew < rest


@pytest.mark.parametrize(
    ("part", "bring_text"),
    [
        ("error", lambda page, text: Card(page, status="failed", error=text)),
        ("notice", lambda page, text: Card(page, status="waiting", notice=text)),
    ],
)
def test_messages_of_all_scripts(
    page: Page, part: str, bring_text: Callable[[Page, str], Card]
) -> None:
    """A message that quotes a name from right to left still reads from left to right."""
    card = bring_text(page, f"GoHighLevel refused {HEBREW}, {ARABIC} and {FAMILY}. Try again.")
    box = card.part(part)
    expect(box).to_have_text(f"GoHighLevel refused {HEBREW}, {ARABIC} and {FAMILY}. Try again.")
    first, _ = box.evaluate(_PLACES, ["GoHighLevel", "Try again."])
    left = box.evaluate("(node) => node.getBoundingClientRect().left")
    assert 0 < first - left < 24  # the bar at its side, and some room


def test_sentences_end_on_the_right(page: Page) -> None:
    """The card's words are English also on a page that is written from right to left."""
    page.evaluate("document.documentElement.dir = 'rtl'")
    card = bring(page, "page", "idle")
    first, last = card.text.evaluate(_PLACES, ["Instagram's", "share."])
    assert first < last
    assert card.text.evaluate("(node) => node.matches(':dir(ltr)')")


def test_page_from_right_to_left(page: Page, browser: Browser) -> None:
    """On a page that is written from right to left, nothing sticks out or overlaps."""
    page.evaluate("document.documentElement.dir = 'rtl'")
    show(page, "light", 360)
    for state in SCENES["page"].states:
        box = bring(page, "page", state).box
        assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0, state
        assert box.evaluate(_OVERLAPS) == [], state
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.locator("main").screenshot(path=PICTURES / f"{browser.browser_type.name}-rtl.png")
