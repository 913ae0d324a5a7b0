"""The login flow: a state machine without a screen, and the pages that show it."""

from .app_entry import authorize
from .app_login import AppLogin, Granted
from .code_flow import CodeFlow, CodeFlowState
from .entry import connect, reconnect
from .ledger import Ledger
from .login import Login, Screen
from .machine import LoginMachine
from .state import ENDS, Claim, LoginState, Status, Way
from .widget import ConnectAccount

__all__ = [
    "ENDS",
    "AppLogin",
    "Claim",
    "CodeFlow",
    "CodeFlowState",
    "ConnectAccount",
    "Granted",
    "Ledger",
    "Login",
    "LoginMachine",
    "LoginState",
    "Screen",
    "Status",
    "Way",
    "authorize",
    "connect",
    "reconnect",
]
