"""From a client, or a whole agency, to a DataFrame in one call."""

from .accounts import attach, fetch_accounts, fetch_available_accounts
from .locations import failures, fetch_locations

__all__ = [
    "attach",
    "failures",
    "fetch_accounts",
    "fetch_available_accounts",
    "fetch_locations",
]
