"""The card under axe, in each state and theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.card.axe import assert_accessible
from tests.card.states import SCENES, VIEWS, bring, show


@pytest.mark.parametrize(("scene", "theme"), VIEWS)
def test_no_violations(page: Page, node_modules: Path, scene: str, theme: str) -> None:
    """Axe finds nothing to say about any state, colours included."""
    show(page, theme, 560)
    for state in SCENES[scene].states:
        bring(page, scene, state)
    assert_accessible(page, node_modules)
