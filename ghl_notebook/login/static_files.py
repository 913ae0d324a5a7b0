"""The scripts, styles and pages of logins that browsers get, as one text each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from ghl_notebook.widgets import read_script, read_style

_STATIC: Final = Path(__file__).parent / "static"
_OWN_STYLE: Final = {"app": [_STATIC / "app.css"]}


def card_script(card: str) -> str:
    """Return the module of a card, by its name."""
    return read_script(_STATIC / f"{card}.js")


def card_style(card: str) -> str:
    """Return the style of a card, by its name."""
    return read_style(_STATIC / "card.css", *_OWN_STYLE.get(card, []))


@cache
def read_page(name: str) -> str:
    """Return a file as it is."""
    return (_STATIC / name).read_text(encoding="utf-8")
