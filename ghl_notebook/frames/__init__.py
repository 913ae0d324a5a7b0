"""Account data as DataFrames of fixed, typed schemas."""

from .accounts import ACCOUNTS, AVAILABLE_ACCOUNTS, accounts_frame, available_accounts_frame
from .changes import CHANGES, changes_frame
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
from .posts import POST_FORM, POSTS
from .records import Form, RowsTable, agency_frame
from .schema import Category, Kind, Schema, dtype_of, make_frame

__all__ = [
    "ACCOUNTS",
    "ACCOUNTS_TABLE",
    "AGENCY_ACCOUNTS",
    "AVAILABLE_ACCOUNTS",
    "CATEGORIES",
    "CATEGORY_FORM",
    "CHANGES",
    "FAILURES",
    "LOCATIONS",
    "POSTS",
    "POST_FORM",
    "RUNS",
    "TAGS",
    "TAG_FORM",
    "AccountsTable",
    "Category",
    "Form",
    "Kind",
    "RowsTable",
    "Schema",
    "accounts_frame",
    "agency_accounts_frame",
    "agency_frame",
    "available_accounts_frame",
    "changes_frame",
    "dtype_of",
    "failures_frame",
    "locations_frame",
    "make_frame",
    "runs_frame",
]
