"""The script and the style of a widget, as one text each."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_BOX: Final = Path(__file__).parent / "static" / "box.css"
_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "([\w./-]+\.js)";$', re.MULTILINE)
_JSON: Final = re.compile(
    r'^import (\w+) from "([\w./-]+\.json)" with \{ type: "json" \};$', re.MULTILINE
)
# The widget itself: the last statement of its module.
_DEFAULT: Final = re.compile(r"^export default .*\Z", re.MULTILINE | re.DOTALL)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?function |const |class )", re.MULTILINE)


@cache
def read_script(module: Path) -> str:
    """Return a module with all modules and JSON files that it imports, inlined.

    A widget's module comes from a ``blob:`` address, from which nothing can be imported.

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
            return _EXPORT.sub("", _DEFAULT.sub("", inlined(neighbour)))

        def read(found: re.Match[str]) -> str:
            return f"const {found[1]} = {(path.parent / found[2]).read_text(encoding='utf-8')};"

        return _IMPORT.sub(imported, _JSON.sub(read, path.read_text(encoding="utf-8")))

    script = inlined(module)
    assert seen, module
    return script


@cache
def read_style(*files: Path) -> str:
    """Return the style of a widget: the common style, then these files."""
    return "".join(file.read_text(encoding="utf-8") for file in (_BOX, *files))
