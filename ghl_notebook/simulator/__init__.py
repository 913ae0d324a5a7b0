"""A stateful stand-in for the service and for the providers' consent pages.

For tests, demos and notebooks without an account. It shares no code with the rest of the
package, so that it cannot share its mistakes.
"""

from .clock import running_clock
from .levers import Levers
from .simulator import Simulator
from .user import MessageEvent

__all__ = ["Levers", "MessageEvent", "Simulator", "running_clock"]
