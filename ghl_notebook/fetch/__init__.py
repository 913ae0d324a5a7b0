"""From a client, or a whole agency, to a DataFrame in one call."""

from .accounts import attach, fetch_accounts, fetch_available_accounts
from .locations import failures, fetch_locations
from .runs import compare_accounts, list_runs, read_run

__all__ = [
    "attach",
    "compare_accounts",
    "failures",
    "fetch_accounts",
    "fetch_available_accounts",
    "fetch_locations",
    "list_runs",
    "read_run",
]
