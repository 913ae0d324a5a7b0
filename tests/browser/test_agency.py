"""A run over a whole agency: its bar, and the stop button."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.front_end import FrontEnd, in_both_browsers
from tests.browser.notebook import PICTURES, Notebook

AGENCY = """\
import ghl_notebook as ghl

agency = ghl.demo_agency(locations=300)
levers = agency.simulator.levers"""

# A hundred at once, and then none for longer than the test takes.
WAITS = """\
levers.rate_limit, levers.rate_interval = 100, 600.0
accounts = ghl.fetch_accounts(agency, progress=True)"""

# With all access tokens there, answers are what a run waits for.
HAS_TOKENS = """\
levers.rate_limit, levers.rate_interval = 1_000_000, 0.01
ghl.fetch_accounts(agency, progress=True);"""

GOES = """\
levers.latency = 0.5
accounts = ghl.fetch_accounts(agency, progress=True)"""


class Bar:
    """A bar as its user sees it."""

    def __init__(self, cell: Locator) -> None:
        self.cell = cell
        self.bar = cell.locator(".widget-hprogress")
        self.words = cell.locator(".widget-html").last

    def expect(self, pattern: str) -> None:
        """Wait for words beside the bar; tqdm writes spaces that have the width of a figure."""
        expect(self.words).to_have_text(re.compile(pattern.replace(" ", r"\s")))

    def take_picture(self, name: str) -> None:
        """Keep a picture of its cell."""
        self.cell.screenshot(path=PICTURES / f"{name}.png")

    def is_in_its_cell(self) -> bool:
        """Tell whether bar and words lie in the cell, side by side or one below the other."""
        cell, bar, words = (one.bounding_box() for one in (self.cell, self.bar, self.words))
        assert cell
        assert bar
        assert words
        right = cell["x"] + cell["width"]
        is_beside = bar["x"] + bar["width"] <= words["x"]
        is_above = bar["y"] + bar["height"] <= words["y"]
        return bar["width"] > 50 and words["x"] + words["width"] <= right and is_beside ^ is_above


def test_stop_button(front_end: FrontEnd, open_notebook: Callable[..., Notebook]) -> None:
    """The bar says what the run waits for; stopped, it stays where it was, with what is there."""
    notebook = open_notebook(AGENCY, WAITS)
    notebook.run()
    bar = Bar(notebook.cells.nth(1))
    bar.cell.locator(".cm-content").press("Shift+Enter")
    bar.expect(
        r"[0-9]+/302, [0-9]+:[0-9]+ left, (1 failed, )?waiting for access tokens \(0\.2/s\)$"
    )
    bar.take_picture(f"agency_waits-{front_end.name}")
    notebook.interrupt()
    notebook.output(1)
    bar.expect(
        r"[0-9]+/302, took [0-9:]+, .*/s, (1 failed, )?[0-9]+ not fetched, see failures\(\)$"
    )
    bar.take_picture(f"agency_stopped-{front_end.name}")
    there, errors = notebook.evaluate(
        "(accounts['location_id'].nunique(),"
        " ghl.failures(accounts)['error'].value_counts().to_dict())"
    )
    assert 0 < there < 302
    assert there + errors.pop("RunStoppedError") + errors.pop("ScopeError", 0) == 302
    assert errors == {}


@in_both_browsers
def test_bar_in_a_narrow_cell(front_end: FrontEnd, open_notebook: Callable[..., Notebook]) -> None:
    """The words go below the bar instead of out of the cell, and no red block comes after them."""
    notebook = open_notebook(AGENCY, HAS_TOKENS, GOES)
    notebook.run(2)
    bar = Bar(notebook.cells.nth(2))
    bar.cell.locator(".cm-content").press("Shift+Enter")
    bar.expect(r"[0-9]+/302, [0-9.]+/s, [0-9:]+ left, (1 failed, )?[0-9]+ in flight$")
    bar.take_picture(f"agency_goes-{front_end.name}")
    output = notebook.output(2)
    bar.expect(r"302/302, took [0-9:]+, [0-9.]+/s, 1 failed, see failures\(\)$")
    expect(output).to_have_count(1)
    assert bar.is_in_its_cell()
    notebook.page.set_viewport_size({"width": 700, "height": 900})
    bar.take_picture(f"agency_narrow-{front_end.name}")
    assert bar.is_in_its_cell()
