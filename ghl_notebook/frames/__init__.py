"""Account data as DataFrames of fixed, typed schemas."""

from .accounts import ACCOUNTS, AVAILABLE_ACCOUNTS, accounts_frame, available_accounts_frame
from .changes import CHANGES, changes_frame
from .comments import COMMENT_FORM, COMMENTS
from .gather import ACCOUNTS_TABLE, AGENCY_ACCOUNTS, AccountsTable, agency_accounts_frame
from .labels import CATEGORIES, CATEGORY_FORM, TAG_FORM, TAGS
from .locations import (
    FAILURES,
    LOCATIONS,
    RUNS,
    failures_frame,
    locations_frame,
    runs_frame,
)
from .plans import CSV_IMPORT_FORM, CSV_IMPORTS, QUEUE_FORM, QUEUES
from .posts import POST_FORM, POSTS
from .records import Form, RowsTable, agency_frame
from .schedule import SCHEDULE, SCHEDULE_FORM, Outcome
from .schema import Category, Kind, Schema, dtype_of, make_frame
from .statistics import (
    BREAKDOWNS_FORM,
    STATISTICS,
    STATISTICS_BREAKDOWNS,
    STATISTICS_FORM,
    STATISTICS_TOTALS,
    TOTALS_FORM,
    DayValue,
    Part,
    breakdowns,
    day_values,
    odd_series,
    together,
    totals,
)

__all__ = [
    "ACCOUNTS",
    "ACCOUNTS_TABLE",
    "AGENCY_ACCOUNTS",
    "AVAILABLE_ACCOUNTS",
    "BREAKDOWNS_FORM",
    "CATEGORIES",
    "CATEGORY_FORM",
    "CHANGES",
    "COMMENTS",
    "COMMENT_FORM",
    "CSV_IMPORTS",
    "CSV_IMPORT_FORM",
    "FAILURES",
    "LOCATIONS",
    "POSTS",
    "POST_FORM",
    "QUEUES",
    "QUEUE_FORM",
    "RUNS",
    "SCHEDULE",
    "SCHEDULE_FORM",
    "STATISTICS",
    "STATISTICS_BREAKDOWNS",
    "STATISTICS_FORM",
    "STATISTICS_TOTALS",
    "TAGS",
    "TAG_FORM",
    "TOTALS_FORM",
    "AccountsTable",
    "Category",
    "DayValue",
    "Form",
    "Kind",
    "Outcome",
    "Part",
    "RowsTable",
    "Schema",
    "accounts_frame",
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
    "together",
    "totals",
]
