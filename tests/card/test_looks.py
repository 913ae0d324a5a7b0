"""How the cards look: in each theme, in narrow columns, zoomed, and with scripts of all kinds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.card import app_states
from tests.card.harness import Card
from tests.card.looks import Dress, misfits, name, violations
from tests.card.states import SCENES, THEMES, Scene

WIDTHS = [560, 220, 200]
LOOKS = SCENES | {"app": Scene(app_states.STATES, THEMES)}

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


@pytest.mark.parametrize("scene", LOOKS)
def test_each_state_fits_and_is_accessible(
    browser: Browser, page: Page, node_modules: Path, scene: str
) -> None:
    """Nothing sticks out or overlaps, and axe finds nothing to say, colors included."""
    themes = LOOKS[scene].themes
    for state, card in LOOKS[scene].bring(page):
        name(card.box, state)
    assert violations(page, node_modules, [Dress(theme, WIDTHS[0]) for theme in themes]) == {}
    # Themes differ in colors and in the widths of letters.
    dresses = [Dress(theme, WIDTHS[0]) for theme in themes]
    dresses += [Dress(themes[0], width) for width in WIDTHS[1:]]
    dresses += [Dress(themes[-1], WIDTHS[-1])]
    dresses += [Dress("light", 360, "rtl"), Dress("light", zoom=2)]
    assert misfits(page, dresses, f"{browser.browser_type.name}-{scene}") == {}


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
    renew, rest = card.text.evaluate(_PLACES, ["Reconnect", "log in as before"])
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
    card = Card(page)
    first, last = card.text.evaluate(_PLACES, ["You log in", "share."])
    assert first < last
    assert card.text.evaluate("(node) => node.matches(':dir(ltr)')")
