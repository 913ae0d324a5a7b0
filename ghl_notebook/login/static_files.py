"""The scripts, styles and pages that browsers get, as one text each."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_STATIC: Final = Path(__file__).parent / "static"
_PARTS: Final = re.compile(r'^import \{[^}]*\} from "\./parts\.js";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?function |const |class )", re.MULTILINE)


@cache
def read_script(card: str) -> str:
    """Return the module of a card, with the parts that cards share in place of their import.

    A widget's module comes from a ``blob:`` address, which has no neighbours to import from.
    """
    script, count = _PARTS.subn(
        lambda _: _EXPORT.sub("", read_page("parts.js")), read_page(f"{card}.js")
    )
    assert count == 1, card
    return script


@cache
def read_style(card: str) -> str:
    """Return the style of a card: that of all cards, and its own."""
    own = "" if card == "connect" else read_page(f"{card}.css")
    return read_page("connect.css") + own


@cache
def read_page(name: str) -> str:
    """Return a file as it is."""
    return (_STATIC / name).read_text(encoding="utf-8")
