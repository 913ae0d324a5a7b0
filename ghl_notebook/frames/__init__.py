"""Records as DataFrames with fixed, typed columns."""

from .accounts import (
    ACCOUNT_LAYOUT,
    ACCOUNTS,
    AGENCY_ACCOUNTS,
    AVAILABLE_ACCOUNTS,
    AVAILABLE_LAYOUT,
    PLATFORM,
    account_rows,
    available_accounts_frame,
)
from .changes import ATTACHMENTS, CHANGES, attachments_frame, changes_frame
from .columns import Column
from .comments import COMMENT_LAYOUT, COMMENTS
from .dictionary import DICTIONARY_LAYOUT, columns_frame, document_columns
from .labels import CATEGORIES, CATEGORY_LAYOUT, TAG_LAYOUT, TAGS
from .layout import FrameLayout, Rows, RowsTable, agency_frame
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
    DayValues,
    PeriodValue,
    add_up,
    breakdowns,
    day_values,
    odd_series,
    totals,
)
from .steps import step_of
from .user_columns import ValueType, user_columns
from .users import USER_LAYOUT, USERS
from .violations import VIOLATION_LAYOUT, VIOLATIONS, Violation, violations_frame

__all__ = [
    "ACCOUNTS",
    "ACCOUNT_LAYOUT",
    "AGENCY_ACCOUNTS",
    "ATTACHMENTS",
    "AVAILABLE_ACCOUNTS",
    "AVAILABLE_LAYOUT",
    "BREAKDOWNS_LAYOUT",
    "CATEGORIES",
    "CATEGORY_LAYOUT",
    "CHANGES",
    "COMMENTS",
    "COMMENT_LAYOUT",
    "CSV_IMPORTS",
    "CSV_IMPORT_LAYOUT",
    "DICTIONARY_LAYOUT",
    "FAILURES",
    "LOCATIONS",
    "PLATFORM",
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
    "USERS",
    "USER_LAYOUT",
    "VIOLATIONS",
    "VIOLATION_LAYOUT",
    "CategoryType",
    "Column",
    "ColumnType",
    "DayValues",
    "FrameLayout",
    "PeriodValue",
    "RowOutcome",
    "Rows",
    "RowsTable",
    "Schema",
    "ValueType",
    "Violation",
    "account_rows",
    "add_up",
    "agency_frame",
    "attachments_frame",
    "available_accounts_frame",
    "breakdowns",
    "changes_frame",
    "columns_frame",
    "day_values",
    "document_columns",
    "dtype_of",
    "failures_frame",
    "locations_frame",
    "make_frame",
    "odd_series",
    "runs_frame",
    "step_of",
    "totals",
    "user_columns",
    "violations_frame",
]
