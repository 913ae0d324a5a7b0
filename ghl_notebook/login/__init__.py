"""The login flow: a state machine without a screen, and the pages that show it."""

from .app_entry import log_in
from .app_login import AppLogin, Granted
from .code_flow import CodeFlow, CodeFlowState
from .entry import connect, present, reconnect
from .front_end import FrontEnd, find_front_end, find_front_end_here
from .ledger import Ledger
from .login import Login, Screen, Witness
from .machine import LoginMachine
from .state import ENDS, Claim, Heard, LoginState, Status, Way
from .widget import ConnectAccount

__all__ = [
    "ENDS",
    "AppLogin",
    "Claim",
    "CodeFlow",
    "CodeFlowState",
    "ConnectAccount",
    "FrontEnd",
    "Granted",
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
    "log_in",
    "present",
    "reconnect",
]
