"""From a client, or a whole agency, to a DataFrame in one call."""

from .accounts import attach, fetch_accounts, fetch_available_accounts
from .labels import fetch_categories, fetch_tags
from .locations import failures, fetch_locations
from .posts import fetch_posts
from .runs import compare_accounts, list_runs, read_run

__all__ = [
    "attach",
    "compare_accounts",
    "failures",
    "fetch_accounts",
    "fetch_available_accounts",
    "fetch_categories",
    "fetch_locations",
    "fetch_posts",
    "fetch_tags",
    "list_runs",
    "read_run",
]
