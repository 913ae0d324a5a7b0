"""What axe says of a page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page


def assert_accessible(page: Page, node_modules: Path) -> None:
    """Axe finds nothing to say about what a page shows, and has looked at its colours."""
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
    unsure = [
        (rule["id"], node["target"])
        for rule in found["incomplete"]
        for node in rule["nodes"]
        # A digit may be a drawing, for all that axe knows; longer numbers look the same.
        if not any(
            (check["data"] or {}).get("messageKey") == "shortTextContent" for check in node["any"]
        )
    ]
    assert unsure == []
