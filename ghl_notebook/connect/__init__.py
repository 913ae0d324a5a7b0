"""The login flow: a state machine without a screen, and the card that shows it."""

from .login import Login, Screen
from .machine import ENDS, Claim, Ledger, LoginMachine, LoginState, Status
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
]
