"""A stateful simulator of GoHighLevel and of the platforms' consent pages.

Use it for tests, demos and notebooks without an account. The simulator shares no code with the
rest of the package, so that it cannot share its mistakes.
"""

from .clock import running_clock
from .fake_user import MessageEvent
from .levers import Levers
from .simulator import Simulator

__all__ = ["Levers", "MessageEvent", "Simulator", "running_clock"]
