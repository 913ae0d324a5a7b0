"""The login flow: a state machine without a screen, and the pages that show it."""

from .entry import connect, reconnect
from .ledger import Ledger
from .login import Login, Screen
from .machine import LoginMachine
from .state import ENDS, Claim, LoginState, Status, Way
from .widget import ConnectAccount

__all__ = [
    "ENDS",
    "Claim",
    "ConnectAccount",
    "Ledger",
    "Login",
    "LoginMachine",
    "LoginState",
    "Screen",
    "Status",
    "Way",
    "connect",
    "reconnect",
]
