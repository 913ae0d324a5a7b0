"""From a client, or a whole agency, to a DataFrame in one call."""

from .accounts import attach, fetch_accounts, fetch_available_accounts
from .comments import fetch_comments
from .labels import fetch_categories, fetch_tags
from .locations import failures, fetch_locations
from .plans import fetch_csv_imports, fetch_queues
from .posts import fetch_posts
from .runs import compare_accounts, list_runs, read_run
from .schedule import schedule_posts
from .statistics import (
    fetch_statistics,
    fetch_statistics_breakdowns,
    fetch_statistics_totals,
)

__all__ = [
    "attach",
    "compare_accounts",
    "failures",
    "fetch_accounts",
    "fetch_available_accounts",
    "fetch_categories",
    "fetch_comments",
    "fetch_csv_imports",
    "fetch_locations",
    "fetch_posts",
    "fetch_queues",
    "fetch_statistics",
    "fetch_statistics_breakdowns",
    "fetch_statistics_totals",
    "fetch_tags",
    "list_runs",
    "read_run",
    "schedule_posts",
]
