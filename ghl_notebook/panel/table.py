"""The table widget: it exchanges messages with the pages that display a list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import anywidget

from ghl_notebook.widgets import parse_message, read_script, read_style

from .protocol import FromPage, Hello, ToPage

_STATIC: Final = Path(__file__).parent / "static"


class TableWidget(anywidget.AnyWidget):
    """A list with search, filters, and actions for its rows.

    The widget has no traits of its own: its contents travel as messages, which a saved notebook
    does not store. A page that says hello receives the latest ones.

    Parameters
    ----------
    on_message : callable
        Called with each message of a page, in whichever thread it arrives.
    """

    _esm = read_script(_STATIC / "panel.js")
    _css = read_style(_STATIC / "panel.css")

    def __init__(self, on_message: Callable[[FromPage], None], **kwargs: Any) -> None:
        self._on_message = on_message
        self._last: dict[str, ToPage] = {}
        super().__init__(**kwargs)
        self.on_msg(self._receive)

    def send_state(self, type_: str, **content: Any) -> None:
        """Send all pages a message that is valid until the next one of the same type."""
        self._last[type_] = {"type": type_, **content}
        self.send(self._last[type_])

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        match parse_message(content, FromPage):
            case None:
                pass
            case Hello():
                for state in list(self._last.values()):
                    self.send(state)
            case message:
                self._on_message(message)
