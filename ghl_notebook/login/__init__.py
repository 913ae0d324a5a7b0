"""The login flow: a state machine without a screen, and the pages that show it."""

from .entry import connect, reconnect
from .login import Login, Screen
from .machine import ENDS, Claim, Ledger, LoginMachine, LoginState, Status, Way
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
