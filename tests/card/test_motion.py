"""The card for users who have asked their system for less movement."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import BROWSERS, Browsers
from tests.card.panels import STATES
from tests.card.states import bring

_MOVING = "(box) => box.getAnimations({ subtree: true }).map((one) => one.playState)"


@pytest.fixture(params=[(name, still) for name in BROWSERS for still in (False, True)])
def setting(request: pytest.FixtureRequest) -> tuple[str, bool]:
    """A browser's name, and whether its user wants it still."""
    found: tuple[str, bool] = request.param
    return found


@pytest.fixture
def browser(setting: tuple[str, bool], browsers: Browsers) -> Browser:
    """The browser of that user."""
    name, is_still = setting
    return browsers.get(name, is_still=is_still and name == "firefox")


def test_nothing_moves_for_who_wants_it_still(page: Page, setting: tuple[str, bool]) -> None:
    """The wheel turns while something goes on, unless the user has asked for less movement."""
    if setting[1]:
        page.emulate_media(reduced_motion="reduce")
    moving = bring(page, "page", "waiting").box.evaluate(_MOVING)
    assert moving == ([] if setting[1] else ["running"])


def test_the_panels_bar_rests_for_who_wants_it_still(page: Page, setting: tuple[str, bool]) -> None:
    """It runs while the panel is busy, unless the user has asked for less movement."""
    if setting[1]:
        page.emulate_media(reduced_motion="reduce")
    moving = STATES["busy"](page).box.evaluate(_MOVING)
    assert moving == ([] if setting[1] else ["running"])
