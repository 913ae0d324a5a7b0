"""Two logins on one base, and the cards that show them.

`social` connects a social account to a sub-account; `app` logs in to GoHighLevel as a marketplace
app. A login is a `LoginFlow` without a screen, which a card of `base_card` shows.
"""

from .flow import ENDS, FlowState, LoginFlow, Status
from .front_end import FrontEnd, find_front_end, find_front_end_here
from .page_messages import Channel, Claim, RawMessage

__all__ = [
    "ENDS",
    "Channel",
    "Claim",
    "FlowState",
    "FrontEnd",
    "LoginFlow",
    "RawMessage",
    "Status",
    "find_front_end",
    "find_front_end_here",
]
