"""Connect a social account (`connect`, `ConnectAccount`), to attach it to a sub-account."""

from .connect_card import ConnectAccount
from .connect_flow import ConnectFlow, MessageObserver
from .registry import LoginRegistry
from .state import Appearance, LoginState
from .state_machine import LoginMachine

__all__ = [
    "Appearance",
    "ConnectAccount",
    "ConnectFlow",
    "LoginMachine",
    "LoginRegistry",
    "LoginState",
    "MessageObserver",
]
