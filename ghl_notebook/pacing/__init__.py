"""As fast as the service's limits allow: what it says of them, and who may send when."""

from .limits import Limits, read_limits, read_retry_after
from .pacer import MAX_IN_FLIGHT, Pacer, Slot
from .pacers import pacer_of

__all__ = [
    "MAX_IN_FLIGHT",
    "Limits",
    "Pacer",
    "Slot",
    "pacer_of",
    "read_limits",
    "read_retry_after",
]
