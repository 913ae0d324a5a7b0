"""What all widgets have in common: parts and style of a page, its messages, the UI thread."""

from .files import read_script, read_style
from .page_messages import parse_message
from .pictures import Pictures
from .traits import layout_of, pass_on
from .ui_thread import UI_THREAD

__all__ = [
    "UI_THREAD",
    "Pictures",
    "layout_of",
    "parse_message",
    "pass_on",
    "read_script",
    "read_style",
]
