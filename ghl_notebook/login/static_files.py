"""The scripts, styles and pages that browsers get, as one text each."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_STATIC: Final = Path(__file__).parent / "static"
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "([\w./-]+\.js)";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?function |const |class )", re.MULTILINE)


@cache
def read_script(card: str, folder: Path = _STATIC) -> str:
    """Return the module of a card, with what it imports in place of the imports.

    A widget's module comes from a ``blob:`` address, which has no neighbours to import from.

    Parameters
    ----------
    card : str
        Its name.
    folder : pathlib.Path
        Where its files are.
    """
    seen: set[Path] = set()

    def inlined(path: Path) -> str:
        def imported(found: re.Match[str]) -> str:
            neighbour = (path.parent / found[1]).resolve()
            if neighbour in seen:
                return ""
            seen.add(neighbour)
            return _EXPORT.sub("", inlined(neighbour))

        return _IMPORT.sub(imported, path.read_text(encoding="utf-8"))

    script = inlined(folder / f"{card}.js")
    assert seen, card
    return script


@cache
def read_style(card: str, folder: Path = _STATIC) -> str:
    """Return the style of a card: that of all cards, and its own."""
    own = "" if card == "connect" else (folder / f"{card}.css").read_text(encoding="utf-8")
    return read_page("connect.css") + own


@cache
def read_page(name: str) -> str:
    """Return a file as it is."""
    return (_STATIC / name).read_text(encoding="utf-8")
