"""The script and the style of a widget, as one text each."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_BOX: Final = Path(__file__).parent / "static" / "box.css"
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "([\w./-]+\.js)";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?function |const |class )", re.MULTILINE)


@cache
def read_script(module: Path) -> str:
    """Return a module with what it imports, and what that imports, in place of the imports.

    A widget's module comes from a ``blob:`` address, which has no neighbours to import from.

    Parameters
    ----------
    module : pathlib.Path
        Its file.
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

    script = inlined(module)
    assert seen, module
    return script


@cache
def read_style(*files: Path) -> str:
    """Return the style of a widget: that of all, and then what these files say."""
    return "".join(file.read_text(encoding="utf-8") for file in (_BOX, *files))
