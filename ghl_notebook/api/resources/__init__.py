"""The operations of the service in groups, each a thin class: its methods are the operations."""

from .categories import Categories, Tags
from .csv_imports import CsvImports
from .posts import Posts
from .statistics import AccountStatistics

__all__ = ["AccountStatistics", "Categories", "CsvImports", "Posts", "Tags"]
