"""Account data as DataFrames of fixed, typed schemas."""

from .accounts import ACCOUNTS, AVAILABLE_ACCOUNTS, accounts_frame, available_accounts_frame
from .fetch import attach, fetch_accounts, fetch_available_accounts
from .gather import ACCOUNTS_TABLE, AGENCY_ACCOUNTS, AccountsTable, agency_accounts_frame
from .schema import Category, Kind, Schema, dtype_of, make_frame

__all__ = [
    "ACCOUNTS",
    "ACCOUNTS_TABLE",
    "AGENCY_ACCOUNTS",
    "AVAILABLE_ACCOUNTS",
    "AccountsTable",
    "Category",
    "Kind",
    "Schema",
    "accounts_frame",
    "agency_accounts_frame",
    "attach",
    "available_accounts_frame",
    "dtype_of",
    "fetch_accounts",
    "fetch_available_accounts",
    "make_frame",
]
