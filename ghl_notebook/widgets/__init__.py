"""What all widgets have in common: parts and style of a page, what it says, the screen's thread."""

from .files import read_script, read_style
from .pictures import Pictures
from .said import read_said
from .screen import SCREEN
from .traits import pass_on

__all__ = ["SCREEN", "Pictures", "pass_on", "read_said", "read_script", "read_style"]
