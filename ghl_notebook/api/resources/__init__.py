"""The operations of the service in groups, each a thin class: its methods are the operations."""

from .categories import Categories, Tags
from .comments import Comments
from .csv_imports import CsvImports
from .posts import Posts
from .queue_items import QueueItems
from .queues import Queues
from .statistics import AccountStatistics

__all__ = [
    "AccountStatistics",
    "Categories",
    "Comments",
    "CsvImports",
    "Posts",
    "QueueItems",
    "Queues",
    "Tags",
]
