"""How all states of a card look, on one page: whether they fit, and what axe says of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page

from tests.card.harness import PICTURES

ZOOMED = {"width": 640, "height": 800}
"""The window of somebody who has zoomed to 200 %."""


class Dress(NamedTuple):
    """A page around cards.

    Attributes
    ----------
    theme : str
        Of the notebook.
    width : int or None
        Pixels of the column for cards.
    direction : str
        How the page is written.
    zoom : int
        How many pixels a pixel has.
    """

    theme: str
    width: int | None = None
    direction: str = "ltr"
    zoom: int = 1

    @property
    def name(self) -> str:
        """What tells it from others."""
        parts = [self.theme, self.width, self.direction, self.zoom]
        return "-".join(str(part) for part in parts if part not in (None, "ltr", 1))


_DRESS = """async ({ theme, width, direction, zoom }) => {
    const { documentElement: page } = document;
    page.dataset.theme = theme;
    page.dir = direction;
    page.style.zoom = String(zoom);
    document.querySelector("main").style.width = width ? `${width}px` : "";
    // A table draws its rows when it has heard of its size.
    for (let i = 0; i < 2; i += 1) await new Promise(requestAnimationFrame);
}"""

# Of the parts that are not within each other, none may lie over another one. Behind a question
# there are more of them.
_MISFITS = """() => {
    // What is scrolled out of sight lies over nothing.
    const seen = (node) => {
        let { left, right, top, bottom } = node.getBoundingClientRect();
        for (let at = node.parentElement; !at.dataset.tested; at = at.parentElement) {
            if (getComputedStyle(at).overflow === "visible") continue;
            const frame = at.getBoundingClientRect();
            [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
            [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
        }
        return { left, right, top, bottom };
    };
    const room = document.documentElement.clientWidth;
    const wide = parseFloat(document.querySelector("main").style.width) || room;
    const found = {};
    for (const box of document.querySelectorAll("[data-tested]")) {
        const faults = [];
        const [within] = ["dialog", "main"]
            .map((name) => box.querySelector(`.ghl-connect-panel-${name}`))
            .filter((node) => node?.checkVisibility());
        const parts = [...(within ?? box).querySelectorAll(
            "p, li, button, a, input, code, label > span, .ghl-connect-mark, .ghl-connect-title, "
            + ".ghl-connect-place > span, .ghl-connect-time",
        )].filter((node) => node.checkVisibility() && !node.matches(".ghl-connect-live"));
        const places = parts.map(seen);
        for (const [i, a] of parts.entries()) {
            for (let j = i + 1; j < parts.length; j += 1) {
                const [b, p, q] = [parts[j], places[i], places[j]];
                if (a.contains(b) || b.contains(a)) continue;
                const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
                const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
                if (width > 1 && height > 1) faults.push([a.textContent, "over", b.textContent]);
            }
        }
        const { left, right } = box.getBoundingClientRect();
        if (box.scrollWidth > box.clientWidth) faults.push("sticks out of its box");
        if (box.offsetWidth > wide) faults.push(`${box.offsetWidth} px wide`);
        if (left < 0 || right > room) faults.push("sticks out of the window");
        if (faults.length) found[box.dataset.tested] = faults;
    }
    if (document.documentElement.scrollWidth > room) found.page = ["has to be scrolled sideways"];
    return found;
}"""

_VIOLATIONS = """async (rules) => {
    const { violations, passes, incomplete } = await axe.run("main", {
        runOnly: rules, elementRef: true,
    });
    // A digit may be a drawing, for all that axe knows; longer numbers look the same.
    const isDigit = (check) => check.data?.messageKey === "shortTextContent";
    const unsure = incomplete.map((rule) => (
        { ...rule, nodes: rule.nodes.filter(({ any }) => !any.some(isDigit)) }));
    const found = [...violations, ...unsure].flatMap(({ id, nodes }) => nodes.map((node) => [
        node.element.closest("[data-tested]")?.dataset.tested, id, node.target, node.failureSummary,
    ]));
    const sawColors = passes.some(({ id }) => id === "color-contrast");
    return sawColors ? found : [...found, ["has not looked at the colors"]];
}"""

_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
_RULES_OF_COLOR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def name(box: Locator, state: str) -> None:
    """Say which state a card is in."""
    box.evaluate("(box, state) => { box.dataset.tested = state; }", state)


def dress(page: Page, how: Dress) -> None:
    """Dress a page."""
    page.evaluate(_DRESS, how._asdict())


def misfits(page: Page, dresses: Iterable[Dress], picture: str) -> dict[str, Any]:
    """Return what sticks out or overlaps, by dress and state.

    Pictures are kept to be looked at: one of each theme, and one of each other dress.
    """
    found = {}
    shown: set[object] = set()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for one in dresses:
        if one.zoom > 1:
            page.set_viewport_size(ZOOMED)
        dress(page, one)
        found[one.name] = page.evaluate(_MISFITS)
        if not {one.theme, one[1:]} <= shown:
            page.locator("main").screenshot(path=PICTURES / f"{picture}-{one.name}.png")
            shown |= {one.theme, one[1:]}
    return {name: faults for name, faults in found.items() if faults}


def violations(page: Page, node_modules: Path, dresses: list[Dress]) -> dict[str, Any]:
    """Return what axe says of the states, by dress: all of it once, of colors in each dress."""
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text("utf-8"))
    found = {}
    for one in dresses:
        dress(page, one)
        rules = _RULES if one is dresses[0] else _RULES_OF_COLOR
        found[one.name] = page.evaluate(_VIOLATIONS, rules)
    return {name: faults for name, faults in found.items() if faults}
