"""Account data as DataFrames of fixed, typed schemas."""

from .accounts import ACCOUNTS, AVAILABLE_ACCOUNTS, accounts_frame, available_accounts_frame
from .fetch import attach, fetch_accounts, fetch_available_accounts
from .schema import Category, Kind, Schema, dtype_of, make_frame

__all__ = [
    "ACCOUNTS",
    "AVAILABLE_ACCOUNTS",
    "Category",
    "Kind",
    "Schema",
    "accounts_frame",
    "attach",
    "available_accounts_frame",
    "dtype_of",
    "fetch_accounts",
    "fetch_available_accounts",
    "make_frame",
]
