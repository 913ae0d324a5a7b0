"""Answers from DataFrames: posts at risk, silent accounts, best hours, and changes of numbers."""

from .hours import find_best_hours
from .risk import find_posts_at_risk
from .silence import find_silent_accounts
from .totals import compare_statistics

__all__ = [
    "compare_statistics",
    "find_best_hours",
    "find_posts_at_risk",
    "find_silent_accounts",
]
