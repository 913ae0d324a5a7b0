"""The card under axe, in each state and theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.card.states import SCENES, VIEWS, bring, show


@pytest.mark.parametrize(("scene", "theme"), VIEWS)
def test_no_violations(page: Page, node_modules: Path, scene: str, theme: str) -> None:
    """Axe finds nothing to say about any state, colours included."""
    show(page, theme, 560)
    for state in SCENES[scene].states:
        bring(page, scene, state)
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text("utf-8"))
    found = page.evaluate(
        "axe.run('main', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', "
        "'wcag22aa', 'best-practice'] })"
    )
    problems = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert problems == []
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}
    assert [rule["id"] for rule in found["incomplete"]] == []
