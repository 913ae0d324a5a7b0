"""Charts of DataFrames: one function per chart."""

from .expiry import plot_expiry
from .hours import plot_hours
from .look import Theme
from .statistics import plot_statistics
from .statuses import plot_statuses

__all__ = ["Theme", "plot_expiry", "plot_hours", "plot_statistics", "plot_statuses"]
