"""Records as DataFrames with fixed, typed columns."""

from .accounts import ACCOUNTS, AVAILABLE_ACCOUNTS, accounts_frame, available_accounts_frame
from .changes import CHANGES, changes_frame
from .comments import COMMENT_LAYOUT, COMMENTS
from .gather import ACCOUNTS_TABLE, AGENCY_ACCOUNTS, AccountsTable, agency_accounts_frame
from .labels import CATEGORIES, CATEGORY_LAYOUT, TAG_LAYOUT, TAGS
from .layout import FrameLayout, RowsTable, agency_frame
from .locations import (
    FAILURES,
    LOCATIONS,
    RUNS,
    failures_frame,
    locations_frame,
    runs_frame,
)
from .plans import CSV_IMPORT_LAYOUT, CSV_IMPORTS, QUEUE_LAYOUT, QUEUES
from .posts import POST_LAYOUT, POSTS
from .schedule import SCHEDULE, SCHEDULE_LAYOUT, RowOutcome
from .schema import CategoryType, ColumnType, Schema, dtype_of, make_frame
from .statistics import (
    BREAKDOWNS_LAYOUT,
    STATISTICS,
    STATISTICS_BREAKDOWNS,
    STATISTICS_LAYOUT,
    STATISTICS_TOTALS,
    TOTALS_LAYOUT,
    DayValue,
    PeriodValue,
    add_up,
    breakdowns,
    day_values,
    odd_series,
    totals,
)
from .steps import GROUPINGS

__all__ = [
    "ACCOUNTS",
    "ACCOUNTS_TABLE",
    "AGENCY_ACCOUNTS",
    "AVAILABLE_ACCOUNTS",
    "BREAKDOWNS_LAYOUT",
    "CATEGORIES",
    "CATEGORY_LAYOUT",
    "CHANGES",
    "COMMENTS",
    "COMMENT_LAYOUT",
    "CSV_IMPORTS",
    "CSV_IMPORT_LAYOUT",
    "FAILURES",
    "GROUPINGS",
    "LOCATIONS",
    "POSTS",
    "POST_LAYOUT",
    "QUEUES",
    "QUEUE_LAYOUT",
    "RUNS",
    "SCHEDULE",
    "SCHEDULE_LAYOUT",
    "STATISTICS",
    "STATISTICS_BREAKDOWNS",
    "STATISTICS_LAYOUT",
    "STATISTICS_TOTALS",
    "TAGS",
    "TAG_LAYOUT",
    "TOTALS_LAYOUT",
    "AccountsTable",
    "CategoryType",
    "ColumnType",
    "DayValue",
    "FrameLayout",
    "PeriodValue",
    "RowOutcome",
    "RowsTable",
    "Schema",
    "accounts_frame",
    "add_up",
    "agency_accounts_frame",
    "agency_frame",
    "available_accounts_frame",
    "breakdowns",
    "changes_frame",
    "day_values",
    "dtype_of",
    "failures_frame",
    "locations_frame",
    "make_frame",
    "odd_series",
    "runs_frame",
    "totals",
]
