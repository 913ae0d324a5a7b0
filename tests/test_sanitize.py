"""Text that others wrote, made safe to show."""

from __future__ import annotations

import pytest

from ghl_notebook.sanitize import defuse_markup, strip_controls
from tests.markup.payloads import CONTROLS, MARKUP, PAYLOADS


@pytest.mark.parametrize("text", ["I <3 you", "a < b <= c", "Café & Söhne", "👩‍🍳 می‌خواهم", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    """A heart, a comparison, emoji of several characters, and Persian."""
    assert defuse_markup(text).replace("\u2060", "") == text
    assert strip_controls(text) == text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_defusing_again_changes_nothing(payload: str) -> None:
    """And takes nothing that can be seen away."""
    once = defuse_markup(payload)
    assert not MARKUP.search(once)
    assert not CONTROLS.search(once)
    assert defuse_markup(once) == once
    assert once.replace("\u2060", "") == strip_controls(payload)
