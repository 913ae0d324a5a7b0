"""Charts of DataFrames: one function per chart."""

from .calendar import plot_calendar
from .expiry import plot_expiry
from .frequency import plot_frequency
from .hours import plot_hours
from .look import Theme
from .statistics import plot_statistics
from .statuses import plot_statuses

__all__ = [
    "Theme",
    "plot_calendar",
    "plot_expiry",
    "plot_frequency",
    "plot_hours",
    "plot_statistics",
    "plot_statuses",
]
