"""Cards and panels for users who have asked their system for less movement."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import BROWSERS, Browsers
from tests.card import panels, states

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
    """Wheel and bar run while something goes on, unless the user has asked for less movement."""
    if setting[1]:
        page.emulate_media(reduced_motion="reduce")
    for card in (states.STATES["waiting"](page), panels.STATES["busy"](page)):
        moving = card.box.evaluate(_MOVING)
        assert moving == ([] if setting[1] else ["running"])
