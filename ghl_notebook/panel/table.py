"""The table as a widget: what a page shows of a list, and the way to the kernel and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import anywidget

from ghl_notebook.widgets import parse_message, read_script, read_style

from .protocol import Hello, Message, Said

_STATIC: Final = Path(__file__).parent / "static"


class Table(anywidget.AnyWidget):
    """A list with search and filters, and what can be done with its rows.

    It has no traits of its own: what it shows travels as messages, which a saved notebook does not
    keep, and is told once more to each page that says hello.

    Parameters
    ----------
    hear : callable
        Is told what the page says, in whichever thread it arrives.
    """

    _esm = read_script(_STATIC / "panel.js")
    _css = read_style(_STATIC / "panel.css")

    def __init__(self, hear: Callable[[Said], None], **kwargs: Any) -> None:
        self._hear = hear
        self._last: dict[str, Message] = {}
        super().__init__(**kwargs)
        self.on_msg(self._receive)

    def tell(self, type_: str, **content: Any) -> None:
        """Tell all pages something that holds until the same type is told again."""
        self._last[type_] = {"type": type_, **content}
        self.send(self._last[type_])

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        match parse_message(content, Said):
            case None:
                pass
            case Hello():
                for message in list(self._last.values()):
                    self.send(message)
            case said:
                self._hear(said)
