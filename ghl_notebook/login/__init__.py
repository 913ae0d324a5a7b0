"""The login flow: a state machine without a screen, and the pages that show it.

Here is the login for a platform; that of an app is in `app_login` and `app_entry`, which load more.
"""

from .entry import connect, present, reconnect, reconnect_card
from .front_end import FrontEnd, find_front_end, find_front_end_here
from .ledger import Ledger
from .login import Login, Screen, Witness
from .machine import LoginMachine
from .state import ENDS, Appearance, Claim, Heard, LoginState, Status, Way
from .widget import ConnectAccount

__all__ = [
    "ENDS",
    "Appearance",
    "Claim",
    "ConnectAccount",
    "FrontEnd",
    "Heard",
    "Ledger",
    "Login",
    "LoginMachine",
    "LoginState",
    "Screen",
    "Status",
    "Way",
    "Witness",
    "connect",
    "find_front_end",
    "find_front_end_here",
    "present",
    "reconnect",
    "reconnect_card",
]
